"""The ERP into the raw tables: who is in scope, what is read of them, and when an order is done with."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import sqlglot

from dagster_project.delivery.outcomes import RequestRefused
from dagster_project.delivery.records import dump
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.extract import extract
from dagster_project.radius.item_codes import core
from dagster_project.settings import Settings
from dagster_project.warehouse import raw, rows, tables
from dagster_project.warehouse.engine import Warehouse
from tests.radius.erp import BASE, ErpFile

INSTANCE = "radius:SANDBOX:erp"
NOW = dt.datetime(2026, 11, 21, 9)


def settings(erp: ErpFile, **more: Any) -> Settings:
    return Settings(_env_file=None, radius_database=erp.path, **more)


def run(erp: ErpFile, warehouse: Warehouse, **more: Any) -> dict[str, int]:
    return dict(extract(settings(erp, **more), warehouse, INSTANCE))


def values(warehouse: Warehouse, table: sa.Table, *names: str) -> list[tuple[Any, ...]]:
    with warehouse.begin() as connection:
        return sorted(map(tuple, connection.execute(sa.select(*(table.c[name] for name in names)))))


def known(warehouse: Warehouse, key: str, state: str, told: dict[str, Any] | None = None) -> None:
    """Put an order into the ledger."""
    row = {
        "instance": INSTANCE, "entity": "orders", "business_key": key, "incarnation": 1, "state": state,
        "revision": 1, "attempt": 0, "told": dump(told), "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    with warehouse.begin() as connection:
        rows.insert(connection, tables.delivery, [row])


def test_open_orders_of_lws_with_a_bag_are_in_scope(erp_file: ErpFile, ledger_warehouse: Warehouse) -> None:
    erp_file.item("2300-XYZ99-0001", group="P4-OTHER")
    erp_file.order(251001)
    erp_file.order(251002, SOrderStat=1)
    erp_file.order(251003, SOrderStat=2)
    erp_file.order(251004, SOrderStat=9)
    erp_file.order(251005, SOSourceCode="WEB")
    erp_file.order(251006, item="2300-XYZ99-0001")
    erp_file.order(251007, kind="P4ART")
    erp_file.order(251008, SOrderDate="2025-12-25")
    erp_file.order(251009, PlantCode="2")
    erp_file.order(251010, item=None)
    erp_file.order(251011, item="2300-NEW01-0001")
    assert run(erp_file, ledger_warehouse)["so4_headers"] == 5
    found = values(ledger_warehouse, raws.SO4_HEADERS, "SOrderNum", "SOrderStat")
    assert found == [(251001, 0), (251002, 1), (251003, 2), (251010, 0), (251011, 0)]


def test_everything_made_for_an_order_is_read_as_it_stands_there(
    erp_file: ErpFile, ledger_warehouse: Warehouse
) -> None:
    erp_file.order(251001, quantity=150_000.5, CustRef=" 4554 0041 A ")
    erp_file.chain(251001)
    counts = run(erp_file, ledger_warehouse)
    assert counts == {
        "so4_headers": 1, "so4_lines": 1, "items": 3, "jobs_p4": 1, "requirements": 1, "po_lines": 1,
        "so2_headers": 1, "so2_lines": 1, "job_lines_p2": 1, "ship_request_lines": 1,
    }  # fmt: skip
    held = {
        table.name.removeprefix("raw_radius__"): values(ledger_warehouse, table, *table.columns.keys())
        for table in raws.metadata.tables.values()
    }
    film, roll, feet, day = f"16P4-{BASE}", f"1600-{BASE}", Decimal(550050), dt.date(2026, 2, 11)
    assert held["so4_headers"] == [
        (251001, dt.date(2026, 1, 5), dt.date(2026, 3, 1), "ABC12", "LWS", "4554 0041 A", 0)
    ]
    assert held["so4_lines"] == [(251001, 1, BASE, "RNC", Decimal("150000.5"), dt.date(2026, 3, 1))]
    assert held["jobs_p4"] == [(251001, "901001", 251002)]
    assert held["requirements"] == [
        (251001000, "901001", film, "P4-PF", feet, 0, None, dt.date(2026, 2, 26), 10, 251001, 1, 36)
    ]
    assert held["po_lines"] == [(241001, 1, "901001", 2, 10, film, feet, 0, day)]
    assert held["so2_headers"] == [(256001, 241001, 0, "4554 0041 A", None)]
    assert held["so2_lines"] == [(256001, 1, roll, feet, day)]
    assert held["job_lines_p2"] == [("911001", 1, 256001, roll, feet, 0, 251003)]
    assert held["ship_request_lines"] == [(571001, 1, 256001, 1, roll, feet, "4554 0041 A")]
    assert held["items"] == [(roll, "APP", "Rollstock"), (film, "APP", None), (BASE, "APP", "P4-LWS")]


def test_the_newest_job_is_the_one_whose_requirements_count(
    erp_file: ErpFile, ledger_warehouse: Warehouse
) -> None:
    erp_file.order(251001)
    erp_file.chain(251001)
    erp_file.put("PV_JobSOLink", PlantCode="4", JobCode="899999", JobLineNum=1, SOPlantCode="4",
                 SOrderNum=251001, SOrderLineNum=1, TableRecId=7)  # fmt: skip
    erp_file.put("PV_Req", PlantCode="4", RequirementId=5, JobCode="899999", ReqGroupCode="P4-PF")
    assert run(erp_file, ledger_warehouse)["jobs_p4"] == 2
    assert values(ledger_warehouse, raws.REQUIREMENTS, "JobCode") == [("901001",)]


def test_a_purchase_order_names_its_job_where_its_profile_says(
    erp_file: ErpFile, ledger_warehouse: Warehouse
) -> None:
    erp_file.order(251001)
    erp_file.chain(251001)
    erp_file.change("PV_POrder", {"AddtCustRef": ""}, POrderNum=241001)
    assert run(erp_file, ledger_warehouse)["po_lines"] == 0
    assert run(erp_file, ledger_warehouse, radius_profile="observed")["po_lines"] == 1


def test_orders_the_ledger_watches_are_read_whatever_became_of_them(
    erp_file: ErpFile, ledger_warehouse: Warehouse
) -> None:
    erp_file.order(251001, SOrderStat=9, SOrderDate="2025-01-01")
    erp_file.order(251002, SOrderStat=9)
    erp_file.order(251003, SOrderStat=9)
    erp_file.order(251004, SOrderStat=9)
    known(ledger_warehouse, "251001", "HELD")
    known(ledger_warehouse, "251002", "DELIVERED", {"status": 0})
    known(ledger_warehouse, "251003", "DELIVERED", {"status": 9})
    known(ledger_warehouse, "251004", "FORGOTTEN", {"status": 0})
    run(erp_file, ledger_warehouse)
    assert values(ledger_warehouse, raws.SO4_HEADERS, "SOrderNum") == [(251001,), (251002,)]


def test_what_is_gone_there_is_gone_here(erp_file: ErpFile, ledger_warehouse: Warehouse) -> None:
    erp_file.order(251001)
    erp_file.chain(251001)
    run(erp_file, ledger_warehouse)
    for table in ("PV_SOrder", "PV_SOrderLine"):
        erp_file.remove(table, SOrderNum=251001)
    assert set(run(erp_file, ledger_warehouse).values()) == {0}


def test_only_tables_of_which_something_else_was_brought_are_filled(
    erp_file: ErpFile, ledger_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[str] = []
    plain = raw.refill_columns

    def watched(connection: Any, table: sa.Table, values: Any) -> int:
        filled.append(table.name.removeprefix("raw_radius__"))
        return plain(connection, table, values)

    monkeypatch.setattr(raw, "refill_columns", watched)
    erp_file.order(251001)
    erp_file.chain(251001)
    first = run(erp_file, ledger_warehouse)
    assert sorted(filled) == sorted(first)
    filled.clear()
    assert (run(erp_file, ledger_warehouse), filled) == (first, [])
    erp_file.change("PV_SOrder", {"CustRef": "4554 0042 A"}, SOrderNum=251001)
    assert (run(erp_file, ledger_warehouse), filled) == (first, ["so4_headers"])
    assert values(ledger_warehouse, raws.SO4_HEADERS, "CustRef") == [("4554 0042 A",)]
    filled.clear()
    with ledger_warehouse.begin() as connection:
        connection.execute(sa.delete(raws.ITEMS))  # somebody emptied it
    assert (run(erp_file, ledger_warehouse), filled) == (first, ["items"])
    assert len(values(ledger_warehouse, raws.ITEMS, "ItemCode")) == 3


def test_a_read_that_fails_leaves_what_was_there(erp_file: ErpFile, ledger_warehouse: Warehouse) -> None:
    erp_file.order(251001)
    erp_file.chain(251001)
    run(erp_file, ledger_warehouse)
    erp_file.drop("PV_ShipReqLine")
    with pytest.raises(RequestRefused, match="PV_ShipReqLine"):
        run(erp_file, ledger_warehouse)
    assert values(ledger_warehouse, raws.SO4_HEADERS, "SOrderNum") == [(251001,)]


def test_the_core_of_an_item_is_without_its_marks() -> None:
    assert [core(code) for code in ("16P4-2300-A", "16p4-1600-2300-A", "1600-16P4-2300-A", "2300-A")] == [
        "2300-A", "2300-A", "16P4-2300-A", "2300-A",
    ]  # fmt: skip


def test_the_script_is_in_step_with_the_tables() -> None:
    said = "run: python -m dagster_project.radius.raw_tables"
    assert raws.SCRIPT.read_text(encoding="utf-8") == raws.script(), said
    for statement in raw.statements(raws.metadata):
        assert sqlglot.parse(statement, dialect="tsql")
