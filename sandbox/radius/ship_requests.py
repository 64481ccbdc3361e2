"""XLinkAPIShipReq: plant 2's ship requests, made and changed."""

from datetime import date, timedelta

from sandbox.radius.codes import CUSTOMER, SHIP_OPEN
from sandbox.radius.forms import (
    ANY,
    DATE,
    IN_COMPANY,
    INT,
    NEED_DATE,
    NEED_INT,
    NEED_NUMBER,
    NEED_TEXT,
    NUMBER,
    TEXT,
    Field,
    Form,
    checked,
    listed,
    only_one,
    plant,
)
from sandbox.radius.order_lines import either, picked, positive, shown
from sandbox.radius.refusals import Json, LineRefused, Refused
from sandbox.radius.session import COMPANY, Row, Session, stamp

OUTER, INNER, LINES = "XLShipReqs", "XLShipReq", "XLShipReqLine"
_FREE: Form = {
    "ShipReqNum": ANY, "PickStatus": INT, "CustContactCode": TEXT, "DeliveryTerms": TEXT, "EstArrivalDate": DATE,
    "EstArrivalTime": TEXT, "ExternalRef": TEXT, LINES: ANY, "Action": TEXT,
}  # fmt: skip
_NEW: Form = {
    **_FREE, "CompNum": IN_COMPANY, "PlantCode": plant("2"), "CustCode": Field("text", required=True, only=CUSTOMER),
    "BillAddrNum": NEED_INT, "ShipAddrNum": NEED_INT, "ShipDate": NEED_DATE,
    "ShipReqStat": Field("int", required=True, only=SHIP_OPEN),
}  # fmt: skip
_CHANGED: Form = {
    **_FREE, "CompNum": IN_COMPANY, "PlantCode": plant("2"), "CustCode": Field("text", only=CUSTOMER),
    "ShipDate": DATE, "ShipReqStat": Field("int", only=SHIP_OPEN), "BillAddrNum": INT, "ShipAddrNum": INT,
}  # fmt: skip
_LINE: Form = {
    "ShippingRef": TEXT, "CustPOLineNum": INT, "CustPOReleaseNum": TEXT, "WhouseCode": TEXT, "ShipReqNum": ANY,
    "Action": TEXT,
}  # fmt: skip
_NEW_LINE: Form = {
    **_LINE, "CompNum": IN_COMPANY, "PlantCode": plant("2"), "SOPlantCode": plant("2"), "SOrderNum": NEED_INT,
    "SOrderLineNum": NEED_INT, "ItemCode": NEED_TEXT, "ShipQty": NEED_NUMBER, "ShipReqLineNum": INT,
}  # fmt: skip
_CHANGED_LINE: Form = {
    **_LINE, "CompNum": Field("int", only=COMPANY), "PlantCode": Field("text", only="2"),
    "SOPlantCode": Field("text", only="2"), "SOrderNum": INT, "SOrderLineNum": INT, "ItemCode": TEXT,
    "ShipQty": NUMBER, "ShipReqLineNum": NEED_INT,
}  # fmt: skip


def ship_request(session: Session, payload: object) -> Json:
    """Make one, or change the one whose number is told. Raises Refused."""
    header = only_one(payload, OUTER, INNER)
    number = header.get("ShipReqNum") or 0
    if not isinstance(number, int):
        raise Refused(f"XLShipReq: ShipReqNum: {number!r} is no whole number")
    try:
        told = _change(session, header, number) if number else _make(session, header)
    except LineRefused as refused:
        raise Refused(refused.message, {OUTER: {INNER: [_failed(header, refused)]}}) from None
    return {OUTER: {INNER: [told]}}


def _failed(header: Json, refused: LineRefused) -> Json:
    """Here the reason stands in the envelope; header and line only say that there is one."""
    lines = [{**line, "Action": "Failed"} for line in header.get(LINES) or [] if isinstance(line, dict)]
    message = f"problem with line # {refused.line}"
    return {**header, "ShipReqNum": 0, "Action": "Failed", "ErrorMessage": message, LINES: lines}


def _make(session: Session, header: Json) -> Json:
    checked(_NEW, header, INNER)
    lines = listed(header, LINES, INNER)
    number = session.next("ship request")
    session.insert("PV_ShipReq", {
        "CompNum": COMPANY, "PlantCode": "2", "ShipReqNum": number, "CustCode": CUSTOMER,
        "ShipDate": header["ShipDate"], "EstArrivalDate": header.get("EstArrivalDate") or _next_day(header["ShipDate"]),
        "ShipReqStat": SHIP_OPEN, "PickStatus": header.get("PickStatus", 0), "BillAddrNum": header["BillAddrNum"],
        "ShipAddrNum": header["ShipAddrNum"], "DeliveryTerms": header.get("DeliveryTerms", ""),
        "ExternalRef": header.get("ExternalRef", ""), **session.record(),
    })  # fmt: skip
    told = [_add(session, number, place, line) for place, line in enumerate(lines, 1)]
    session.note("ship request create", number, lines=len(told), order=told[0]["SOrderNum"])
    return {**header, "ShipReqNum": number, "Action": "Add", "ErrorMessage": "", LINES: told}


