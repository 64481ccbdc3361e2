"""From a sales order of plant 4 to the job of plant 2, in both forms, by a caller who knows nothing of the product."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.radius.erp import Erp
from sandbox.radius.people import People
from tests.sandbox.radius_wire import (
    DAY,
    FEET,
    Wire,
    purchase,
    purchase_line,
    sale,
    sale_line,
    ship,
    ship_line,
)

BAG, FILM, ROLL = "2300-ABC12-0001", "16P4-2300-ABC12-0001", "1600-2300-ABC12-0001"


@pytest.fixture
def order(radius: Wire) -> int:
    """An order for an approved bag whose film and roll are approved too."""
    radius.radius.people.add_item(BAG)
    radius.radius.people.add_derived_items(BAG)
    return radius.radius.people.add_order(BAG)


def test_an_observed_chain_is_made_by_one_address(radius: Wire, order: int) -> None:
    made = radius.process("4", order)
    assert made["Successful"] == 1
    assert made["Requirements"][0]["Source"] == f"SO:{order:09d}/0001"
    job = made["Job Code"]
    (required,) = radius.sql(
        """select "ItemCode", "RequiredQty", "ReqGroupCode", "ReqStatus", "DimA" from "PUB"."PV_Req" a
        where a."CompNum" = 2 and a."PlantCode" = '4' and a."JobCode" = ?""",
        job,
    )
    assert required == (FILM, FEET, "P4-PF", 10, 36)

    bought = radius.post("XLinkAPIPOrder", purchase(job, purchase_line(FILM)))
    assert (bought.status, bought.error, bought.entity, bought.http) == (1, "", "XLinkAPIPOrder", 200)
    told = bought.payload["XLPOrders"]["XLPOrder"][0]
    assert (told["Action"], told["ErrorMessage"], told["XLPOrderLine"][0]["Action"]) == ("Add", "", "Add")
    po = told["POrderNum"]

    sold = radius.post("XLinkAPISOrder", sale(po, sale_line(ROLL)))
    number = sold.payload["XLSOrders"]["XLSOrder"][0]["SOrderNum"]
    assert (sold.status, number) == (1, order + 1)
    assert radius.sql('select "SOrderStat" from "PUB"."PV_SOrder" where "SOrderNum" = ?', number) == [(2,)]

    shipped = radius.post("XLinkAPIShipReq", ship(ship_line(number, ROLL)))
    assert shipped.status == 1
    assert shipped.payload["XLShipReqs"]["XLShipReq"][0]["ShipReqNum"] == 570_001

    held = radius.process("2", number)
    assert held["Errors"] == f"Sales order {number} is on hold"
    assert "Job Code" not in held
    radius.sql(
        "update pub.pv_sorder set sorderstat = 0 where compnum = 2 and plantcode = '2' and sordernum = ?",
        number,
    )
    second = radius.process("2", number)["Job Code"]
    assert int(second) == int(job) + 1
    assert radius.sql(
        """select made."ItemCode", made."OrderedQty" from "PUB"."PV_JobLine" made
        join "PUB"."PV_JobSOLink" link on link."JobCode" = made."JobCode" and link."PlantCode" = made."PlantCode"
        where link."SOPlantCode" = '2' and link."SOrderNum" = ?""",
        number,
    ) == [(ROLL, FEET)]
    audit = radius.radius.control.audit()
    assert audit["deeds"] == {
        "P4 job create": 1, "PO create": 1, "PO line": 1, "SO2 create": 1, "SO2 line": 1, "ship request create": 1,
        "ship request line": 1, "PV_SOrder.SOrderStat": 1, "P2 job create": 1,
    }  # fmt: skip
    assert audit["changes"] == 9


def test_a_documented_chain_is_made_by_an_address_per_entity(radius: Wire, order: int) -> None:
    job = {
        "CompNum": 2,
        "PlantCode": "4",
        "Customer": "LWS",
        "SOrderNum": order,
        "SOrderLine": [{"SOrderLineNum": 1}],
    }
    made = radius.post("PolytexJob", {"XLSJob": job}, "PolytexJob/Job")
    assert (made.status, made.error, made.http) == (1, None, 200)
    code = made.payload["XLSJob"]["JobCode"]

    line = {
        "Action": "Add",
        "POLineNum": 1,
        "ItemCode": FILM,
        "OrderedQty": FEET,
        "RequiredDate": DAY,
        "DimA": 36.0,
    }
    order_form = {
        "CompNum": 2,
        "PlantCode": "4",
        "Vendor": "STARPAK",
        "AddtCustRef": code,
        "XLSOrderLine": [line],
    }
    bought = radius.post("POrder", {"XLSOrder": order_form}, "POrder/POrder")
    po = bought.payload["XLPOrders"]["XLPOrder"][0]["POrderNum"]
    assert radius.sql(
        'select "POrderStat", "AddtCustRef", "SuppRef" from "PUB"."PV_POrder" where "POrderNum" = ?', po
    ) == [(0, code, "")]

    line = {
        "Action": "Add", "SOrderLineNum": 1, "ItemCode": ROLL, "OrderedQty": FEET, "RequiredDate": DAY,
        "SOItemTypeCode": "RNC",
    }  # fmt: skip
    order_form = {
        "CompNum": 2, "PlantCode": "2", "Customer": "POLYTEX", "AddtCustRef": str(po), "CustRef": "3736 0007 B",
        "XLSOrderLine": [line],
    }  # fmt: skip
    sold = radius.post("SOrder", {"XLSOrder": order_form}, "SOrder/SOrder")
    number = sold.payload["XLSOrders"]["XLSOrder"][0]["SOrderNum"]
    assert radius.sql(
        'select "SOrderStat", "SOSourceCode", "CustCode" from "PUB"."PV_SOrder" where "SOrderNum" = ?', number
    ) == [(2, "LWS", "POL01")]

    request = {"CompNum": 2, "PlantCode": "2", "SOrderNum": number,
               "ShipRequestLine": [{"SOrderLineNum": 1, "RequestedQty": FEET}]}  # fmt: skip
    shipped = radius.post("ShipRequest", {"XLSShipRequest": request}, "ShipRequest/ShipRequest")
    ship_request = shipped.payload["XLShipReqs"]["XLShipReq"][0]["ShipReqNum"]
    assert radius.sql(
        'select "ShipQty", "ShippingRef" from "PUB"."PV_ShipReqLine" where "ShipReqNum" = ?', ship_request
    ) == [(FEET, "3736 0007 B")]

    job = {**job, "PlantCode": "2", "SOrderNum": number}
    held = radius.post("StarpakJob", {"XLSJob": job}, "StarpakJob/Job")
    assert (held.http, held.status, held.error) == (400, 400, f"Sales order {number} is on hold")
    assert held.payload["XLSJob"]["Errors"] == held.error
    radius.sql("update pub.pv_sorder set sorderstat = 0 where plantcode = '2' and sordernum = ?", number)
    assert radius.post("StarpakJob", {"XLSJob": job}, "StarpakJob/Job").payload["XLSJob"]["JobCode"] == str(
        int(code) + 1
    )


def test_a_reconfirmed_job_has_new_requirements_of_the_present_quantity(radius: Wire, order: int) -> None:
    job = radius.process("4", order)["Job Code"]
    rows = 'select "RequirementId", "RequiredQty" from "PUB"."PV_Req" where "JobCode" = ?'
    ((first, _),) = radius.sql(rows, job)
    radius.radius.people.change_quantity(order, 180_000)
    assert radius.sql(rows, job) == [(first, FEET)]
    assert radius.radius.people.reconfirm_p4(order) == job
    ((second, feet),) = radius.sql(rows, job)
    assert second > first
    assert feet == 450_500
    radius.radius.people.reconfirm_p4(order)
    ((third, feet),) = radius.sql(rows, job)
    assert third > second
    assert feet == 450_500


def test_chains_made_at_the_same_time_get_numbers_of_their_own(radius: Wire, order: int) -> None:
    """Eight lanes call and write while somebody else works in the same file; every step is there once per order."""
    orders = [order, *(radius.radius.people.add_order(BAG) for _ in range(23))]
    others = People(Erp(radius.radius.database))

    def chain(number: int) -> tuple[str, int, int, int, str]:
        job = radius.process("4", number)["Job Code"]
        bought = radius.post("XLinkAPIPOrder", purchase(job, purchase_line(FILM)))
        po = bought.payload["XLPOrders"]["XLPOrder"][0]["POrderNum"]
        sold = radius.post("XLinkAPISOrder", sale(po, sale_line(ROLL)))
        so2 = sold.payload["XLSOrders"]["XLSOrder"][0]["SOrderNum"]
        others.change_custref(number, f"SM{number}")
        radius.sql("update PUB.PV_SOrder set SOrderStat = 0 where PlantCode = '2' and SOrderNum = ?", so2)
        shipped = radius.post("XLinkAPIShipReq", ship(ship_line(so2, ROLL)))
        return (
            job,
            po,
            so2,
            shipped.payload["XLShipReqs"]["XLShipReq"][0]["ShipReqNum"],
            radius.process("2", so2)["Job Code"],
        )

    with ThreadPoolExecutor(8) as lanes:
        made = list(lanes.map(chain, orders))
    assert [len(set(numbers)) for numbers in zip(*made, strict=True)] == [24] * 5
    deeds = radius.radius.control.audit(log=False)["deeds"]
    assert set(deeds.values()) == {24}
    assert len(deeds) == 9
