"""The same Counterpoint on a T-SQL engine, in a database of its own."""

import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.people import People

URL = os.environ.get("ORDER_STAGING_TEST_SQLSERVER_URL")
pytestmark = [pytest.mark.sqlserver, pytest.mark.skipif(not URL, reason="no T-SQL server")]


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    """Everybody in a company on the server; dropped afterwards."""
    assert URL
    name = f"sandbox_counterpoint_{os.getpid()}"
    master = CounterpointDatabase(make_url(URL).set(database="master").render_as_string(hide_password=False))
    with master.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"create database {name}")
    database = CounterpointDatabase(make_url(URL).set(database=name).render_as_string(hide_password=False))
    database.create(seed=7)
    yield People(database)
    database.release()
    with master.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"drop database {name}")
    master.release()


def value(people: People, sql: str) -> object:
    with people.database.begin() as connection:
        return connection.exec_driver_sql(sql).scalar_one()


def test_reference_data_is_the_same(people: People) -> None:
    assert value(people, "select count(*) from dbo.IM_ITEM") == 1528
    assert value(people, "select count(*) from dbo.AR_CUST") == 601
    assert value(people, "select NXT_ORD_NO from dbo.PS_STR_CFG_PS") == "O101-000366"


def test_orders_are_entered_and_released(people: People) -> None:
    before = value(people, "select QTY_AVAIL from dbo.IM_INV where ITEM_NO = '01-10104' and LOC_ID = '01'")
    entered = people.take_order("01-10104", "3")
    after = value(people, "select QTY_AVAIL from dbo.IM_INV where ITEM_NO = '01-10104' and LOC_ID = '01'")
    assert before - after == 3  # type: ignore[operator]
    assert people.release(entered.order_id).open_quantity == 0
    sql = f"select count(*) from dbo.PS_TKT_HIST_ORIG_DOC where ORIG_DOC_ID = {entered.order_id}"
    assert value(people, sql) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update dbo.IM_INV set QTY_AVAIL = 1",
        "insert into dbo.USER_ORDER_STAGING (BATCH_ID, WOO_ORDER_ID, SHIP_STATE) values ('b', 1, 'Florida')",
        "insert into dbo.USER_CUSTOMER_MAP (CUST_NO, WOO_USER_ID) values ('2001', 1), ('2001', 2)",
        "insert into dbo.PS_DOC_HDR (DOC_ID, DOC_GUID, STR_ID, STA_ID, TKT_NO, CUST_NO) "
        "values (1, newid(), '01', '101', 'x', '99999')",
        "delete from dbo.PS_DOC_HDR where DOC_TYP = 'O'",
    ],
)
def test_what_the_original_refuses_is_refused(people: People, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError), people.database.begin() as connection:
        connection.exec_driver_sql(statement)
