"""What we own in Counterpoint's database: added once, beside vendor tables, and refused where orders double."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.setup import SCRIPT, DocIds, SetUpRefused, script, set_up, statements
from dagster_project.counterpoint.tables import OWNED
from dagster_project.counterpoint.views import views
from sandbox.counterpoint.database import CounterpointDatabase as SandboxDatabase

RANGE = DocIds(900_000_000_001, 999_999_999_999)


@pytest.fixture
def company(tmp_path: Path) -> CounterpointDatabase:
    """A company as the predecessor left it, without anything of ours."""
    path = tmp_path / "counterpoint.duckdb"
    SandboxDatabase(path).create(seed=1)
    return CounterpointDatabase(f"duckdb:///{path}")


def columns_of_vendor_tables(company: CounterpointDatabase) -> list[tuple[str, str, str]]:
    with company.begin() as connection:
        found = connection.exec_driver_sql(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'dbo' and table_name not like 'USER\\_%' escape '\\' order by all"
        )
        return [tuple(row) for row in found]


def test_everything_is_added_once_and_no_vendor_table_changes(company: CounterpointDatabase) -> None:
    before = columns_of_vendor_tables(company)
    added = set_up(company, RANGE)
    assert {table.name for table in OWNED} | set(views("duckdb")) <= set(added)
    assert set_up(company, RANGE) == []
    assert columns_of_vendor_tables(company) == before


def test_every_view_can_be_read(company: CounterpointDatabase) -> None:
    set_up(company, RANGE)
    with company.begin() as connection:
        for name in views("duckdb"):
            assert connection.exec_driver_sql(f"select * from dbo.{name}").fetchall() == []


def test_defect_15_an_order_in_two_staging_rows_is_named_and_nothing_is_changed(
    company: CounterpointDatabase,
) -> None:
    with company.begin() as connection:
        connection.exec_driver_sql(
            "insert into dbo.USER_ORDER_STAGING (BATCH_ID, WOO_ORDER_ID) values ('B', 7), ('B', 8), ('B', 7)"
        )
    with pytest.raises(
        SetUpRefused, match=r"1 web orders more than once(.|\n)*WOOCOMMERCE 7: STAGING_ID 1, 3"
    ):
        set_up(company, RANGE)
    with company.begin() as connection:
        connection.exec_driver_sql("delete from dbo.USER_ORDER_STAGING where STAGING_ID = 3")
    assert set_up(company, RANGE)


def test_defect_15_a_second_row_for_an_order_is_refused_by_the_database(
    company: CounterpointDatabase,
) -> None:
    set_up(company, RANGE)
    insert = "insert into dbo.USER_ORDER_STAGING (BATCH_ID, WOO_ORDER_ID) values ('B', 7)"
    with company.begin() as connection:
        connection.exec_driver_sql(insert)
    with pytest.raises(Exception, match=r"[Dd]uplicate"), company.begin() as connection:
        connection.exec_driver_sql(insert)


def test_another_range_than_the_one_in_use_is_refused(company: CounterpointDatabase) -> None:
    set_up(company, RANGE)
    with pytest.raises(SetUpRefused, match="was begun with 900000000001 to 999999999999"):
        set_up(company, DocIds(5, 9))


def test_the_script_a_dba_runs_is_in_step() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == script(), "run: python -m dagster_project.counterpoint.setup"


def test_every_statement_of_the_script_is_valid_t_sql() -> None:
    for statement in statements():
        assert sqlglot.parse(statement, dialect="tsql")
    for select in views("mssql").values():
        (tree,) = sqlglot.parse(select, dialect="tsql")
        assert isinstance(tree, exp.Select)
