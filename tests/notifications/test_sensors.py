"""The sensors in Dagster: a failed run is told with its reason, once; critical health is told once."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from dagster_project.notifications.sensors import failure_sensor, look_after
from dagster_project.settings import load_settings
from dagster_project.warehouse import schema, tables
from dagster_project.warehouse.engine import Warehouse


@pytest.fixture(autouse=True)
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path))
    for name in ("ALERT_EMAIL", "SMTP_SERVER", "ORDER_PROCESSING_ALERT_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    warehouse = Warehouse(load_settings().warehouse)
    schema.init(warehouse)
    warehouse.release()
    return warehouse


def stands(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    alert = tables.alert
    query = sa.select(alert.c.topic, alert.c.subject, alert.c.told).where(alert.c.over_at.is_(None))
    with warehouse.begin() as connection:
        found = [tuple(row) for row in connection.execute(query.order_by(alert.c.topic, alert.c.subject))]
    warehouse.release()
    return found


@dg.op
def breaks() -> None:
    raise dg.Failure("the token was refused\nand more", allow_retries=False)


@dg.job
def broken() -> None:
    breaks()


def fail_once(instance: dg.DagsterInstance) -> None:
    sensor = failure_sensor("monday", broken)
    result = broken.execute_in_process(instance=instance, raise_on_error=False)
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    context = dg.build_run_status_sensor_context(
        sensor_name="monday_failed", dagster_instance=instance, dagster_run=run,
        dagster_event=next(e for e in result.all_events if e.event_type_value == "PIPELINE_FAILURE"),
    ).for_run_failure()  # fmt: skip
    sensor(context)


def test_a_failed_run_is_told_with_its_reason_and_only_once(warehouse: Warehouse) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        fail_once(instance)
        fail_once(instance)
    assert stands(warehouse) == [("failed run", "the token was refused", 1)]


def test_the_failure_is_over_when_the_last_run_was_good(warehouse: Warehouse) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        fail_once(instance)
    assert look_after("monday") == "nothing is critical"
    assert stands(warehouse) == []


def test_critical_health_is_told_once_until_it_is_well(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        connection.execute(
            sa.insert(tables.destination_pause).values(system="monday", since=sa.func.now(), why="moving")
        )
    warehouse.release()
    for _ in range(2):
        assert "moving" in look_after("monday")
    assert stands(warehouse) == [("health", "deliveries", 1)]
    with warehouse.begin() as connection:
        connection.execute(sa.delete(tables.destination_pause))
    warehouse.release()
    look_after("monday")
    assert stands(warehouse) == []
