"""USER_SYNC_LOG has one row for each run, whatever way it ended, and what the runbook asks it for."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.counterpoint import sync_log
from dagster_project.counterpoint.ended import ended
from dagster_project.delivery.scope import Registry, Run
from dagster_project.delivery.states import RunStatus
from dagster_project.settings import Settings
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company
from tests.counterpoint.test_health import order

INSTANCE = "order_processing:SANDBOX:company"
REPORT = {
    "entities": {
        "documents": {"DELIVERED": 7, "HELD": 2, "REJECTED": 1, "UNKNOWN": 1},
        "verdicts": {"DELIVERED": 11},
    },
    "operations": {"documents.create": 5, "documents.adopted": 2, "verdicts.set": 11},
    "refused": {"documents": 4},
    "failures": [{"key": "17", "message": "Item not found: 01-1"}],
}


@pytest.fixture
def settings(company: Company, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, order_staging_home=tmp_path, counterpoint_url=str(company.database.url))


class Runs:
    """Runs of a pipeline, as the kernel records them, and what is made of them when they end."""

    def __init__(self, settings: Settings, warehouse: Warehouse, clock: FakeClock) -> None:
        self.settings, self.warehouse, self.clock = settings, warehouse, clock
        self.registry = Registry(warehouse, clock)

    def begin(self) -> Run:
        one = Run("order_processing", INSTANCE)
        self.registry.open_run(one)
        self.clock.time += dt.timedelta(seconds=90)
        return one

    def end(
        self, status: RunStatus, report: Any = None, error: str | None = None, run: Run | None = None
    ) -> None:
        self.registry.close_run(run or self.begin(), status, report or {}, error)

    def tell(self) -> list[str]:
        return list(ended(self.settings, self.warehouse, self.clock, "order_processing", INSTANCE))


@pytest.fixture
def runs(settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock) -> Runs:
    return Runs(settings, ledger_warehouse, clock)


def log_of(company: Company) -> list[dict[str, Any]]:
    return sorted(company.rows("USER_SYNC_LOG"), key=lambda row: row["LOG_ID"])


def test_defect_1_a_run_writes_its_row(company: Company, runs: Runs) -> None:
    runs.end(RunStatus.COMPLETED_WITH_ERRORS, REPORT)
    assert runs.tell() == []
    (row,) = log_of(company)
    assert {name: row[name] for name in row if name.startswith("RECORDS")} == {
        "RECORDS_INPUT": 14, "RECORDS_CREATED": 5, "RECORDS_UPDATED": 2, "RECORDS_SKIPPED": 2,
        "RECORDS_FAILED": 5, "RECORDS_PROCESSED": 7,
    }  # fmt: skip
    assert (row["OPERATION_TYPE"], row["DIRECTION"], row["DRY_RUN"]) == (
        "order_processing",
        "WOO_TO_CP",
        False,
    )
    assert (row["SUCCESS"], row["ERROR_MESSAGE"]) == (True, "17: Item not found: 01-1")
    assert (float(row["DURATION_SECONDS"]), row["END_TIME"] - row["START_TIME"]) == (
        90.0,
        dt.timedelta(seconds=90),
    )


@pytest.mark.parametrize(
    ("status", "error"),
    [(RunStatus.FAILED, "MustWait: no connection"), (RunStatus.BLOCKED, "DestinationPaused: moving house")],
)
def test_failures_and_refusals_are_logged_with_their_reason(
    company: Company, runs: Runs, status: RunStatus, error: str
) -> None:
    runs.end(status, error=error)
    runs.tell()
    (row,) = log_of(company)
    assert (row["SUCCESS"], row["ERROR_MESSAGE"], row["RECORDS_INPUT"]) == (False, error, 0)


def test_a_run_that_was_killed_is_logged_by_the_next_one(company: Company, runs: Runs) -> None:
    runs.begin()
    runs.end(RunStatus.COMPLETED, REPORT)
    runs.tell()
    assert [(row["SUCCESS"], row["ERROR_MESSAGE"]) for row in log_of(company)] == [
        (False, "the process ended without a word"), (True, "17: Item not found: 01-1"),
    ]  # fmt: skip


def test_a_row_is_written_once_and_corrected_when_the_run_fails_after_all(
    company: Company, runs: Runs
) -> None:
    one = runs.begin()
    runs.end(RunStatus.COMPLETED, REPORT, run=one)
    runs.tell()
    runs.tell()
    runs.end(RunStatus.FAILED, {}, "StagingBlocked: settling failed", run=one)
    runs.tell()
    assert [(row["SUCCESS"], row["ERROR_MESSAGE"]) for row in log_of(company)] == [
        (False, "StagingBlocked: settling failed")
    ]


def test_what_could_not_be_written_is_said_and_written_by_the_next_run(
    company: Company, runs: Runs, tmp_path: Path
) -> None:
    there = runs.settings
    runs.settings = there.model_copy(
        update={"counterpoint_url": type(there.counterpoint_url)("duckdb:////proc/no/company.duckdb")}
    )
    runs.end(RunStatus.FAILED, error="MustWait: no connection")
    (said,) = runs.tell()
    assert said.startswith("USER_SYNC_LOG was not written, the next run will: ")
    runs.settings = there
    runs.end(RunStatus.COMPLETED)
    runs.tell()
    assert [row["SUCCESS"] for row in log_of(company)] == [False, True]


def test_an_adoption_is_no_run_of_the_pipeline(company: Company, runs: Runs) -> None:
    runs.end(RunStatus.COMPLETED, {"adopted": {"documents": {}}})
    runs.tell()
    assert log_of(company) == []


def test_defect_27_times_are_the_servers_own_whatever_our_clock_says(company: Company, runs: Runs) -> None:
    runs.clock.time = dt.datetime(2031, 1, 1)
    runs.end(RunStatus.COMPLETED)
    runs.tell()
    (age,) = company.all("select date_diff('second', END_TIME, localtimestamp) from dbo.USER_SYNC_LOG")
    assert age[0] in range(10)


def test_defect_25_the_runbooks_queries_have_their_columns(company: Company, runs: Runs) -> None:
    runs.end(RunStatus.COMPLETED, REPORT)
    runs.tell()
    history = company.all(
        "select START_TIME, END_TIME, RECORDS_PROCESSED, SUCCESS, ERROR_MESSAGE from dbo.USER_SYNC_LOG "
        "where OPERATION_TYPE = 'order_processing' order by START_TIME desc"
    )
    assert [row[2:4] for row in history] == [(7, True)]
    (week,) = company.all("select * from dbo.USER_WEEKLY_PERFORMANCE")
    assert week[:4] == ("order_processing", 90.0, 90, 1)


def test_retention_leaves_other_jobs_and_the_newest_row_and_writes_nothing_anew(
    company: Company, runs: Runs
) -> None:
    for _ in range(3):
        runs.end(RunStatus.COMPLETED)
    runs.tell()
    company.do("insert into dbo.USER_SYNC_LOG (SYNC_ID, OPERATION_TYPE, DIRECTION, START_TIME) "
               "values ('p', 'product_sync', 'CP_TO_WOO', localtimestamp)")  # fmt: skip
    company.do("update dbo.USER_SYNC_LOG set CREATED_DT = localtimestamp - interval '40 days'")
    runs.clock.time += dt.timedelta(days=40)
    with company.database.begin() as connection:
        assert sync_log.forget(connection, 30) == 2
    runs.tell()
    assert [row["OPERATION_TYPE"] for row in log_of(company)] == ["order_processing", "product_sync"]


def test_failed_orders_are_told_once_and_again_when_the_reason_changes(company: Company, runs: Runs) -> None:
    def standing() -> list[tuple[str, int]]:
        alert = tables.alert
        query = (
            sa.select(alert.c.subject, alert.c.told)
            .where(alert.c.over_at.is_(None))
            .order_by(alert.c.subject)
        )
        with runs.warehouse.begin() as connection:
            return [tuple(row) for row in connection.execute(query)]

    first, second = (
        order(company, 501, 30, "Customer not found: a@b.c"),
        order(company, 502, 30 * 60, "Item not found: X"),
    )
    order(company, 503, 5)
    runs.tell()
    runs.tell()
    assert standing() == [
        (f"web order 501 (staging {first}): Customer not found: a@b.c", 1),
        (f"web order 502 (staging {second}): Item not found: X", 1),
    ]
    company.do("update dbo.USER_ORDER_STAGING set IS_APPLIED = 1 where STAGING_ID = ?", first)
    company.do(
        "update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = 'Invalid totals' where STAGING_ID = ?", second
    )
    runs.tell()
    assert standing() == [(f"web order 502 (staging {second}): Invalid totals", 1)]


def test_a_report_that_knows_nothing_is_all_zeros() -> None:
    assert set(sync_log.counters(json.loads("{}"), "documents").values()) == {0}
