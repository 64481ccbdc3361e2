"""XLinkAPISOrder: plant 2's sales orders to plant 4, made and changed. Each touch leaves them credit held."""

from sandbox.radius.codes import AUTHORISED, BILL_ADDRESS, COMPLETE, CREDIT_HELD, CUSTOMER, HELD, SHIP_ADDRESS
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
from sandbox.radius.jobs import reserved_quantity
from sandbox.radius.order_lines import (
    either,
    may_be_ordered,
    picked,
    positive,
    price_unit,
    shown,
    told_action,
    whole,
)
from sandbox.radius.refusals import Json, LineRefused, Refused
from sandbox.radius.session import COMPANY, Session, stamp

KEYS = ("XLSOrders", "XLSOrder", "XLSOrderLine", "SOrderNum")
_FREE: Form = {
    "SOrderNum": ANY, "SOrderStat": INT, "DaysPrior": INT, "XLSOrderLine": ANY, "Action": TEXT,
    "LastUserCode": TEXT, "OurContact": TEXT, "YourContact": TEXT, "SOrderText": TEXT, "PlannedAvailDate": DATE,
}  # fmt: skip
_NEW: Form = {
    **_FREE, "CompNum": IN_COMPANY, "PlantCode": plant("2"), "CustCode": Field("text", required=True, only=CUSTOMER),
    "CustRef": TEXT, "AddtCustRef": NEED_TEXT, "SOrderDate": NEED_DATE, "CustReqDate": NEED_DATE,
    "SOSourceCode": NEED_TEXT, "CurrCode": Field("text", required=True, only="USD"), "TermsCode": NEED_TEXT,
}  # fmt: skip
_CHANGED: Form = {
    **_FREE, "CompNum": IN_COMPANY, "PlantCode": plant("2"), "CustCode": Field("text", only=CUSTOMER),
    "CustRef": TEXT, "AddtCustRef": TEXT, "SOrderDate": DATE, "CustReqDate": DATE, "SOSourceCode": TEXT,
    "CurrCode": Field("text", only="USD"), "TermsCode": TEXT,
}  # fmt: skip
_LINE: Form = {
    "Action": TEXT,
    "SOrderNum": ANY,
    "CustPOLineNum": INT,
    "FCUnitPrice": NUMBER,
    "OrderUnitCode": TEXT,
}
_NEW_LINE: Form = {
    **_LINE, "CompNum": IN_COMPANY, "PlantCode": plant("2"), "SOrderLineNum": INT, "ItemCode": NEED_TEXT,
    "OrderedQty": NEED_NUMBER, "ReqDate": NEED_DATE, "PriceUnitCode": NEED_TEXT, "SOItemTypeCode": NEED_TEXT,
    "UnitPrice": NEED_NUMBER,
}  # fmt: skip
_CHANGED_LINE: Form = {
    **_LINE, "CompNum": Field("int", only=COMPANY), "PlantCode": Field("text", only="2"), "SOrderLineNum": NEED_INT,
    "ItemCode": TEXT, "OrderedQty": NUMBER, "ReqDate": DATE, "PriceUnitCode": TEXT, "SOItemTypeCode": TEXT,
    "UnitPrice": NUMBER,
}  # fmt: skip


def sales_order(session: Session, payload: object) -> Json:
    """Make one, or change the one whose number is told. Raises Refused."""
    header = only_one(payload, *KEYS[:2])
    number = header.get("SOrderNum") or 0
    if not isinstance(number, int):
        raise Refused(f"XLSOrder: SOrderNum: {number!r} is no whole number")
    return whole(header, KEYS, lambda: _change(session, header, number) if number else _make(session, header))


def _make(session: Session, header: Json) -> Json:
    checked(_NEW, header, "XLSOrder")
    lines = listed(header, "XLSOrderLine", "XLSOrder")
    number = session.next("order")
    row = {
        "CompNum": COMPANY, "PlantCode": "2", "SOrderNum": number, "SOrderStat": CREDIT_HELD,
        **{key: header[key] for key in ("SOrderDate", "CustCode", "AddtCustRef", "SOSourceCode", "CustReqDate",
                                        "CurrCode", "TermsCode")},
        "CustRef": header.get("CustRef", ""), "DaysPrior": header.get("DaysPrior", 0),
        "PlannedAvailDate": header.get("PlannedAvailDate"), "BillAddrNum": BILL_ADDRESS,
        "ShipAddrNum": SHIP_ADDRESS, "AckAddrNum": BILL_ADDRESS, "RemitAddrNum": BILL_ADDRESS, "JobCode": "",
        "EstCode": "", **session.record(),
    }  # fmt: skip
    session.insert("PV_SOrder", row)
    told = [_add(session, number, place, line) for place, line in enumerate(lines, 1)]
    session.note("SO2 create", number, lines=len(told), po=header["AddtCustRef"])
    return {**header, "SOrderNum": number, "Action": "Add", "ErrorMessage": "", "XLSOrderLine": told}


