"""Orders become complete chains, each object once, in both forms of the adapter."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.clock import SystemClock
from dagster_project.warehouse.engine import Warehouse
from tests.radius.chains import BAG, LEAD, PROFILES, Company, company, once

FEET = 375_500
"""Of 150,000 bags at the sandbox's ratio and spoilage."""
OTHER, THIRD = "2300-ACM01-0002", "2300-BEE02-0007"


@pytest.fixture(params=PROFILES)
def erp(request: pytest.FixtureRequest, tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse, request.param) as found:
        yield found


@pytest.mark.sampled(3)  # in either form of the adapter, one of them with lanes
@pytest.mark.parametrize("lanes", [1, 4])
def test_orders_become_whole_chains_and_a_second_run_sends_nothing(erp: Company, lanes: int) -> None:
    erp.lanes = lanes
    erp.bag()
    orders = [erp.order(custref=f"4554 004{n} A") for n in range(3)]
    erp.run()
    assert [erp.ended(order) for order in orders] == ["COMPLETE"] * 3
    assert erp.counts() == once(3)
    erp.quiet()
    erp.run()
    assert [erp.ended(order) for order in orders] == ["COMPLETE"] * 3
    assert erp.deeds() == {}


def test_what_is_made_says_what_was_ordered(erp: Company) -> None:
    erp.bag()
    order = erp.order(custref="3736 PEND11", days=40)
    erp.run()
    po, so2 = erp.po(order), erp.so2(order)
    link = "AddtCustRef" if erp.profile == "documented" else "SuppRef"
    job = erp.record(order, "jobs_p4").remote_id
    assert erp.sql(f"select {link}, POrderStat from PUB.PV_POrder where POrderNum = ?", po) == [(job, 2)]
    required = dt.date.today() + dt.timedelta(days=40 - 3)  # film is required three days before the bags
    sent = (required - dt.timedelta(days=LEAD)).isoformat()
    line = "select POrderLineNum, ItemCode, OrderedQty, ReqDate, DimA, ReceivedQty from PUB.PV_POrderLine"
    assert erp.sql(line) == [(1, f"16P4-{BAG}", FEET, sent, 36, 0)]
    header = "select CustCode, CustRef, AddtCustRef, SOrderStat from PUB.PV_SOrder where SOrderNum = ?"
    assert erp.sql(header, so2) == [("POL01", "3736 PEND11", str(po), 0)]
    columns = "SOrderLineNum, ItemCode, OrderedQty, ReqDate, SOItemTypeCode"
    sold = f"select {columns} from PUB.PV_SOrderLine where PlantCode = '2'"
    assert erp.sql(sold) == [(1, f"1600-{BAG}", FEET, sent, "RNC")]
    shipped = "select SOrderNum, SOrderLineNum, ItemCode, ShipQty, ShippingRef from PUB.PV_ShipReqLine"
    assert erp.sql(shipped) == [(so2, 1, f"1600-{BAG}", FEET, "3736 PEND11")]
    assert erp.one("select ShipDate from PUB.PV_ShipReq") == sent
    assert erp.sql("select ItemCode, OrderedQty from PUB.PV_JobLine where PlantCode = '2'") == [
        (f"1600-{BAG}", FEET)
    ]


def test_the_ledger_holds_what_was_told_with_its_number_in_the_erp(erp: Company) -> None:
    erp.bag()
    order = erp.order(days=40)
    erp.run()
    erp.run()  # the reference is told of an order of plant 2 that is there
    key = f"{order}/P4-PF/16P4-{BAG}"
    required = (dt.date.today() + dt.timedelta(days=37)).isoformat()
    (bought,), (sold,), (shipped,) = (
        erp.chain(order, entity) for entity in ("po_lines", "so2_lines", "ship_request_lines")
    )
    job = erp.record(order, "jobs_p4").remote_id
    assert (bought.key, bought.told) == (key, {
        "job": job, "item": f"16P4-{BAG}", "quantity": str(FEET), "required_date": required, "dim_a": "36",
        "so4_line": 1,
    })  # fmt: skip
    assert sold.key == shipped.key == key
    assert sold.told is not None
    assert {**sold.told, "po": str(sold.told["po"])} == {
        "item": f"1600-{BAG}", "quantity": str(FEET), "required_date": required, "so_item_type": "RNC",
        "po": str(bought.remote_id).partition("/")[0], "authorised": True, "confirmed": True,
    }  # fmt: skip
    assert shipped.told == {
        "so2_line": sold.remote_id, "quantity": str(FEET), "required_date": required,
        "shipping_ref": "4554 0041 A",
    }  # fmt: skip
    (line,) = erp.chain(order, "so4_lines")
    newest = erp.one("select max(RequirementId) from PUB.PV_Req")
    assert (line.key, line.remote_id, line.told) == (f"{order}/1", None, {
        "item": BAG, "ordered_qty": "150000", "confirmation": newest,
        "req_date": (dt.date.today() + dt.timedelta(days=40)).isoformat(),
    })  # fmt: skip
    reference = erp.record(order, "so2_references")
    assert (reference.remote_id, (reference.told or {})["custref"]) == (str(erp.so2(order)), "4554 0041 A")
    assert erp.record(order, "jobs_p2").remote_id == erp.one(
        "select distinct JobCode from PUB.PV_JobSOLink where PlantCode = '2'"
    )


