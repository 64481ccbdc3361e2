"""Defect 25: every query that the runbook prints runs, with the columns it names."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlglot

from dagster_project.counterpoint.runbook import SCRIPT, script, views
from dagster_project.counterpoint.views import views as company_views
from tests.counterpoint.conftest import Company
from tests.counterpoint.made_up import line, order
from tests.counterpoint.printed_queries import HISTORY, LEFT, PENDING, PERFORMANCE, RECENT, RETRY


def here(query: str) -> str:
    """The query in the words of the embedded engine."""
    (translated,) = sqlglot.transpile(query, read="tsql", write="duckdb")
    return translated


@pytest.fixture
def worked(company: Company) -> Company:
    """Two documents made today, one failed order, and a logged run."""
    staged = company.stage(15001, 15002, 15003)
    today = dt.datetime.now().isoformat(timespec="seconds")
    lines = [line(company.items()[0], 2, "20.00")]
    company.writer().write(
        [
            company.document(staging_id, order(web_id, lines, shipping="5.00", TKT_DT=today))
            for staging_id, web_id in zip(staged[:2], (15001, 15002), strict=True)
        ]
    )
    company.do(
        "update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = 'Item not found: X' where STAGING_ID = 3"
    )
    company.do(
        "insert into dbo.USER_SYNC_LOG (SYNC_ID, OPERATION_TYPE, DIRECTION, START_TIME, END_TIME, "
        "RECORDS_PROCESSED, SUCCESS) values ('r1', 'order_processing', 'WOO_TO_CP', "
        "localtimestamp - interval '1 hour', localtimestamp - interval '1 hour' + interval '4 seconds', 2, true)"
    )
    return company


@pytest.fixture
def runbook(worked: Company, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """The database beside the company's, with the views a DBA makes there."""
    file = tmp_path / "copy.duckdb"
    source = worked.database.url.database
    assert source is not None
    worked.do("checkpoint")
    file.write_bytes(Path(source).read_bytes())
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach '{file}' as company (read_only)")
    connection.execute("create schema dbo")
    for name, select in views("company").items():
        connection.execute(f"create view dbo.{name} as {select}")
    return connection


def test_defect_25_the_monitoring_queries_run_as_printed(runbook: duckdb.DuckDBPyConnection) -> None:
    (pending,) = runbook.execute(here(PENDING)).fetchall()
    assert pending[0] == 1
    assert runbook.execute(here(LEFT)).fetchall() == [(1,)]
    (run,) = runbook.execute(here(HISTORY)).fetchall()
    assert (run[2], run[3]) == (2, True)
    assert runbook.execute(here(PERFORMANCE)).fetchall() == [(4.0, 4, 1)]
    recent = runbook.execute(here(RECENT)).fetchall()
    assert sorted((row[0], row[3], row[4]) for row in recent) == [
        ("O101-000366", Decimal("25.00"), 15001),
        ("O101-000367", Decimal("25.00"), 15002),
    ]


def test_the_queries_about_staging_and_runs_run_in_the_company_itself(worked: Company) -> None:
    assert worked.all(here(LEFT)) == [(1,)]
    assert len(worked.all(here(HISTORY))) == 1
    assert worked.all(here(PERFORMANCE)) == [(4.0, 4, 1)]
    worked.do(here(RETRY))
    assert worked.one("select VALIDATION_ERROR from dbo.USER_ORDER_STAGING where STAGING_ID = 3") is None


def test_the_views_show_what_the_runbook_asks_for(worked: Company) -> None:
    assert set(company_views("duckdb")) == set(company_views("mssql"))
    assert worked.all("select WOO_ORDER_ID, PRIORITY from dbo.USER_ORDERS_FAILED") == [(15003, "INFO")]
    assert worked.all("select count(*) from dbo.USER_ORDERS_PENDING") == [(0,)]
    made = worked.all("select TKT_NO, TOT_AMT, WOO_ORDER_ID from dbo.USER_DOCUMENTS_LAST_DAY order by 1")
    assert made == [("O101-000366", Decimal("25.00"), 15001), ("O101-000367", Decimal("25.00"), 15002)]
    assert worked.all("select MAX_SECONDS, TOTAL_RUNS from dbo.USER_WEEKLY_PERFORMANCE") == [(4, 1)]
    worked.do("update dbo.USER_ORDER_STAGING set CREATED_DT = localtimestamp - interval '25 hours'")
    assert worked.all("select AGE_HOURS, PRIORITY from dbo.USER_ORDERS_FAILED") == [(25, "CRITICAL")]


def test_the_script_for_a_dba_is_in_step_and_valid_t_sql() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == script(), (
        "run: python -m dagster_project.counterpoint.runbook"
    )
    for select in views("[COMPANY]").values():
        assert sqlglot.parse_one(select, dialect="tsql")
