"""Purchase and sales orders and ship requests: several lines, updates, and what the ERP refuses."""

from typing import Any

import pytest

from tests.sandbox.radius_wire import (
    DAY,
    Answer,
    Wire,
    purchase,
    purchase_change,
    purchase_line,
    sale,
    sale_change,
    sale_line,
    ship,
    ship_change,
    ship_line,
)

BAGS = ("2300-ABC12-0001", "2300-ABC12-0002", "2300-ABC12-0003")
FILMS = tuple(f"16P4-{bag}" for bag in BAGS)
ROLLS = tuple(f"1600-{bag}" for bag in BAGS)


@pytest.fixture
def items(radius: Wire) -> Wire:
    for bag in BAGS:
        radius.radius.people.add_item(bag)
        radius.radius.people.add_derived_items(bag)
    return radius


@pytest.fixture
def po(items: Wire) -> int:
    """A purchase order with two lines of 9,000 and 8,000 feet."""
    lines = (purchase_line(FILMS[0], 9000), purchase_line(FILMS[1], 8000, 2))
    answer = items.post("XLinkAPIPOrder", purchase("900101", *lines))
    return int(answer.payload["XLPOrders"]["XLPOrder"][0]["POrderNum"])


@pytest.fixture
def so2(items: Wire, po: int) -> int:
    """Its sales order, with the same two lines; authorised."""
    answer = items.post("XLinkAPISOrder", sale(po, sale_line(ROLLS[0], 9000), sale_line(ROLLS[1], 8000, 2)))
    number = int(answer.payload["XLSOrders"]["XLSOrder"][0]["SOrderNum"])
    items.radius.people.release(number)
    return number


def po_lines(radius: Wire, po: int) -> list[tuple[Any, ...]]:
    return radius.sql(
        """select l."POrderLineNum", l."ItemCode", l."OrderedQty" from "PUB"."PV_POrderLine" l
        where l."POrderNum" = ? order by 1""",
        po,
    )


def so_lines(radius: Wire, so2: int) -> list[tuple[Any, ...]]:
    return radius.sql(
        """select l."SOrderLineNum", l."ItemCode", l."OrderedQty" from "PUB"."PV_SOrderLine" l
        where l."PlantCode" = '2' and l."SOrderNum" = ? order by 1""",
        so2,
    )


def status(radius: Wire, so2: int) -> int:
    ((found,),) = radius.sql('select "SOrderStat" from "PUB"."PV_SOrder" where "SOrderNum" = ?', so2)
    return int(found)


def header_of(answer: Answer) -> dict[str, Any]:
    """The one header of an answer."""
    ((headers,),) = [list(inner.values()) for inner in answer.payload.values()]
    found: dict[str, Any] = headers[0]
    return found


def test_a_purchase_order_is_changed_line_by_line_and_gets_new_lines(items: Wire, po: int) -> None:
    answer = items.post(
        "XLinkAPIPOrder",
        purchase_change(
            po,
            {"CompNum": 2, "ItemCode": FILMS[0], "OrderedQty": 9500, "POrderLineNum": 1, "POrderNum": po,
             "PlantCode": "4"},
            purchase_line(FILMS[2], 7000, 3),
            CurrCode="USD",
        ),
    )  # fmt: skip
    told = header_of(answer)
    assert (answer.status, told["Action"], told["POrderStat"]) == (1, "Update", 0)
    assert [line["Action"] for line in told["XLPOrderLine"]] == ["Update", "Add"]
    assert told["XLPOrderLine"][0]["OrderedValue"] == 0.1
    assert po_lines(items, po) == [(1, FILMS[0], 9500), (2, FILMS[1], 8000), (3, FILMS[2], 7000)]


def test_an_added_line_may_say_so_and_takes_the_next_number(items: Wire, po: int) -> None:
    line = purchase_line(FILMS[2], 7000, Action="Add")
    del line["POrderLineNum"]
    assert items.post("XLinkAPIPOrder", purchase_change(po, line)).status == 1
    assert po_lines(items, po)[2] == (3, FILMS[2], 7000)
    again = items.post("XLinkAPIPOrder", purchase_change(po, purchase_line(FILMS[2], 1, 3, Action="Add")))
    assert header_of(again)["XLPOrderLine"][0]["ErrorMessage"] == "Line 3 already exists"
    missing = items.post(
        "XLinkAPIPOrder", purchase_change(po, purchase_line(FILMS[2], 1, 7, Action="Update"))
    )
    assert header_of(missing)["XLPOrderLine"][0]["ErrorMessage"] == "Line 7 does not exist"