def _change(session: Session, header: Json, number: int) -> Json:
    checked(_CHANGED, header, INNER)
    key = {"CompNum": COMPANY, "PlantCode": "2", "ShipReqNum": number}
    if session.find("PV_ShipReq", **key) is None:
        raise Refused(f"Ship request {number} does not exist")
    values = picked(header, "ShipDate", "EstArrivalDate", "ExternalRef", "DeliveryTerms")
    session.update("PV_ShipReq", {**values, "LastUpdatedDateTime": stamp()}, **key)
    lines = listed(header, LINES, INNER, required=False)
    told = [_line(session, number, place, line) for place, line in enumerate(lines, 1)]
    session.note("ship request update", number, **values)
    return shown(session.find("PV_ShipReq", **key) or {}, **{"Action": "Update", LINES: told})


def _line(session: Session, number: int, place: int, given: object) -> Json:
    """Change a line, or add one: by Action, or because there is none of this number."""
    if not isinstance(given, dict):
        raise Refused(f"{LINES}: an object was expected")
    key = {
        "CompNum": COMPANY,
        "PlantCode": "2",
        "ShipReqNum": number,
        "ShipReqLineNum": given.get("ShipReqLineNum"),
    }
    before = session.find("PV_ShipReqLine", **key)
    if before is None or given.get("Action") == "Add":
        return _add(session, number, place, given)
    line = checked(_CHANGED_LINE, given, LINES)
    for column in ("ItemCode", "SOrderNum", "SOrderLineNum"):
        if line.get(column, before[column]) != before[column]:
            raise LineRefused(place, f"Line {key['ShipReqLineNum']}: {column} is {before[column]}")
    quantity = positive(place, either(line, before, "ShipQty"), "Ship quantity")
    _within_overs(place, quantity, _sold(session, place, before))
    values = picked(line, "ShippingRef", "CustPOReleaseNum")
    values |= {"ShipQty": quantity, "LastUpdatedDateTime": stamp()}
    session.update("PV_ShipReqLine", values, **key)
    session.note(
        "ship request line",
        f"{number}/{before['ShipReqLineNum']}",
        ShipQty=f"{before['ShipQty']} -> {quantity}",
    )
    return shown(session.find("PV_ShipReqLine", **key) or {}, Action="Update")


def _add(session: Session, number: int, place: int, given: object) -> Json:
    line = checked(_NEW_LINE, given, LINES)
    sold = _sold(session, place, line)
    if line["ItemCode"] != sold["ItemCode"]:
        raise LineRefused(place, f"Sales order line is for item {sold['ItemCode']}")
    already = session.find(
        "PV_ShipReqLine", PlantCode="2", SOrderNum=line["SOrderNum"], SOrderLineNum=line["SOrderLineNum"]
    )
    if already is not None:
        wanted = f"sales order {line['SOrderNum']} line {line['SOrderLineNum']}"
        raise LineRefused(place, f"Ship request {already['ShipReqNum']} already exists for {wanted}")
    quantity = positive(place, line["ShipQty"], "Ship quantity")
    _within_overs(place, quantity, sold)
    known = session.all("PV_ShipReqLine", CompNum=COMPANY, PlantCode="2", ShipReqNum=number)
    numbers = [row["ShipReqLineNum"] for row in known]
    line_number = line.get("ShipReqLineNum") or max(numbers, default=0) + 1
    if line_number in numbers:
        raise LineRefused(place, f"Line {line_number} already exists")
    session.insert("PV_ShipReqLine", {
        "CompNum": COMPANY, "PlantCode": "2", "ShipReqNum": number, "ShipReqLineNum": line_number, "SOPlantCode": "2",
        **{column: line[column] for column in ("SOrderNum", "SOrderLineNum", "ItemCode")}, "ShipQty": quantity,
        "ShippingRef": line.get("ShippingRef", ""), "CustPOLineNum": line.get("CustPOLineNum", line_number),
        "CustPOReleaseNum": line.get("CustPOReleaseNum", ""), "WhouseCode": line.get("WhouseCode", ""),
        **session.record(),
    })  # fmt: skip
    session.note("ship request line", f"{number}/{line_number}", item=line["ItemCode"], ShipQty=quantity)
    return {**line, "ShipReqNum": number, "ShipReqLineNum": line_number, "Action": "Add", "ErrorMessage": ""}


def _sold(session: Session, place: int, line: Json) -> Row:
    """The sales order line it is about; raises LineRefused."""
    found = session.find(
        "PV_SOrderLine", PlantCode="2", SOrderNum=line["SOrderNum"], SOrderLineNum=line["SOrderLineNum"]
    )
    if found is None:
        raise LineRefused(
            place, f"Sales order {line['SOrderNum']} line {line['SOrderLineNum']} does not exist"
        )
    return found


def _within_overs(place: int, quantity: float, sold: Row) -> None:
    """Raises LineRefused."""
    allowed = sold["OrderedQty"] * (1 + (sold["OversPercent"] or 0) / 100)
    if quantity > allowed:
        raise LineRefused(
            place,
            f"Ship quantity {quantity:g} is greater than the ordered quantity and allowed overs {allowed:g}",
        )


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
