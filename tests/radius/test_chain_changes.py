"""What becomes of other references, dates and lines after the chain was made."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.radius import holds
from dagster_project.warehouse.engine import Warehouse
from tests.radius.chains import (
    LEAD,
    MADE,
    MORE,
    PO,
    PROFILES,
    SHIPPED,
    SO2,
    Company,
    company,
    once,
)

OTHER = "2300-ACM01-0002"


@pytest.fixture
def erp(tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse) as found:
        found.bag()
        yield found


@pytest.fixture(params=PROFILES)
def either(request: pytest.FixtureRequest, tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse, request.param) as found:
        found.bag()
        yield found


def test_a_changed_reference_travels_to_order_and_ship_request_without_a_hold(either: Company) -> None:
    erp = either
    order = erp.complete(custref="3736 PEND11")
    erp.radius.people.change_custref(order, "4554 0041 A")
    assert erp.walk(order) == "COMPLETE"
    so2 = erp.so2(order)
    assert erp.one("select CustRef from PUB.PV_SOrder where SOrderNum = ?", so2) == "4554 0041 A"
    assert erp.one("select ShippingRef from PUB.PV_ShipReqLine") == "4554 0041 A"
    assert erp.status(so2) == 0
    assert erp.one("select OrderedQty from PUB.PV_POrderLine") == MADE


def test_defect_8_a_reference_that_goes_back_and_forth_is_told_each_time(erp: Company) -> None:
    order = erp.complete(custref="A")
    for reference in ("B", "A", "B"):
        erp.quiet()
        erp.radius.people.change_custref(order, reference)
        assert erp.walk(order) == "COMPLETE"
        assert erp.deeds()["SO2 update"] == 1
        assert erp.one("select CustRef from PUB.PV_SOrder where PlantCode = '2'") == reference


def test_a_reference_travels_although_the_order_is_held(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_quantity(order, 180_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.change_custref(order, "ALP235")
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    assert erp.one("select CustRef from PUB.PV_SOrder where PlantCode = '2'") == "ALP235"
    assert erp.one("select ShippingRef from PUB.PV_ShipReqLine") == "ALP235"


def test_a_reference_that_is_emptied_is_empty_everywhere_it_was(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_custref(order, "")
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select CustRef from PUB.PV_SOrder where PlantCode = '2'") == ""
    assert erp.one("select ShippingRef from PUB.PV_ShipReqLine") == str(erp.po(order))


def test_an_order_with_two_purchase_orders_tells_both_plant_2_orders(erp: Company) -> None:
    """The first was closed before a line came; the line has one of its own."""
    erp.bag(OTHER)
    order = erp.complete(custref="A")
    erp.radius.people.close_po(erp.po(order))
    erp.radius.people.add_line(order, OTHER, 20_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert erp.counts()["POs"] == erp.counts()["SO2s"] == 2
    numbers = [number for (number,) in erp.sql("select SOrderNum from PUB.PV_SOrder where PlantCode = '2'")]
    erp.radius.people.create_job(max(numbers), "2")
    assert erp.walk(order) == "COMPLETE"
    erp.radius.people.change_custref(order, "B")
    assert erp.walk(order) == "COMPLETE"
    told = "select CustRef, SOrderStat from PUB.PV_SOrder where PlantCode = '2'"
    assert erp.sql(told) == [("B", 0), ("B", 0)]
    assert erp.sql("select distinct ShippingRef from PUB.PV_ShipReqLine") == [("B",)]


@pytest.mark.parametrize("hold", ["hold", "credit_hold"])
def test_defect_16_a_change_does_not_touch_a_plant_2_order_that_somebody_holds(
    erp: Company, hold: str
) -> None:
    order = erp.complete()
    so2 = erp.so2(order)
    getattr(erp.radius.people, hold)(so2)
    before = erp.status(so2)
    erp.radius.people.change_custref(order, "ALP235")
    assert erp.walk(order) == holds.SO_P2_STATUS_HOLD
    assert (erp.deeds(), erp.status(so2)) == ({}, before)
    erp.radius.people.release(so2)
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select CustRef from PUB.PV_SOrder where SOrderNum = ?", so2) == "ALP235"


# -- dates ------------------------------------------------------------------------------------------


def test_defect_9_a_changed_date_travels_everywhere_with_the_lead_time(either: Company) -> None:
    erp = either
    order = erp.complete(days=40)
    required = dt.date.today() + dt.timedelta(days=60)
    erp.radius.people.change_date(order, required.isoformat())
    assert erp.walk(order) == "COMPLETE"
    sent = (required - dt.timedelta(days=3 + LEAD)).isoformat()
    assert erp.one("select ReqDate from PUB.PV_POrderLine") == sent
    assert erp.one("select ReqDate from PUB.PV_SOrderLine where PlantCode = '2'") == sent
    assert erp.one("select ShipDate from PUB.PV_ShipReq") == sent
    assert erp.feet() == (MADE, MADE, MADE, MADE)
    assert erp.status(erp.so2(order)) == 0
    erp.quiet()
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}


def test_a_date_is_never_before_today(erp: Company) -> None:
    order = erp.complete(days=40)
    erp.radius.people.change_date(order, (dt.date.today() + dt.timedelta(days=5)).isoformat())
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select ReqDate from PUB.PV_POrderLine") == dt.date.today().isoformat()


def test_defect_9_a_changed_quantity_leaves_the_dates_alone(erp: Company) -> None:
    order = erp.complete(days=40)
    dates = "select ReqDate from PUB.PV_SOrderLine where PlantCode = '2'"
    before = erp.one(dates)
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    erp.walk(order)
    assert erp.one(dates) == before


# -- lines ------------------------------------------------------------------------------------------


def test_defect_10_a_line_that_comes_later_joins_the_purchase_order(either: Company) -> None:
    erp = either
    erp.bag(OTHER)
    order = erp.complete()
    erp.radius.people.add_line(order, OTHER, 20_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    assert f"line 2: 0 -> 20000 {OTHER}" in (erp.record(order).hold_reason or "")
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    erp.radius.people.create_job(erp.so2(order), "2")
    assert erp.walk(order) == "COMPLETE"
    assert {**erp.counts(), "jobs P2": 1} == {**once(1, lines=2)}
    assert erp.sql(f"{PO} order by POrderLineNum") == [(MADE,), (50_500,)]
    assert erp.sql(f"{SHIPPED} order by ShipReqLineNum") == [(MADE,), (50_500,)]


def test_a_line_that_is_removed_is_left_to_a_person_once_the_job_follows(erp: Company) -> None:
    erp.bag(OTHER)
    order = erp.order()
    erp.radius.people.add_line(order, OTHER, 20_000)
    erp.run()
    assert erp.walk(order) == "COMPLETE"
    erp.radius.people.remove_line(order, 2)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.reconfirm_p4(order)
    erp.quiet()
    assert erp.walk(order) == holds.PO_BLOCKED
    assert "16P4-2300-ACM01-0002 is not required any more" in (erp.record(order).hold_reason or "")
    assert erp.walk(order, by_hand=[order]) == "COMPLETE"
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}


def test_one_line_rises_while_another_falls(erp: Company) -> None:
    erp.bag(OTHER)
    order = erp.order()
    erp.radius.people.add_line(order, OTHER, 20_000)
    erp.run()
    erp.radius.people.change_quantity(order, 180_000, line=1)
    erp.radius.people.change_quantity(order, 10_000, line=2)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    assert erp.sql(f"{PO} order by 1") == [(25_500,), (MORE,)]
    assert erp.sql(f"{SO2} order by 1") == [(50_500,), (MORE,)]
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"
    assert erp.sql(f"{SO2} order by 1") == [(25_500,), (MORE,)]
    assert erp.sql(f"{SHIPPED} order by 1") == [(25_500,), (MORE,)]