def test_a_purchase_order_is_open_until_it_is_confirmed(items: Wire, po: int) -> None:
    read = 'select "POrderStat" from "PUB"."PV_POrder" where "POrderNum" = ?'
    assert items.sql(read, po) == [(0,)]
    assert items.post("XLinkAPIPOrder", purchase_change(po, POStatus=2)).status == 1
    assert items.sql(read, po) == [(2,)]
    refused = items.post("XLinkAPIPOrder", purchase_change(po, POStatus=9))
    assert (refused.status, items.sql(read, po)) == (9, [(2,)])


@pytest.mark.parametrize(
    ("act", "sentence"),
    [("close_po", "is complete and cannot be updated"), ("cancel_po", "is cancelled and cannot be updated")],
)
def test_closed_purchase_orders_are_not_changed(items: Wire, po: int, act: str, sentence: str) -> None:
    getattr(items.radius.people, act)(po)
    line = {"POrderLineNum": 1, "OrderedQty": 100}
    answer = items.post("XLinkAPIPOrder", purchase_change(po, line))
    assert answer.status == 9
    assert answer.error == f"Purchase order {po} {sentence}"
    assert po_lines(items, po)[0] == (1, FILMS[0], 9000)
    items.radius.people.reopen_po(po)
    assert items.post("XLinkAPIPOrder", purchase_change(po, line)).status == 1


def test_a_received_line_is_not_changed_and_the_others_with_it(items: Wire, po: int) -> None:
    items.radius.people.receive_po(po, line=2, quantity=10)
    both = ({"POrderLineNum": 1, "OrderedQty": 100}, {"POrderLineNum": 2, "OrderedQty": 100})
    answer = items.post("XLinkAPIPOrder", purchase_change(po, *both))
    told = header_of(answer)
    assert (answer.http, answer.status, answer.error) == (200, 9, "Problem with Line #2")
    assert (told["ErrorMessage"], told["Action"]) == ("Problem with Line #2", "Failed")
    assert [line["ErrorMessage"] for line in told["XLPOrderLine"]] == [
        "", "Line has been received and cannot be updated",
    ]  # fmt: skip
    assert po_lines(items, po) == [(1, FILMS[0], 9000), (2, FILMS[1], 8000)]


def test_every_touch_leaves_a_sales_order_credit_held(items: Wire, so2: int) -> None:
    assert status(items, so2) == 0
    line = sale_line(ROLLS[0], 9500, SOrderNum=so2)
    answer = items.post("XLinkAPISOrder", sale_change(so2, line, SOSourceCode="LWS", CurrCode="USD"))
    assert header_of(answer)["Action"] == "Update"
    assert header_of(answer)["XLSOrderLine"][0]["Action"] == "Add"
    assert (status(items, so2), so_lines(items, so2)[0]) == (2, (1, ROLLS[0], 9500))
    items.radius.people.release(so2)
    assert items.post("XLinkAPISOrder", sale_change(so2, CustRef="ALP235")).status == 1
    assert status(items, so2) == 2
    assert items.sql('select "CustRef" from "PUB"."PV_SOrder" where "SOrderNum" = ?', so2) == [("ALP235",)]


def test_a_hold_of_a_person_outlives_an_update(items: Wire, so2: int) -> None:
    items.radius.people.hold(so2)
    assert items.post("XLinkAPISOrder", sale_change(so2, CustRef="ALP235")).status == 1
    assert status(items, so2) == 1


def test_a_complete_sales_order_is_not_changed(items: Wire, so2: int) -> None:
    items.radius.people.complete(so2)
    answer = items.post("XLinkAPISOrder", sale_change(so2, CustRef="ALP235"))
    assert (answer.status, answer.error) == (9, f"Sales order {so2} is complete and cannot be updated")


