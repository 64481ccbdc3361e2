"""From Counterpoint's database to the raw tables: what changed, all of it, and nothing when it cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.counterpoint import extract, raw_tables
from dagster_project.counterpoint.database import DatabaseError
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company

LINES = json.dumps([{"sku": "01-10100", "name": '8.5" x 11"', "quantity": 2, "price": 5, "total": 10}])


@pytest.fixture
def sources(company: Company, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, order_staging_home=tmp_path, counterpoint_url=str(company.database.url),
    )  # fmt: skip


def landed(warehouse: Warehouse, table: sa.Table) -> list[dict[str, Any]]:
    with warehouse.begin() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.select(table))]


def staged(warehouse: Warehouse) -> dict[int, dict[str, Any]]:
    return {row["STAGING_ID"]: row for row in landed(warehouse, raw_tables.ORDER_STAGING)}


def test_everything_that_validation_looks_at_is_brought(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    counts = extract.everything(sources, embedded, clock)
    for table, name in (
        (raw_tables.CUSTOMERS, "AR_CUST"), (raw_tables.CUSTOMER_MAP, "USER_CUSTOMER_MAP"),
        (raw_tables.ITEMS, "IM_ITEM"), (raw_tables.PAY_CODES, "PS_PAY_COD"),
        (raw_tables.SHIP_VIA_CODES, "SY_SHIP_VIA_COD"),
    ):  # fmt: skip
        assert len(landed(embedded, table)) == counts[name] == company.one(f"select count(*) from dbo.{name}")
    codes = {row["TAX_COD"] for row in landed(embedded, raw_tables.TAX_CODES)}
    assert codes == {code for (code,) in company.all("select TAX_COD from dbo.SY_TAX_COD")}


def test_reference_tables_are_written_when_they_differ(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    extract.everything(sources, embedded, clock)
    assert "IM_ITEM" not in extract.everything(sources, embedded, clock)
    company.do("update dbo.IM_ITEM set STAT = 'D' where ITEM_NO = '01-10100'")
    counts = extract.everything(sources, embedded, clock)
    assert "IM_ITEM" in counts
    assert "AR_CUST" not in counts


def test_orders_without_a_document_are_read_again_and_others_once(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    first, second = company.stage(15001, 15002)
    company.do("update dbo.USER_ORDER_STAGING set LINE_ITEMS_JSON = ?", LINES)
    company.do(
        "update dbo.USER_ORDER_STAGING set IS_APPLIED = 1, CP_DOC_ID = '9' where STAGING_ID = ?", first
    )
    assert extract.staging(sources, embedded, clock)["order_staging"] == 2
    company.do("update dbo.USER_ORDER_STAGING set CUST_NO = '2001'")
    assert extract.staging(sources, embedded, clock)["order_staging"] == 1
    assert {key: row["CUST_NO"] for key, row in staged(embedded).items()} == {first: None, second: "2001"}
    company.do(
        "update dbo.USER_ORDER_STAGING set IS_APPLIED = 0, CP_DOC_ID = null where STAGING_ID = ?", first
    )
    assert extract.staging(sources, embedded, clock)["order_staging"] == 2
    assert staged(embedded)[first]["CUST_NO"] == "2001"
    assert len(landed(embedded, raw_tables.ORDER_LINES)) == 2


def test_a_row_that_is_gone_there_is_gone_here(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    first, second = company.stage(15001, 15002)
    extract.staging(sources, embedded, clock)
    company.do("delete from dbo.USER_ORDER_STAGING where STAGING_ID = ?", first)
    assert extract.staging(sources, embedded, clock)["removed from staging"] == 1
    assert set(staged(embedded)) == {second}


def test_defect_6_a_broken_list_of_lines_is_one_row(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    company.stage(15001)
    company.do('update dbo.USER_ORDER_STAGING set LINE_ITEMS_JSON = \'[{"sku": "01-\'')
    extract.staging(sources, embedded, clock)
    (row,) = landed(embedded, raw_tables.ORDER_LINES)
    assert row["PROBLEM"].startswith("is no JSON")


def test_defect_14_a_database_that_cannot_be_read_stops_the_run_and_changes_nothing(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    company.stage(15001)
    extract.everything(sources, embedded, clock)
    before = staged(embedded)
    company.stage(15002)
    company.do("drop table dbo.USER_CUSTOMER_MAP")
    with pytest.raises(DatabaseError, match="USER_CUSTOMER_MAP"):
        extract.everything(sources, embedded, clock)
    assert staged(embedded) == before


def document(company: Company, staging_id: int, doc_id: int, *, shipped: int, promised: bool = False) -> None:
    """A native order of two, as far as shipping is concerned."""
    company.do(
        "insert into dbo.PS_DOC_HDR (DOC_ID, DOC_GUID, DOC_TYP, STR_ID, STA_ID, TKT_NO, SHIP_DAT) "
        "values (?, uuid(), 'O', '01', '101', ?, ?)",
        doc_id, f"O101-{doc_id}", "2026-11-20 12:00:00" if promised else None,
    )  # fmt: skip
    company.do(
        "insert into dbo.PS_DOC_LIN (DOC_ID, LIN_SEQ_NO, LIN_GUID, STR_ID, STA_ID, TKT_NO, LIN_TYP, ITEM_NO, QTY_SOLD, "
        "QTY_SHIPPED, EXT_PRC, GROSS_EXT_PRC, CALC_EXT_PRC) "
        "values (?, 1, uuid(), '01', '101', ?, 'O', '01-10100', 2, ?, 1, 1, 1)",
        doc_id, f"O101-{doc_id}", shipped,
    )  # fmt: skip
    company.do(
        "update dbo.USER_ORDER_STAGING set IS_APPLIED = 1, CP_DOC_ID = ? where STAGING_ID = ?",
        str(doc_id),
        staging_id,
    )


def test_defect_22_shipped_is_what_left_and_never_what_was_promised(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    promised, half, whole = company.stage(15001, 15002, 15003)
    document(company, promised, 901, shipped=0, promised=True)
    document(company, half, 902, shipped=1)
    document(company, whole, 903, shipped=2)
    extract.shipments(sources, embedded, clock)
    found = {row["STAGING_ID"]: row for row in landed(embedded, raw_tables.FULFILMENT)}
    assert {key: row["IS_SHIPPED"] for key, row in found.items()} == {promised: 0, half: 0, whole: 1}
    assert found[whole]["TKT_NO"] == "O101-903"


def test_an_order_that_was_posted_has_left_though_its_document_is_gone(
    company: Company, sources: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    (staging_id,) = company.stage(15001)
    company.do("update dbo.USER_ORDER_STAGING set IS_APPLIED = 1, CP_DOC_ID = '901'")
    extract.shipments(sources, embedded, clock)
    assert [row["IS_SHIPPED"] for row in landed(embedded, raw_tables.FULFILMENT)] == [0]
    company.do(
        "insert into dbo.PS_TKT_HIST (DOC_ID, BUS_DAT, STR_ID, STA_ID, TKT_NO, TKT_DT) "
        "values (950, '2026-11-20', '01', '101', 'O101-901-01', '2026-11-20 15:00:00')"
    )
    company.do(
        "insert into dbo.PS_TKT_HIST_ORIG_DOC (DOC_ID, BUS_DAT, ORIG_DOC_ID) values (950, '2026-11-20', 901)"
    )
    extract.shipments(sources, embedded, clock)
    (row,) = landed(embedded, raw_tables.FULFILMENT)
    assert (row["STAGING_ID"], row["IS_SHIPPED"], str(row["SHIPPED_ON"])) == (staging_id, 1, "2026-11-20")
