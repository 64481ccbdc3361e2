"""What becomes of another quantity after the chain was made, and of purchase orders that take none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.radius import holds
from dagster_project.warehouse.engine import Warehouse
from tests.radius.chains import BAG, LESS, MADE, MORE, PROFILES, Company, company, once

ROLL = f"1600-{BAG}"


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


def test_an_increase_waits_for_both_reconfirmations(either: Company) -> None:
    erp = either
    order = erp.complete()
    erp.radius.people.change_quantity(order, 180_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    said = erp.record(order).hold_reason or ""
    assert said == f"line 1: 150000 -> 180000 {BAG}: the job of plant 4 is still confirmed for what was"
    assert erp.deeds() == {}
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert erp.feet() == (MORE, MORE, MORE, MADE)
    assert erp.status(erp.so2(order)) == 0
    assert erp.record(order).hold_reason == (
        f"job {erp.one('select max(JobCode) from PUB.PV_JobLine where PlantCode = ' + repr('2'))}: "
        f"{ROLL}: the job makes {MADE}, {MORE} are wanted"
    )
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"
    assert erp.feet() == (MORE, MORE, MORE, MORE)
    assert erp.counts() == once(1)


def test_a_decrease_touches_plant_2_only_after_its_job_was_reconfirmed(either: Company) -> None:
    erp = either
    order = erp.complete()
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    assert erp.feet() == (LESS, MADE, MADE, MADE)
    assert erp.walk(order) == holds.DECREASED
    assert erp.deeds() == {"PO update": 1, "PO line": 1}
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"
    assert erp.feet() == (LESS, LESS, LESS, LESS)
    assert erp.status(erp.so2(order)) == 0
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
    assert erp.feet() == (LESS, LESS, LESS, LESS)


def test_defect_4_a_change_made_while_an_order_is_held_is_not_lost(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    erp.radius.people.change_quantity(order, 200_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert erp.feet() == (500_500, 500_500, 500_500, MADE)
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"


def test_defect_4_a_decrease_that_becomes_an_increase_while_it_waits(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.INCREASED
    assert erp.feet() == (MORE, MORE, MORE, MADE)
    erp.radius.people.reconfirm_p2(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"


def test_defect_5_a_quantity_that_is_put_back_releases_the_hold(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_quantity(order, 180_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.change_quantity(order, 150_000)
    assert erp.walk(order) == "COMPLETE"
    assert erp.deeds() == {}


def test_defect_5_a_decrease_that_is_put_back_leaves_everything_as_it_was(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_quantity(order, 100_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == holds.DECREASED
    erp.radius.people.change_quantity(order, 150_000)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == "COMPLETE"
    assert erp.feet() == (MADE, MADE, MADE, MADE)


def test_defect_7_a_reconfirmation_that_requires_as_much_as_before_releases(erp: Company) -> None:
    """Rounded, or corrected by a planner: the requirements are new ones all the same."""
    order = erp.complete()
    erp.radius.people.change_quantity(order, 150_100)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
    erp.radius.people.reconfirm_p4(order, keep_quantities=True)
    assert erp.walk(order) == "COMPLETE"
    assert erp.feet() == (MADE, MADE, MADE, MADE)
    assert erp.deeds() == {}


def test_a_requirement_that_a_planner_changes_is_carried_through(erp: Company) -> None:
    order = erp.complete()
    erp.radius.people.change_requirement(erp.one("select RequirementId from PUB.PV_Req"), MORE)
    assert erp.walk(order) == holds.INCREASED
    assert erp.feet() == (MORE, MORE, MORE, MADE)


def test_what_people_did_already_by_hand_is_told_without_a_call(erp: Company) -> None:
    order = erp.complete()
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
    order = erp.complete()
    erp.radius.people.reconfirm_p2(erp.so2(order), quantity=MORE)
    erp.radius.people.change_custref(order, "8111 0001 B")
    assert erp.walk(order) == "COMPLETE"


# -- purchase orders that take no change -------------------------------------------------------------


@pytest.mark.sampled(2)  # each deed in one form of the adapter, both forms among them
@pytest.mark.parametrize("deed", ["receive_po", "close_po", "cancel_po"])
def test_defect_6_a_blocked_purchase_order_is_completed_by_hand_or_when_it_is_put_back(
    either: Company, deed: str
) -> None:
    erp = either
    order = erp.complete()
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


def test_an_order_that_is_completed_by_hand_is_still_watched(either: Company) -> None:
    erp = either
    order = erp.complete()
    erp.radius.people.receive_po(erp.po(order))
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    erp.walk(order)
    assert erp.walk(order, by_hand=[order]) == "COMPLETE"
    erp.radius.people.change_custref(order, "8111 0001 B")
    assert erp.walk(order) == "COMPLETE"
    erp.radius.people.change_quantity(order, 200_000)
    assert erp.walk(order) == holds.QUANTITY_CHANGED