def test_less_than_the_job_has_reserved_is_refused_until_the_job_is_reconfirmed(
    items: Wire, po: int, so2: int
) -> None:
    items.process("2", so2)
    assert (
        items.post("XLinkAPIPOrder", purchase_change(po, {"POrderLineNum": 1, "OrderedQty": 6000})).status
        == 1
    )
    less = sale_change(so2, {"SOrderLineNum": 1, "OrderedQty": 6000})
    told = header_of(items.post("XLinkAPISOrder", less))
    assert told["XLSOrderLine"][0]["ErrorMessage"] == (
        "Ordered quantity 6000 is below the reserved quantity 9000: reconfirm the job"
    )
    assert so_lines(items, so2)[0] == (1, ROLLS[0], 9000)
    items.radius.people.reconfirm_p2(so2)
    assert items.post("XLinkAPISOrder", less).status == 1
    assert so_lines(items, so2)[0] == (1, ROLLS[0], 6000)


def test_more_than_the_job_has_reserved_is_taken_and_reconfirmed_later(
    items: Wire, po: int, so2: int
) -> None:
    job = items.process("2", so2)["Job Code"]
    read = (
        """select l."OrderedQty" from "PUB"."PV_JobLine" l where l."JobCode" = ? order by l."JobLineNum" """
    )
    more = {"OrderedQty": 12_000}
    assert items.post("XLinkAPIPOrder", purchase_change(po, {"POrderLineNum": 2, **more})).status == 1
    assert items.post("XLinkAPISOrder", sale_change(so2, {"SOrderLineNum": 2, **more})).status == 1
    assert items.sql(read, job) == [(9000,), (8000,)]
    items.radius.people.reconfirm_p2(so2)
    assert items.sql(read, job) == [(9000,), (12_000,)]


def test_a_line_added_to_a_sales_order_joins_its_job_when_that_is_reconfirmed(items: Wire, so2: int) -> None:
    job = items.process("2", so2)["Job Code"]
    assert items.post("XLinkAPISOrder", sale_change(so2, sale_line(ROLLS[2], 7000, 3))).status == 1
    assert so_lines(items, so2)[2] == (3, ROLLS[2], 7000)
    items.radius.people.reconfirm_p2(so2)
    assert items.sql('select l."ItemCode" from "PUB"."PV_JobLine" l where l."JobCode" = ?', job) == [
        (roll,) for roll in ROLLS
    ]


def test_a_ship_request_takes_lines_of_its_order_once(items: Wire, so2: int) -> None:
    lines = (ship_line(so2, ROLLS[0], 9000), ship_line(so2, ROLLS[1], 8000, 2))
    first = items.post("XLinkAPIShipReq", ship(*lines))
    number = header_of(first)["ShipReqNum"]
    again = items.post("XLinkAPIShipReq", ship(*lines))
    assert again.status == 9
    assert again.error == f"Ship request {number} already exists for sales order {so2} line 1"
    told = header_of(again)
    assert (told["ShipReqNum"], told["Action"], told["ErrorMessage"]) == (
        0,
        "Failed",
        "problem with line # 1",
    )
    assert [line["Action"] for line in told["XLShipReqLine"]] == ["Failed", "Failed"]
    assert items.sql('select count(*) from "PUB"."PV_ShipReq"') == [(1,)]


def test_a_ship_request_may_not_exceed_what_was_ordered_and_its_overs(items: Wire, so2: int) -> None:
    refused = items.post("XLinkAPIShipReq", ship(ship_line(so2, ROLLS[0], 9901)))
    assert refused.error == "Ship quantity 9901 is greater than the ordered quantity and allowed overs 9900"
    made = items.post("XLinkAPIShipReq", ship(ship_line(so2, ROLLS[0], 9900)))
    number = header_of(made)["ShipReqNum"]
    line = {"ShipReqLineNum": 1, "ShipQty": 9902, "CompNum": 2, "PlantCode": "2", "ItemCode": ROLLS[0],
            "SOPlantCode": "2", "SOrderNum": so2, "SOrderLineNum": 1, "ShipReqNum": number}  # fmt: skip
    assert items.post("XLinkAPIShipReq", ship_change(number, line)).status == 9
    assert items.post("XLinkAPIShipReq", ship_change(number, {**line, "ShipQty": 9500})).status == 1
    assert items.sql('select l."ShipQty" from "PUB"."PV_ShipReqLine" l') == [(9500,)]


