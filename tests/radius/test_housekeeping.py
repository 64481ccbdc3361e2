"""Old runs are forgotten; what was told, what changed and where an order stands is not."""

import datetime as dt

import sqlalchemy as sa

from dagster_project.clock import new_id
from dagster_project.delivery.scope import Registry, Run
from dagster_project.delivery.states import RunStatus
from dagster_project.radius.housekeeping import forget_runs
from dagster_project.radius.pipelines import RADIUS
from dagster_project.warehouse import rows, tables
from tests.radius.desk import Desk

N = 251_206


def count(desk: Desk, table: sa.Table) -> int:
    with desk.warehouse.begin() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def look(desk: Desk, number: int, code: str) -> None:
    """A run looked at an order, as the chain driver writes it down."""
    desk.event("orders", str(number), "OUTCOME", operation=code, outcome="HELD", message="waits")


def run(desk: Desk, instance: str | None = None) -> None:
    registry, one = Registry(desk.warehouse, desk.clock), Run("radius", instance or desk.instance)
    registry.open_run(one)
    registry.close_run(one, RunStatus.COMPLETED, {})
    batch = {
        "batch_id": new_id(), "instance": one.instance, "system": "radius", "run_id": one.run_id, "name": "ABC12",
        "batch_type": "FULL_BATCH", "status": "COMPLETED", "started_at": desk.clock.now(),
        **dict.fromkeys(("total_records", "successful_records", "failed_records", "parents_processed",
                         "children_processed", "api_calls", "api_failures", "retries"), 0),
    }  # fmt: skip
    with desk.warehouse.begin() as connection:
        rows.insert(connection, tables.delivery_batch, [batch])


def test_runs_are_kept_for_90_days_and_where_an_order_stood_and_stands_for_good(desk: Desk) -> None:
    desk.clock.time = dt.datetime(2026, 3, 1)
    for _ in range(4):
        run(desk)
        look(desk, N, "JOB_P4_HOLD")
        look(desk, N + 1, "COMPLETE")
        desk.later(hours=1)
    desk.tell("so2_references", str(N), custref="B")
    desk.event("orders", str(N), "NOTE", operation="QUEUED", message="anna queued it")
    desk.later(days=89)
    run(desk)
    look(desk, N, "JOB_P4_HOLD")
    nothing = {"runs": 0, "batches": 0, "run_orders": 0}
    assert forget_runs(desk.warehouse, desk.clock, desk.instance) == nothing
    desk.later(days=1)
    assert forget_runs(desk.warehouse, desk.clock, desk.instance) == {
        "runs": 4,
        "batches": 4,
        "run_orders": 5,
    }
    assert forget_runs(desk.warehouse, desk.clock, desk.instance) == nothing
    events = tables.delivery_event.c
    with desk.warehouse.begin() as connection:
        kept = sorted(
            (event.entity, event.business_key, event.kind)
            for event in connection.execute(sa.select(events.entity, events.business_key, events.kind))
        )
    assert kept == [
        ("orders", str(N), "NOTE"), ("orders", str(N), "OUTCOME"), ("orders", str(N), "OUTCOME"),
        ("orders", str(N + 1), "OUTCOME"), ("orders", str(N + 1), "OUTCOME"),
        ("so2_references", str(N), "INTENT"), ("so2_references", str(N), "OUTCOME"),
    ]  # fmt: skip


def test_what_became_of_an_order_one_after_the_other_is_still_known(desk: Desk) -> None:
    desk.clock.time = dt.datetime(2026, 3, 1)
    for code in ("A", "A", "B", "A", "A", "A", "COMPLETE"):
        look(desk, N, code)
        desk.later(minutes=30)
    desk.later(days=100)
    assert forget_runs(desk.warehouse, desk.clock, desk.instance)["run_orders"] == 3
    events = tables.delivery_event.c
    with desk.warehouse.begin() as connection:
        kept = connection.execute(sa.select(events.operation).order_by(events.event_id)).scalars().all()
    assert kept == ["A", "B", "A", "COMPLETE"]


def test_other_pipelines_keep_their_history(desk: Desk) -> None:
    desk.clock.time = dt.datetime(2026, 3, 1)
    run(desk, "monday:SANDBOX:1")
    desk.later(days=400)
    assert forget_runs(desk.warehouse, desk.clock, desk.instance) == {
        "runs": 0,
        "batches": 0,
        "run_orders": 0,
    }
    assert count(desk, tables.delivery_run) == 1


def test_purge_forgets_them_in_the_warehouse_that_the_settings_name(desk: Desk) -> None:
    assert RADIUS.forget is not None
    settings = desk.settings.model_copy(update={"warehouse_url": None})
    assert desk.warehouse.path == settings.order_staging_home / "warehouse.duckdb"
    assert RADIUS.forget(settings) == {"runs": 0, "batches": 0, "run_orders": 0}
