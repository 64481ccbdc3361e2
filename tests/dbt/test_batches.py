"""The predecessor's batch tables as views on the ledger, with times and counters that are filled."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.dbt.orders import order
from tests.dbt.world import INSTANCE, World, _insert

NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
OLD = NOW - dt.timedelta(days=3)
COLUMNS = [
    "batch_id",
    "customer_name",
    "batch_type",
    "status",
    "total_records",
    "successful_records",
    "failed_records",
    "start_time",
    "end_time",
    "duration_seconds",
    "error_summary",
    "processing_notes",
    "orders_processed",
    "subitems_processed",
    "api_calls_made",
    "api_failures",
    "retries_attempted",
    "staging_load_completed",
    "items_creation_completed",
    "subitems_creation_completed",
    "promotion_completed",
    "cleanup_completed",
    "started_by",
    "completed_by",
    "config_snapshot",
]


@pytest.fixture(scope="module")
def world(new_world: Callable[[], World]) -> World:
    world = new_world()
    world.land([order(1)])
    world.stage()

    def batch(batch_id: str, status: str, started: dt.datetime, **more: object) -> None:
        row = {
            "batch_id": batch_id, "instance": INSTANCE, "system": "monday", "run_id": "run",
            "name": "GREYSON CLOTHIERS",
            "batch_type": "CUSTOMER_DELTA", "status": status, "total_records": 8, "successful_records": 6,
            "failed_records": 1, "parents_processed": 2, "children_processed": 4, "api_calls": 3, "api_failures": 1,
            "retries": 2, "started_at": started, "staged_at": started, "started_by": "scheduler", **more,
        }  # fmt: skip
        with world.connect() as connection:
            _insert(connection, "delivery_batch", row)

    end = OLD + dt.timedelta(seconds=95)
    batch("done", "COMPLETED", OLD, ended_at=end, parents_completed_at=OLD + dt.timedelta(seconds=40),
          children_completed_at=OLD + dt.timedelta(seconds=90), config_snapshot="{}")  # fmt: skip
    batch("done today", "COMPLETED", NOW, ended_at=NOW)
    batch("with errors", "COMPLETED_WITH_ERRORS", OLD, ended_at=end, error_summary="1 x refused")
    batch("blocked", "BLOCKED", OLD)
    batch("failed", "FAILED", OLD, ended_at=end)
    batch("empty", "NO_RECORDS", NOW, total_records=0, successful_records=0)
    batch("elsewhere", "STARTED", NOW, instance="monday:LIVE:2")
    world.settle()
    return world


def test_the_batch_table_has_the_predecessors_columns(world: World) -> None:
    (row,) = world.rows("""select * from "MON_BatchProcessing" where batch_id = 'done'""")
    assert list(row) == COLUMNS
    assert (row["customer_name"], row["duration_seconds"], row["orders_processed"], row["subitems_processed"]) == (
        "GREYSON CLOTHIERS", 95, 2, 4,
    )  # fmt: skip
    assert (row["api_calls_made"], row["api_failures"], row["retries_attempted"]) == (3, 1, 2)
    stages = [row[name] for name in COLUMNS if name.endswith("_completed")]
    assert stages == sorted(stages)
    assert row["completed_by"] == "scheduler"


def test_active_batches_are_those_not_over_or_begun_within_a_day(world: World) -> None:
    rows = {row["batch_id"]: row for row in world.rows('select * from "VW_MON_ActiveBatches"')}
    assert set(rows) == {"done today", "with errors", "blocked", "empty"}
    assert rows["blocked"]["success_percentage"] == Decimal("75.00")
    assert rows["empty"]["success_percentage"] == 0
    assert list(rows["blocked"]) == [
        "batch_id",
        "customer_name",
        "batch_type",
        "status",
        "start_time",
        "duration_seconds",
        "total_records",
        "successful_records",
        "failed_records",
        "success_percentage",
        "error_summary",
    ]
