"""What becomes of a change after the chain was made: quantities, references, dates, lines."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.radius import holds
from dagster_project.warehouse.engine import Warehouse
from tests.radius.chains import BAG, LEAD, PROFILES, Company, company, once

FILM, ROLL = f"16P4-{BAG}", f"1600-{BAG}"
OTHER = "2300-ACM01-0002"
MADE, MORE, LESS = 375_500, 450_500, 250_500
"""Feet of 150,000, 180,000 and 100,000 bags."""
PO = "select OrderedQty from PUB.PV_POrderLine"
SO2 = "select OrderedQty from PUB.PV_SOrderLine where PlantCode = '2'"
SHIPPED = "select ShipQty from PUB.PV_ShipReqLine"
JOB = "select OrderedQty from PUB.PV_JobLine where PlantCode = '2'"


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


def complete(erp: Company, **said: object) -> int:
    """An order whose chain is made and was looked at once more."""
    order = erp.order(**said)  # type: ignore[arg-type]
    erp.run(order)
    assert erp.walk(order) == "COMPLETE"
    erp.quiet()
    return order


def feet(erp: Company) -> tuple[float, float, float, float]:
    """Purchase order, plant-2 order, ship request, P2 job."""
    return erp.one(PO), erp.one(SO2), erp.one(SHIPPED), erp.one(JOB)


def status(erp: Company, so2: int) -> int:
    found: int = erp.one("select SOrderStat from PUB.PV_SOrder where SOrderNum = ?", so2)
    return found


# -- quantities -------------------------------------------------------------------------------------


def test_an_increase_waits_for_both_reconfirmations(either: Company) -> None:
    erp = either
    order = complete(erp)
    erp.radius.people.change_quantity(order, 180_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    said = erp.record(order).hold_reason or ""
    assert said == f"line 1: 150000 -> 180000 {BAG}: the job of plant 4 is still confirmed for what was"
    assert erp.deeds() == {}
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert feet(erp) == (MORE, MORE, MORE, MADE)
    assert status(erp, erp.so2(order)) == 0
    assert erp.record(order).hold_reason == (
        f"job {erp.one('select max(JobCode) from PUB.PV_JobLine where PlantCode = ' + repr('2'))}: "
        f"{ROLL}: the job makes {MADE}, {MORE} are wanted"
    )
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"
    assert feet(erp) == (MORE, MORE, MORE, MORE)
    assert erp.counts() == once(1)


def test_a_decrease_touches_plant_2_only_after_its_job_was_reconfirmed(either: Company) -> None:
    erp = either
    order = complete(erp)
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    assert feet(erp) == (LESS, MADE, MADE, MADE)
    assert erp.walk(order) == holds.DECREASED
    assert erp.deeds() == {"PO update": 1, "PO line": 1}
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"
    assert feet(erp) == (LESS, LESS, LESS, LESS)
    assert status(erp, erp.so2(order)) == 0
    erp.quiet()
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}


def test_before_there_is_a_job_of_plant_2_a_decrease_goes_through_at_once(erp: Company) -> None:
    erp.radius.people.set_estimate(BAG, p2=False)
    order = erp.order()
    assert erp.walk(order) == holds.JOB_P2_SO_ON_HOLD
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    erp.radius.people.set_estimate(BAG)
    assert erp.walk(order) == "COMPLETE"
    assert feet(erp) == (LESS, LESS, LESS, LESS)


def test_defect_4_a_change_made_while_an_order_is_held_is_not_lost(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    erp.radius.people.change_quantity(order, 200_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert feet(erp) == (500_500, 500_500, 500_500, MADE)
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"


def test_defect_4_a_decrease_that_becomes_an_increase_while_it_waits(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert feet(erp) == (MORE, MORE, MORE, MADE)
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"


def test_defect_5_a_quantity_that_is_put_back_releases_the_hold(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_quantity(order, 180_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.change_quantity(order, 150_000)
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}


def test_defect_5_a_decrease_that_is_put_back_leaves_everything_as_it_was(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    erp.radius.people.change_quantity(order, 150_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == "COMPLETE"
    assert feet(erp) == (MADE, MADE, MADE, MADE)


def test_defect_7_a_reconfirmation_that_requires_as_much_as_before_releases(erp: Company) -> None:
    """Rounded, or corrected by a planner: the requirements are new ones all the same."""
    order = complete(erp)
    erp.radius.people.change_quantity(order, 150_100)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.reconfirm_p4(order, keep_quantities=True)
    assert erp.walk(order) == "COMPLETE"
    assert feet(erp) == (MADE, MADE, MADE, MADE)
    assert erp.deeds() == {}


def test_a_requirement_that_a_planner_changes_is_carried_through(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_requirement(erp.one("select RequirementId from PUB.PV_Req"), MORE)
    assert erp.walk(order) == holds.INCREASED
    assert feet(erp) == (MORE, MORE, MORE, MADE)


def test_what_people_did_already_by_hand_is_told_without_a_call(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    erp.sql("update PUB.PV_POrderLine set OrderedQty = ?", MORE)
    erp.sql("update PUB.PV_SOrderLine set OrderedQty = ? where PlantCode = '2'", MORE)
    erp.sql("update PUB.PV_ShipReqLine set ShipQty = ?", MORE)
    erp.radius.people.reconfirm_p2(erp.so2(order))
    erp.quiet()
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}
    assert erp.told(order, "po_lines")[0]["quantity"] == str(MORE)


def test_a_complete_order_asks_no_more_what_plant_2_does_with_its_job(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.reconfirm_p2(erp.so2(order), quantity=MORE)
    erp.radius.people.change_custref(order, "8111 0001 B")
    assert erp.walk(order) == "COMPLETE"


# -- purchase orders that take no change -------------------------------------------------------------


@pytest.mark.parametrize("deed", ["receive_po", "close_po", "cancel_po"])
def test_defect_6_a_blocked_purchase_order_is_completed_by_hand_or_when_it_is_put_back(
    erp: Company, deed: str
) -> None:
    order = complete(erp)
    getattr(erp.radius.people, deed)(erp.po(order))
    assert erp.walk(order) == "COMPLETE"
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    erp.quiet()
    assert erp.walk(order) == holds.PO_BLOCKED
    since = erp.record(order).hold_since
    assert erp.walk(order) == holds.PO_BLOCKED
    assert erp.record(order).hold_since == since
    assert f"quantity {MADE} -> {MORE}" in (erp.record(order).hold_reason or "")
    erp.radius.people.change_quantity(order, 150_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == "COMPLETE"
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.PO_BLOCKED
    assert erp.walk(order, by_hand=[order]) == "COMPLETE"
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}
    assert [erp.told(order, e)[0]["quantity"] for e in ("po_lines", "so2_lines", "ship_request_lines")] == [
        str(MORE)
    ] * 3


def test_an_order_that_is_completed_by_hand_is_still_watched(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.receive_po(erp.po(order))
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    erp.walk(order)
    assert erp.walk(order, by_hand=[order]) == "COMPLETE"
    erp.radius.people.change_custref(order, "8111 0001 B")
    assert erp.walk(order) == "COMPLETE"
    erp.radius.people.change_quantity(order, 200_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED


# -- references -------------------------------------------------------------------------------------


def test_a_changed_reference_travels_to_order_and_ship_request_without_a_hold(either: Company) -> None:
    erp = either
    order = complete(erp, custref="3736 PEND11")
    erp.radius.people.change_custref(order, "4554 0041 A")
    assert erp.walk(order) == "COMPLETE"
    so2 = erp.so2(order)
    assert erp.one("select CustRef from PUB.PV_SOrder where SOrderNum = ?", so2) == "4554 0041 A"
    assert erp.one("select ShippingRef from PUB.PV_ShipReqLine") == "4554 0041 A"
    assert status(erp, so2) == 0
    assert erp.one("select OrderedQty from PUB.PV_POrderLine") == MADE


def test_defect_8_a_reference_that_goes_back_and_forth_is_told_each_time(erp: Company) -> None:
    order = complete(erp, custref="A")
    for reference in ("B", "A", "B"):
        erp.quiet()
        erp.radius.people.change_custref(order, reference)
        assert erp.walk(order) == "COMPLETE"
        assert erp.deeds()["SO2 update"] == 1
        assert erp.one("select CustRef from PUB.PV_SOrder where PlantCode = '2'") == reference


def test_a_reference_travels_although_the_order_is_held(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_quantity(order, 180_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.change_custref(order, "ALP235")
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    assert erp.one("select CustRef from PUB.PV_SOrder where PlantCode = '2'") == "ALP235"
    assert erp.one("select ShippingRef from PUB.PV_ShipReqLine") == "ALP235"


def test_a_reference_that_is_emptied_is_empty_everywhere_it_was(erp: Company) -> None:
    order = complete(erp)
    erp.radius.people.change_custref(order, "")
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select CustRef from PUB.PV_SOrder where PlantCode = '2'") == ""
    assert erp.one("select ShippingRef from PUB.PV_ShipReqLine") == str(erp.po(order))


@pytest.mark.parametrize("hold", ["hold", "credit_hold"])
def test_defect_16_a_change_does_not_touch_a_plant_2_order_that_somebody_holds(
    erp: Company, hold: str
) -> None:
    order = complete(erp)
    so2 = erp.so2(order)
    getattr(erp.radius.people, hold)(so2)
    before = status(erp, so2)
    erp.radius.people.change_custref(order, "ALP235")
    assert erp.walk(order) == holds.SO_P2_STATUS_HOLD
    assert (erp.deeds(), status(erp, so2)) == ({}, before)
    erp.radius.people.release(so2)
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select CustRef from PUB.PV_SOrder where SOrderNum = ?", so2) == "ALP235"


# -- dates ------------------------------------------------------------------------------------------


def test_defect_9_a_changed_date_travels_everywhere_with_the_lead_time(either: Company) -> None:
    erp = either
    order = complete(erp, days=40)
    required = dt.date.today() + dt.timedelta(days=60)
    erp.radius.people.change_date(order, required.isoformat())
    assert erp.walk(order) == "COMPLETE"
    sent = (required - dt.timedelta(days=3 + LEAD)).isoformat()
    assert erp.one("select ReqDate from PUB.PV_POrderLine") == sent
    assert erp.one("select ReqDate from PUB.PV_SOrderLine where PlantCode = '2'") == sent
    assert erp.one("select ShipDate from PUB.PV_ShipReq") == sent
    assert feet(erp) == (MADE, MADE, MADE, MADE)
    assert status(erp, erp.so2(order)) == 0
    erp.quiet()
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}


def test_a_date_is_never_before_today(erp: Company) -> None:
    order = complete(erp, days=40)
    erp.radius.people.change_date(order, (dt.date.today() + dt.timedelta(days=5)).isoformat())
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select ReqDate from PUB.PV_POrderLine") == dt.date.today().isoformat()


def test_defect_9_a_changed_quantity_leaves_the_dates_alone(erp: Company) -> None:
    order = complete(erp, days=40)
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
    order = complete(erp)
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