def test_a_ship_request_gets_another_date_another_reference_and_another_line(items: Wire, so2: int) -> None:
    number = header_of(items.post("XLinkAPIShipReq", ship(ship_line(so2, ROLLS[0], 9000))))["ShipReqNum"]
    changed = {"ShipReqLineNum": 1, "ShippingRef": "ALP235"}
    added = ship_line(so2, ROLLS[1], 8000, 2)
    assert (
        items.post("XLinkAPIShipReq", ship_change(number, changed, added, ShipDate="2031-01-02")).status == 1
    )
    assert items.sql(
        """select h."ShipDate", l."ShippingRef", l."ShipQty" from "PUB"."PV_ShipReq" h
        join "PUB"."PV_ShipReqLine" l on l."ShipReqNum" = h."ShipReqNum" order by l."ShipReqLineNum" """
    ) == [("2031-01-02", "ALP235", 9000), ("2031-01-02", "4554 0041 A", 8000)]


@pytest.mark.parametrize("item_status", ["WAIT", "PEND", "INAC", ""])
def test_items_that_are_not_approved_cannot_be_ordered(items: Wire, po: int, item_status: str) -> None:
    for item in (FILMS[2], ROLLS[2]):
        items.radius.people.set_item_status(item, item_status)
    for answer, lines in (
        (items.post("XLinkAPIPOrder", purchase("900101", purchase_line(FILMS[2]))), "XLPOrderLine"),
        (items.post("XLinkAPISOrder", sale(po, sale_line(ROLLS[2]))), "XLSOrderLine"),
    ):
        told = header_of(answer)
        assert (answer.status, told["ErrorMessage"]) == (9, "Problem with Line #1")
        assert told[lines][0]["ErrorMessage"] == "Item is inactive"


def test_making_one_twice_makes_two(items: Wire) -> None:
    for _ in range(2):
        assert items.post("XLinkAPIPOrder", purchase("900101", purchase_line(FILMS[0]))).status == 1
    assert items.sql("""select count(*) from "PUB"."PV_POrder" where "SuppRef" = '900101'""") == [(2,)]


PURCHASES: list[tuple[dict[str, Any], str]] = [
    (purchase("900101", purchase_line(FILMS[0]), CompNum=3), "XLPOrder: CompNum: 3 is not allowed here"),
    (purchase("900101", purchase_line(FILMS[0]), PlantCode="2"), "XLPOrder: PlantCode: '2' is not allowed here"),
    (purchase("900101", purchase_line(FILMS[0]), PlantCode=4), "XLPOrder: PlantCode: 4 is no text"),
    (purchase("900101", purchase_line(FILMS[0]), SuppCode="OTHER"), "XLPOrder: SuppCode: 'OTHER' is not allowed here"),
    (purchase("", purchase_line(FILMS[0])), "XLPOrder: SuppRef: a value is needed"),
    (purchase("900101", purchase_line(FILMS[0]), Vendor="STARPAK"), "XLPOrder: element Vendor is not known"),
    (purchase("900101", purchase_line(FILMS[0]), ReqDate="12/24/2026"),
     "XLPOrder: ReqDate: '12/24/2026' is no date (yyyy-mm-dd)"),
    (purchase("900101"), "XLPOrder: a list XLPOrderLine was expected"),
    (purchase("900101", purchase_line(FILMS[0], Quantity=1)), "XLPOrderLine: element Quantity is not known"),
    (purchase("900101", purchase_line(FILMS[0], OrderedQty="9000")),
     "XLPOrderLine: OrderedQty: '9000' is no number"),
    (purchase("900101", {k: v for k, v in purchase_line(FILMS[0]).items() if k != "PriceUnitCode"}),
     "XLPOrderLine: element PriceUnitCode is missing"),
    (purchase_change(1, {"POrderLineNum": 1}), "Purchase order 1 does not exist"),
    ({"XLPOrders": {"XLPOrder": []}}, "XLPOrders: a list XLPOrder was expected"),
    ({"XLSOrder": {}}, "the payload is no XLPOrders"),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "sentence"), PURCHASES, ids=[sentence for _, sentence in PURCHASES])