def test_defect_10_every_line_of_an_order_is_carried_by_one_purchase_order(erp: Company) -> None:
    for item in (BAG, OTHER, THIRD):
        erp.bag(item)
    order = erp.order()
    erp.radius.people.add_line(order, OTHER, 20_000)
    erp.radius.people.add_line(order, THIRD, 30_000)
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1, lines=3)
    items = "select ItemCode, {} from PUB.{} order by ItemCode"
    feet = [(f"16P4-{BAG}", FEET), (f"16P4-{OTHER}", 50_500), (f"16P4-{THIRD}", 75_500)]
    assert erp.sql(items.format("OrderedQty", "PV_POrderLine")) == feet
    assert [c["name"] for body in erp.requests() for c in body if c["name"].startswith("purchase_order_c")] == [
        "purchase_order_create", "purchase_order_confirm"
    ]  # fmt: skip
    assert erp.sql(items.format("ShipQty", "PV_ShipReqLine")) == [
        (i.replace("16P4", "1600"), q) for i, q in feet
    ]


def test_defect_11_two_requirements_of_one_item_are_summed(erp: Company) -> None:
    erp.bag()
    with erp.radius.erp.changing("world") as session:
        session.update("sandbox_estimate", {"webs": 2}, ItemCode=BAG)
    order = erp.order()
    assert erp.walk(order) == "COMPLETE"
    assert erp.one("select count(*) from PUB.PV_Req") == 2
    assert erp.counts() == once(1)
    assert erp.one("select OrderedQty from PUB.PV_POrderLine") == FEET


def test_defect_19_film_that_is_not_printed_is_never_bought_from_plant_2(erp: Company) -> None:
    erp.bag()
    with erp.radius.erp.changing("world") as session:
        session.update("sandbox_estimate", {"extra": "1200-CLEAR-0001"}, ItemCode=BAG)
    order = erp.order()
    assert erp.walk(order) == "COMPLETE"
    assert erp.sql("select ReqGroupCode from PUB.PV_Req order by 1") == [("P4-FILM",), ("P4-PF",)]
    assert erp.counts() == once(1)
    assert erp.one("select count(*) from PUB.PM_Item where ItemCode like '%CLEAR%'") == 0


def test_defect_26_what_shows_late_is_waited_for(tmp_path: Path, ledger_warehouse: Warehouse) -> None:
    with company(tmp_path, ledger_warehouse, lag=0.7, clock=SystemClock(), radius_quiet_seconds=3) as erp:
        erp.bag()
        orders = [erp.order() for _ in range(3)]
        erp.lanes = 4
        erp.run()
        assert [erp.ended(order) for order in orders] == ["COMPLETE"] * 3
        assert erp.counts() == once(3)
        assert erp.sql("select distinct POrderStat from PUB.PV_POrder") == [(2,)]


def test_what_the_predecessor_made_is_adopted_not_made_again(erp: Company) -> None:
    erp.bag()
    order = erp.order()
    erp.run()
    with erp.ledger().warehouse.begin() as connection:
        connection.exec_driver_sql("delete from delivery")
        connection.exec_driver_sql("delete from delivery_event")
    erp.quiet()
    assert erp.walk(order) == "COMPLETE"
    assert erp.counts() == once(1)
    assert erp.deeds() == {}
