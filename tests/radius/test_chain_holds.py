"""Every hold before a chain is complete: entered with its name and a sentence, and left by itself when it is over.

What is sampled does the same in both forms of the adapter: each of its holds is tried in one of them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.delivery.states import State
from dagster_project.radius import holds
from dagster_project.warehouse.engine import Warehouse
from tests.radius.chains import BAG, PROFILES, Company, company, once

FILM, ROLL = f"16P4-{BAG}", f"1600-{BAG}"
ITEM_STATUS = "select ItemStatusCode from PUB.PM_Item where ItemCode = ?"


@pytest.fixture
def erp(tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse) as found:
        yield found


@pytest.fixture(params=PROFILES)
def either(request: pytest.FixtureRequest, tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse, request.param) as found:
        yield found


def reason(erp: Company, order: int) -> str:
    return erp.record(order).hold_reason or ""


@pytest.mark.sampled(2)
@pytest.mark.parametrize("status", ["WAIT", "PEND", ""])
def test_a_bag_that_is_not_approved_holds_before_anything_is_made(either: Company, status: str) -> None:
    erp = either
    erp.bag(derived=None)
    erp.radius.people.set_item_status(BAG, status)
    order = erp.order()
    erp.quiet()
    assert erp.walk(order) == holds.BASE_ITEM_WAIT
    assert reason(erp, order) == f"{BAG} ({status or 'blank'}) is not approved"
    assert erp.deeds() == {}
    erp.radius.people.approve_item(BAG)
    assert erp.walk(order) == holds.ITEM_CREATE_WAIT


def test_missing_items_are_made_priced_once_and_wait_for_approval(either: Company) -> None:
    erp = either
    other = "2300-ACM01-0002"
    erp.bag(derived=None)
    erp.bag(other, derived=None)
    first, second, third = erp.order(), erp.order(), erp.order(other)
    erp.quiet()
    erp.lanes = 4
    erp.run()
    assert [erp.ended(order) for order in erp.orders] == [holds.ITEM_CREATE_WAIT] * 3
    assert erp.deeds() == {"item create": 4, "PM_Item.PurchasePriceCode": 2, "PM_Item.SalesPriceCode": 2}
    assert erp.radius.control.calls()["routes"]["POST price run"] == 1
    codes = "ItemCode, ItemStatusCode, PurchasePriceCode, SalesPriceCode"
    made = f"select {codes} from PUB.PM_Item where ItemCode in (?, ?) order by 1"
    assert erp.sql(made, FILM, ROLL) == [(ROLL, "WAIT", "", ROLL), (FILM, "WAIT", FILM, "")]
    assert reason(erp, first) == f"{FILM} (WAIT), {ROLL} (WAIT): made, to be approved"
    erp.radius.people.approve_item(FILM)
    erp.run()
    assert [erp.ended(order) for order in (first, second)] == [holds.ITEM_CREATE_WAIT] * 2
    erp.radius.people.approve_waiting_items()
    erp.run()
    assert [erp.ended(order) for order in (first, second, third)] == ["COMPLETE"] * 3
    assert erp.counts() == once(3)


def test_made_items_copy_the_bag_and_take_what_makes_them_film_and_roll(erp: Company) -> None:
    erp.bag(derived=None)
    erp.walk(erp.order())
    columns = "ClassId, EstimateUse, UnitCode, ReqGroupCode, ItemGroupCode, ProdGroupCode, Purchased, Sold, CustCode"
    item = f"select {columns} from PUB.PM_Item where ItemCode = ?"
    assert erp.sql(item, FILM) == [(1, 101, "FEET", "P4-PF", "P4-F29", "", 1, 0, "")]
    assert erp.sql(item, ROLL) == [(6, 601, "FEET", "FIN ROLL", "FG_L_TOL", "Rollstock", 0, 1, "POL01")]


def test_a_price_run_that_fails_is_a_warning_and_never_an_obstacle(
    erp: Company, caplog: pytest.LogCaptureFixture
) -> None:
    erp.radius.control.settings(runner_fails=True)
    erp.bag(derived=None)
    order = erp.order()
    assert erp.walk(order) == holds.ITEM_CREATE_WAIT
    assert "prices were not updated: the price runner failed" in caplog.text
    assert "price file is locked" in caplog.text
    assert erp.one("select PurchasePriceCode from PUB.PM_Item where ItemCode = ?", FILM) == FILM
    erp.radius.people.approve_waiting_items()
    assert erp.walk(order) == "COMPLETE"


@pytest.mark.sampled(2)
def test_items_that_others_made_stop_the_order_where_they_are_needed(either: Company) -> None:
    erp = either
    erp.bag(derived="WAIT")
    order = erp.order()
    erp.quiet()
    assert erp.walk(order) == holds.ITEM_WAIT_GATE_PT
    assert erp.deeds() == {"P4 job create": 1}
    assert reason(erp, order) == f"{FILM} (WAIT) is not approved"
    erp.radius.people.approve_item(FILM)
    assert erp.walk(order) == holds.ITEM_WAIT_GATE_SP
    assert erp.counts() == {
        **once(1),
        "SO2s": 0,
        "SO2 lines": 0,
        "ship requests": 0,
        "ship lines": 0,
        "jobs P2": 0,
    }
    erp.radius.people.approve_item(ROLL)
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1)


@pytest.mark.parametrize("approved", [(), (FILM,)], ids=["before the purchase", "after it"])
def test_an_order_called_off_on_the_way_gets_nothing_more_until_it_is_open_again(
    erp: Company, approved: tuple[str, ...]
) -> None:
    erp.bag(derived="WAIT")
    order = erp.order()
    erp.quiet()
    assert erp.walk(order) == holds.ITEM_WAIT_GATE_PT
    for item in approved:
        erp.radius.people.approve_item(item)
        assert erp.walk(order) == holds.ITEM_WAIT_GATE_SP
    made = erp.counts()
    erp.radius.people.cancel(order)
    erp.radius.people.approve_waiting_items()
    assert erp.walk(order) == "ELIGIBLE"
    assert f"order {order} is complete or cancelled in the ERP" in (erp.record(order).error_message or "")
    assert erp.counts() == made
    if approved:  # without a purchase its requirements stay closed
        erp.radius.people.release(order)
        assert erp.walk(order) == "COMPLETE"
        assert erp.counts() == once(1)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("hold", ["hold", "credit_hold"])
def test_an_order_that_is_held_gets_no_job(either: Company, hold: str) -> None:
    erp = either
    erp.bag()
    order = erp.order()
    getattr(erp.radius.people, hold)(order)
    erp.quiet()
    assert erp.walk(order) == holds.JOB_P4_HOLD
    assert erp.deeds() == {}
    erp.radius.people.release(order)
    assert erp.walk(order) == "COMPLETE"


def test_a_job_of_plant_4_that_is_refused_holds_in_the_words_of_the_erp(either: Company) -> None:
    erp = either
    erp.bag()
    erp.radius.people.set_estimate(BAG, p4=False)
    order = erp.order()
    assert erp.walk(order) == holds.JOB_P4_HOLD
    assert f"A valid estimate cannot be determined from item {BAG}" in reason(erp, order)
    erp.radius.people.set_estimate(BAG)
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1)


def test_a_job_of_plant_2_that_is_refused_holds_in_the_words_of_the_erp(either: Company) -> None:
    erp = either
    erp.bag()
    erp.radius.people.set_estimate(BAG, p2=False)
    order = erp.order()
    assert erp.walk(order) == holds.JOB_P2_SO_ON_HOLD
    assert "A valid estimate cannot be determined" in reason(erp, order)
    erp.radius.people.set_estimate(BAG)
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1)


def test_a_job_without_requirements_is_refused(erp: Company) -> None:
    erp.bag()
    order = erp.order()
    erp.radius.people.change_film(order)
    assert erp.walk(order) == "REQS_P4"
    record = erp.record(order)
    assert record.state is State.REJECTED
    assert "requires no film that is still open" in (record.error_message or "")


@pytest.mark.sampled(2)
def test_the_wrong_film_holds_before_it_is_bought_and_heals_by_itself(either: Company) -> None:
    erp = either
    erp.bag()
    other = erp.bag("2300-ACM01-0009")
    order = erp.order()
    erp.radius.people.change_film(order, f"16P4-{other}")
    assert erp.walk(order) == holds.FILM_MISMATCH
    assert reason(erp, order) == f"expected {FILM} for line 1; the job requires 16P4-{other}"
    assert erp.counts()["POs"] == 0
    erp.radius.people.change_film(order, FILM)
    erp.radius.people.reconfirm_p4(order)
    assert erp.walk(order) == "COMPLETE"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("hold", ["hold", "credit_hold"])
def test_defect_16_a_plant_2_order_that_somebody_holds_is_left_alone(either: Company, hold: str) -> None:
    erp = either
    erp.bag()
    order = erp.order()
    erp.radius.people.set_estimate(BAG, p2=False)
    assert erp.walk(order) == holds.JOB_P2_SO_ON_HOLD
    so2 = erp.so2(order)
    getattr(erp.radius.people, hold)(so2)
    erp.radius.people.set_estimate(BAG)
    erp.quiet()
    assert erp.walk(order) == holds.SO_P2_STATUS_HOLD
    assert erp.deeds() == {}
    assert str(so2) in reason(erp, order)
    assert erp.one("select SOrderStat from PUB.PV_SOrder where SOrderNum = ?", so2) in (1, 2)
    erp.radius.people.release(so2)
    assert erp.walk(order) == "COMPLETE"


def test_without_direct_sql_a_person_authorises_the_plant_2_order(
    tmp_path: Path, ledger_warehouse: Warehouse
) -> None:
    with company(tmp_path, ledger_warehouse, radius_direct_sql=False) as erp:
        erp.bag()
        order = erp.order()
        assert erp.walk(order) == holds.SO_P2_STATUS_HOLD
        assert not any("." in deed for deed in erp.deeds())
        erp.radius.people.release(erp.so2(order))
        assert erp.walk(order) == "COMPLETE"
        assert erp.counts() == once(1)


@pytest.mark.sampled(2)
def test_lines_that_do_not_show_hold_the_ship_request_until_they_do(either: Company) -> None:
    erp = either
    erp.bag()
    order = erp.order()
    erp.radius.control.settings(view_lag_seconds=3600)
    assert erp.walk(order) == holds.SHIPREQ_P2_WAIT_LINES
    with erp.radius.erp.changing("world") as session:
        session._connection.execute("update sandbox_late_PV_SOrder set due_at = 0")
        session._connection.execute("update sandbox_late_PV_SOrderLine set due_at = 0")
    erp.radius.control.settings(view_lag_seconds=0)
    erp.radius.erp.publish()
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1)


def test_a_plant_2_order_that_is_complete_already_ends_the_order(erp: Company) -> None:
    erp.bag()
    order = erp.order()
    erp.radius.people.set_estimate(BAG, p2=False)
    erp.run()
    erp.radius.people.complete(erp.so2(order))
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts()["jobs P2"] == 0


def test_a_hold_that_lasts_keeps_its_age_and_holds_nobody_else(erp: Company) -> None:
    erp.bag()
    held, free = erp.order(), erp.order()
    erp.radius.people.hold(held)
    erp.run()
    since = erp.record(held).hold_since
    assert erp.ended(free) == "COMPLETE"
    erp.clock.sleep(3600)
    erp.run()
    assert erp.record(held).hold_since == since


def test_defect_13_a_hold_stands_in_the_ledger_under_its_own_name(erp: Company) -> None:
    """Also one that is found while something is being sent."""
    erp.bag()
    order = erp.order()
    erp.radius.people.set_estimate(BAG, p2=False)
    erp.run()
    record = erp.record(order)
    assert (record.state, record.error_code, record.error_class) == (
        State.HELD, holds.JOB_P2_SO_ON_HOLD, "business hold"
    )  # fmt: skip
    assert record.hold_since is not None