def test_a_wrong_purchase_order_is_refused_whole(items: Wire, payload: dict[str, Any], sentence: str) -> None:
    answer = items.post("XLinkAPIPOrder", payload)
    assert (answer.http, answer.status, answer.error) == (200, 9, sentence)
    assert items.sql('select count(*) from "PUB"."PV_POrder"') == [(0,)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [(purchase_line("16P4-NONE"), "Item 16P4-NONE does not exist"),
     (purchase_line(FILMS[0], 0), "Ordered quantity must be greater than zero"),
     (purchase_line(FILMS[0], PriceUnitCode="MILE"), "Price unit MILE does not exist"),
     (purchase_line(ROLLS[0]), f"Item {ROLLS[0]} is not a purchased item")],
)  # fmt: skip
def test_a_line_that_cannot_be_says_why(items: Wire, line: dict[str, Any], sentence: str) -> None:
    answer = items.post("XLinkAPIPOrder", purchase("900101", line))
    assert header_of(answer)["XLPOrderLine"][0]["ErrorMessage"] == sentence
    assert items.sql('select count(*) from "PUB"."PV_POrder"') == [(0,)]


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [(sale(1, sale_line(ROLLS[0]), CustCode="ABC12"), "XLSOrder: CustCode: 'ABC12' is not allowed here"),
     (sale(1, sale_line(ROLLS[0]), PlantCode="4"), "XLSOrder: PlantCode: '4' is not allowed here"),
     (sale(1, sale_line(ROLLS[0]), AddtCustRef=241_001), "XLSOrder: AddtCustRef: 241001 is no text"),
     (sale(1, {k: v for k, v in sale_line(ROLLS[0]).items() if k != "PriceUnitCode"}),
      "XLSOrderLine: element PriceUnitCode is missing"),
     (sale(1, sale_line(FILMS[0])), "Problem with Line #1"),
     (sale_change(1, CustRef="x"), "Sales order 1 does not exist")],
)  # fmt: skip
def test_a_wrong_sales_order_is_refused_whole(items: Wire, payload: dict[str, Any], sentence: str) -> None:
    answer = items.post("XLinkAPISOrder", payload)
    assert (answer.status, answer.error) == (9, sentence)
    assert items.sql('select count(*) from "PUB"."PV_SOrder"') == [(0,)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"CustCode": "ABC12"}, "XLShipReq: CustCode: 'ABC12' is not allowed here"),
     ({"ShipReqStat": 2}, "XLShipReq: ShipReqStat: 2 is not allowed here"),
     ({"BillAddrNum": "31"}, "XLShipReq: BillAddrNum: '31' is no whole number")],
)  # fmt: skip
def test_a_wrong_ship_request_is_refused_whole(
    items: Wire, so2: int, change: dict[str, Any], sentence: str
) -> None:
    answer = items.post("XLinkAPIShipReq", ship(ship_line(so2, ROLLS[0], 9000), **change))
    assert (answer.status, answer.error) == (9, sentence)
    for line in (ship_line(1, ROLLS[0], 9), ship_line(so2, ROLLS[0], 9, 5), ship_line(so2, ROLLS[1], 9)):
        assert items.post("XLinkAPIShipReq", ship(line)).status == 9
    assert items.sql('select count(*) from "PUB"."PV_ShipReq"') == [(0,)]


def test_documented_refusals_are_http_400_with_the_same_payload(items: Wire) -> None:
    line = {
        "Action": "Add",
        "POLineNum": 1,
        "ItemCode": "16P4-NONE",
        "OrderedQty": 1,
        "RequiredDate": DAY,
        "DimA": 1.0,
    }
    order = {
        "CompNum": 2,
        "PlantCode": "4",
        "Vendor": "STARPAK",
        "AddtCustRef": "900101",
        "XLSOrderLine": [line],
    }
    answer = items.post("POrder", {"XLSOrder": order}, "POrder/POrder")
    assert (answer.http, answer.status, answer.error) == (400, 400, "Problem with Line #1")
    assert header_of(answer)["XLPOrderLine"][0]["ErrorMessage"] == "Item 16P4-NONE does not exist"
    for wrong in ({"Vendor": "OTHER"}, {"PlantCode": "2"}, {"Extra": 1}, {"XLSOrderLine": []}):
        assert items.post("POrder", {"XLSOrder": {**order, **wrong}}, "POrder/POrder").http == 400
    request = {
        "CompNum": 2,
        "PlantCode": "2",
        "SOrderNum": 1,
        "ShipRequestLine": [{"SOrderLineNum": 1, "RequestedQty": 1}],
    }
    refused = items.post("ShipRequest", {"XLSShipRequest": request}, "ShipRequest/ShipRequest")
    assert (refused.http, refused.error) == (400, "Sales order 1 does not exist")