def _change(session: Session, header: Json, number: int) -> Json:
    checked(_CHANGED, header, "XLSOrder")
    key = {"CompNum": COMPANY, "PlantCode": "2", "SOrderNum": number}
    before = session.find("PV_SOrder", **key)
    if before is None:
        raise Refused(f"Sales order {number} does not exist")
    if before["SOrderStat"] == COMPLETE:
        raise Refused(f"Sales order {number} is complete and cannot be updated")
    if header.get("SOrderStat", AUTHORISED) not in (AUTHORISED, HELD, CREDIT_HELD):
        raise Refused(f"Sales order {number}: status {header['SOrderStat']} cannot be set here")
    values = picked(
        header, "CustRef", "AddtCustRef", "CustReqDate", "TermsCode", "DaysPrior", "PlannedAvailDate"
    )
    # Asking for SOrderStat 0 does not help; a hold that a person set stays one.
    status = HELD if before["SOrderStat"] == HELD else CREDIT_HELD
    session.update("PV_SOrder", {**values, "SOrderStat": status, "LastUpdatedDateTime": stamp()}, **key)
    lines = listed(header, "XLSOrderLine", "XLSOrder", required=False)
    told = [_line(session, number, place, line) for place, line in enumerate(lines, 1)]
    session.note("SO2 update", number, **values)
    return shown(session.find("PV_SOrder", **key) or {}, Action="Update", XLSOrderLine=told)


def _line(session: Session, number: int, place: int, given: object) -> Json:
    """Change a line, or add one: by Action, or because there is none of this number.

    A changed line says Action "Add" and tells only what was sent: so does the original.
    """
    if not isinstance(given, dict):
        raise Refused("XLSOrderLine: an object was expected")
    action = told_action(given, place)
    key = {
        "CompNum": COMPANY,
        "PlantCode": "2",
        "SOrderNum": number,
        "SOrderLineNum": given.get("SOrderLineNum"),
    }
    before = session.find("PV_SOrderLine", **key)
    if before is None or action == "Add":
        if action == "Update":
            raise LineRefused(place, f"Line {key['SOrderLineNum']} does not exist")
        return _add(session, number, place, given)
    line = checked(_CHANGED_LINE, given, "XLSOrderLine")
    if either(line, before, "ItemCode") != before["ItemCode"]:
        raise LineRefused(place, f"Line {key['SOrderLineNum']} is for item {before['ItemCode']}")
    ordered = positive(place, either(line, before, "OrderedQty"))
    reserved = reserved_quantity(session, number, before["SOrderLineNum"])
    if ordered < before["OrderedQty"] and ordered < reserved:
        raise LineRefused(
            place,
            f"Ordered quantity {ordered:g} is below the reserved quantity {reserved:g}: reconfirm the job",
        )
    values = picked(line, "ReqDate", "SOItemTypeCode", "UnitPrice")
    values |= {"OrderedQty": ordered, "OutstandingQty": ordered, "LastUpdatedDateTime": stamp()}
    session.update("PV_SOrderLine", values, **key)
    session.note(
        "SO2 line", f"{number}/{before['SOrderLineNum']}", OrderedQty=f"{before['OrderedQty']} -> {ordered}"
    )
    return {**line, "Action": "Add", "ErrorMessage": ""}


def _add(session: Session, number: int, place: int, given: object) -> Json:
    line = checked(_NEW_LINE, given, "XLSOrderLine")
    may_be_ordered(session, place, line["ItemCode"], "Sold")
    ordered, conversion = positive(place, line["OrderedQty"]), price_unit(place, line["PriceUnitCode"])
    known = [
        row["SOrderLineNum"]
        for row in session.all("PV_SOrderLine", CompNum=COMPANY, PlantCode="2", SOrderNum=number)
    ]
    line_number = line.get("SOrderLineNum") or max(known, default=0) + 1
    if line_number in known:
        raise LineRefused(place, f"Line {line_number} already exists")
    row = {
        "CompNum": COMPANY, "PlantCode": "2", "SOrderNum": number, "SOrderLineNum": line_number,
        "ItemCode": line["ItemCode"], "OrderedQty": ordered, "ReqDate": line["ReqDate"],
        "SOItemTypeCode": line["SOItemTypeCode"], "DimA": 0, "DimB": 0, "DimC": 0, "ShipQty": 0, "ShippedQty": 0,
        "ReturnQty": 0, "OutstandingQty": ordered, "InvResQty": 0, "BillQty": 0, "ShortfallQty": 0,
        "UnitPrice": line["UnitPrice"], "FCUnitPrice": line["UnitPrice"], "PriceUnitCode": line["PriceUnitCode"],
        "PriceUnitConv": conversion, "OrderUnitCode": "FEET", "OrderUnitConv": 1, "OversPercent": 10,
        "UndersPercent": 10, "CustPOLineNum": line.get("CustPOLineNum", line_number), "Completed": 0,
        **session.record(),
    }  # fmt: skip
    session.insert("PV_SOrderLine", row)
    session.note("SO2 line", f"{number}/{line_number}", item=line["ItemCode"], OrderedQty=ordered)
    return {**line, "SOrderNum": number, "SOrderLineNum": line_number, "Action": "Add", "ErrorMessage": ""}
