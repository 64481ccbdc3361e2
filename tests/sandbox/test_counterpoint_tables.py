"""The Counterpoint database refuses what the original would refuse, and the seed decides what is in it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from sandbox.counterpoint.customer_rows import customer_rows
from sandbox.counterpoint.customers import customers
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.item_rows import item_rows
from sandbox.counterpoint.items import items
from sandbox.counterpoint.shipping import DOCUMENT_TABLES
from sandbox.counterpoint.tables import document_tables, item_tables, metadata, staging_tables

HEADER, LINE = document_tables.HEADER, document_tables.LINE
STAGING = staging_tables.ORDER_STAGING


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> CounterpointDatabase:
    made = CounterpointDatabase(tmp_path_factory.mktemp("counterpoint") / "counterpoint.duckdb")
    assert made.create(seed=7)
    return made


@pytest.fixture
def connection(database: CounterpointDatabase) -> Iterator[Connection]:
    """Whatever a test writes is rolled back."""
    with database.begin() as opened:
        yield opened
        opened.rollback()


def header(**values: Any) -> dict[str, Any]:
    return {
        "DOC_ID": 1, "DOC_GUID": uuid.uuid4(), "DOC_TYP": "O", "STR_ID": "01", "STA_ID": "101",
        "TKT_NO": "O101-900001", "CUST_NO": "CASH", **values,
    }  # fmt: skip


def line(**values: Any) -> dict[str, Any]:
    return {
        "DOC_ID": 1, "LIN_SEQ_NO": 1, "LIN_GUID": uuid.uuid4(), "STR_ID": "01", "STA_ID": "101",
        "TKT_NO": "O101-900001", "LIN_TYP": "O", "ITEM_NO": "01-10100", "EXT_PRC": 1, "GROSS_EXT_PRC": 1,
        "CALC_EXT_PRC": 1, **values,
    }  # fmt: skip


def refused(connection: Connection, table: sa.Table, row: dict[str, Any]) -> str:
    with pytest.raises(sa.exc.DBAPIError) as error:
        connection.execute(table.insert(), row)
    return str(error.value.orig)


def test_a_second_creation_changes_nothing(database: CounterpointDatabase) -> None:
    assert database.create(seed=8) is False


def test_reference_data_is_there(connection: Connection) -> None:
    def count(table: str, where: str = "true") -> int:
        return int(connection.exec_driver_sql(f"select count(*) from dbo.{table} where {where}").scalar_one())

    assert count("IM_ITEM") == 1528
    assert count("IM_ITEM", "IS_ECOMM_ITEM = 'Y'") == 1189
    assert count("IM_ITEM", "STAT <> 'A'") > 100
    assert count("AR_CUST") == 601
    assert count("IM_INV", "QTY_ON_HND < 0") > 10
    assert count("IM_INV", "QTY_AVAIL <> QTY_ON_HND - QTY_COMMIT") == 0
    assert count("SY_TAX_COD_AUTH", "TAX_COD = 'MEMTN'") == 3
    shared = "select count(*) from (select EMAIL_ADRS_1 from dbo.AR_CUST group by 1 having count(*) > 1)"
    assert connection.exec_driver_sql(shared).scalar_one() == 15
    counter = connection.exec_driver_sql("select NXT_ORD_NO from dbo.PS_STR_CFG_PS").scalar_one()
    assert counter == "O101-000366"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("CUST_NO", "99999"), ("SHIP_VIA_COD", "Free shipp"), ("TAX_COD", "XX"), ("STA_ID", "999"),
        ("DRW_ID", "9"), ("STK_LOC_ID", "99"), ("DOC_TYP", "X"), ("SHIP_TO_CONTACT_ID", 3),
        ("TKT_NO", "O101-0000000001X"), ("CUST_PO_NO", "x" * 21), ("IS_REL_TKT", "J"), ("DOC_GUID", None),
    ],
)  # fmt: skip
def test_a_header_with_an_unknown_code_or_a_long_text_is_refused(
    connection: Connection, column: str, value: Any
) -> None:
    connection.execute(HEADER.insert(), header(DOC_ID=2))
    assert refused(connection, HEADER, header(**{column: value}))


@pytest.mark.filterwarnings("ignore:Column 'dbo.PS_DOC_HDR.DOC_ID'")
def test_nobody_numbers_documents_for_us(connection: Connection) -> None:
    row = header()
    del row["DOC_ID"]
    assert "DOC_ID" in refused(connection, HEADER, row)


@pytest.mark.parametrize(
    ("column", "value"),
    [("ITEM_NO", "99-99999"), ("LIN_TYP", "X"), ("LIN_TYP", None), ("SELL_UNIT", "6"), ("EXT_PRC", None),
     ("DESCR", "x" * 251), ("STK_LOC_ID", "99")],
)  # fmt: skip
def test_a_line_is_as_strict(connection: Connection, column: str, value: Any) -> None:
    connection.execute(HEADER.insert(), header())
    assert refused(connection, LINE, line(**{column: value}))


def test_lengths_are_enforced_on_the_staging_table(connection: Connection) -> None:
    order = {"BATCH_ID": "B", "WOO_ORDER_ID": 15001}
    assert "SHIP_STATE" in refused(connection, STAGING, {**order, "SHIP_STATE": "Florida"})


def test_one_order_may_be_staged_twice_because_the_predecessor_has_no_unique_key(
    connection: Connection,
) -> None:
    for _ in range(2):
        connection.execute(STAGING.insert(), {"BATCH_ID": "B", "WOO_ORDER_ID": 15001})
    row = connection.execute(sa.select(STAGING).limit(1)).mappings().one()
    assert (row["IS_VALIDATED"], row["IS_APPLIED"], row["SOURCE_SYSTEM"]) == (False, False, "WOOCOMMERCE")
    assert isinstance(row["CREATED_DT"], dt.datetime)
    found = connection.exec_driver_sql("select count(*) from dbo.USER_ORDER_STAGING where IS_APPLIED = 0")
    assert found.scalar_one() == 2


@pytest.mark.parametrize("column", ["QTY_AVAIL", "NET_QTY"])
def test_computed_quantities_cannot_be_written(connection: Connection, column: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="generated column"):
        connection.exec_driver_sql(f"update dbo.IM_INV set {column} = 5")


def test_a_stock_row_needs_all_its_zeros(connection: Connection) -> None:
    row = {"ITEM_NO": "01-10100", "LOC_ID": "02", "QTY_ON_HND": 0, "QTY_COMMIT": 0}
    assert "NOT NULL" in refused(connection, item_tables.INVENTORY, row)


def test_what_does_not_exist_there_does_not_exist_here() -> None:
    absent = {
        "DAT",
        "TIM",
        "ORD_DAT",
        "SUBTOT",
        "DISC_AMT",
        "TAX_AMT",
        "TOT_AMT",
        "LOC_ID",
        "SHIP_TO_ID",
        "STAT",
    }
    assert not absent & set(HEADER.columns.keys())
    assert not {"SELL_UNIT", "STK_LOC_ID"} & set(item_tables.ITEM.columns.keys())
    assert "QTY_ALLOC" not in item_tables.INVENTORY.columns
    assert "RECORDS_PROCESSED" not in staging_tables.SYNC_LOG.columns


def test_the_same_tables_are_made_on_sql_server() -> None:
    def ddl(table: str) -> str:
        return str(CreateTable(metadata.tables[f"dbo.{table}"]).compile(dialect=mssql.dialect()))

    assert "[STAGING_ID] INTEGER NOT NULL IDENTITY" in ddl("USER_ORDER_STAGING")
    assert "[LINE_ITEMS_JSON] NVARCHAR(max) NULL" in ddl("USER_ORDER_STAGING")
    assert "[QTY_AVAIL] AS (QTY_ON_HND - QTY_COMMIT)" in ddl("IM_INV")
    assert "[DOC_ID] BIGINT NOT NULL" in ddl("PS_DOC_HDR")
    assert "[PRC] MONEY NULL" in ddl("PS_DOC_LIN")
    assert "FOREIGN KEY([DOC_ID]) REFERENCES dbo.[PS_DOC_HDR]" in ddl("PS_DOC_LIN")
    assert "length(" not in ddl("PS_DOC_LIN")


def test_two_seeds_make_two_companies(connection: Connection) -> None:
    names = ("ITEM_NO", "DESCR", "STAT", "PRC_1")
    found = connection.exec_driver_sql(f"select {', '.join(names)} from dbo.IM_ITEM").fetchall()
    seven, eight = ({tuple(row[name] for name in names) for row in item_rows(items(seed))} for seed in (7, 8))
    assert {tuple(row) for row in found} == seven
    assert seven != eight
    assert customer_rows(customers(7)) != customer_rows(customers(8))


def test_every_child_that_the_vendor_names_is_there() -> None:
    tables = {name.removeprefix("dbo.") for name in metadata.tables}
    named = """
        LIN LIN_CELL LIN_SER LIN_PRICE LIN_PROMPT LIN_LOY PMT PMT_APPLY PMT_PROMPT PMT_CR_CARD PMT_CHK PMT_RCPT
        NOTE PKG_TRK_NO HDR_TOT TAX HDR_MISC_CHRG HDR_PROF HDR_ORIG_DOC HDR_DOC_STAT HDR_LOY_PGM CONTACT DISC
        GFC AUDIT_LOG AUDIT_LOG_TOT
    """
    assert {f"PS_DOC_{name}" for name in named.split()} <= tables
    assert {table.name for table in DOCUMENT_TABLES} == {
        name for name in tables if name.startswith("PS_DOC_")
    }
