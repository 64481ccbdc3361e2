"""XLinkAPIPOrder: plant 4's purchase orders for printed film, made and changed."""

from sandbox.radius.codes import LINE_OPENED, PO_CANCELLED, PO_COMPLETE, PO_CONFIRMED, PO_OPEN, SUPPLIER
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

KEYS = ("XLPOrders", "XLPOrder", "XLPOrderLine", "POrderNum")
_FROM_SUPPLIER = Field("text", only=SUPPLIER)
_FREE: Form = {
    "CurrCode": Field("text", only="USD"), "POStatus": INT, "POrderStat": INT, "OurContact": TEXT,
    "YourContact": TEXT, "POrderText": TEXT, "LastUserCode": TEXT, "POrderNum": ANY, "XLPOrderLine": ANY,
    "XLPOrderPrice": ANY, "Action": TEXT,
}  # fmt: skip
_NEW: Form = {
    **_FREE, "CompNum": IN_COMPANY, "PlantCode": plant("4"), "SuppCode": Field("text", required=True, only=SUPPLIER),
    "SuppRef": NEED_TEXT, "POAddrNum": NEED_TEXT, "TermsCode": NEED_TEXT, "WHouseCode": NEED_TEXT,
    "RequiredDate": NEED_DATE, "ReqDate": NEED_DATE,
}  # fmt: skip
_CHANGED: Form = {
    **_FREE, "CompNum": IN_COMPANY, "PlantCode": Field("text", only="4"), "SuppCode": _FROM_SUPPLIER,
    "SuppRef": TEXT, "TermsCode": TEXT, "WHouseCode": TEXT, "RequiredDate": DATE, "ReqDate": DATE,
    "POAddrNum": TEXT,
}  # fmt: skip
_LINE: Form = {
    "SuppCode": _FROM_SUPPLIER, "WhouseCode": TEXT, "DimB": NUMBER, "DimC": NUMBER, "PriceGroupNo": INT,
    "FCUnitPrice": NUMBER, "POLineStatus": INT, "LastUserCode": TEXT, "MaxRollWeight": NUMBER,
    "NumberOfRolls": INT, "Action": TEXT, "POrderNum": ANY,
}  # fmt: skip
_NEW_LINE: Form = {
    **_LINE, "CompNum": IN_COMPANY, "PlantCode": plant("4"), "POrderLineNum": INT, "ItemCode": NEED_TEXT,
    "DimA": NEED_NUMBER, "OrderedQty": NEED_NUMBER, "ReqDate": NEED_DATE, "PriceUnitCode": NEED_TEXT,
    "UnitPrice": NEED_NUMBER,
}  # fmt: skip
_CHANGED_LINE: Form = {
    **_LINE, "CompNum": Field("int", only=COMPANY), "PlantCode": Field("text", only="4"), "POrderLineNum": NEED_INT,
    "ItemCode": TEXT, "DimA": NUMBER, "OrderedQty": NUMBER, "ReqDate": DATE, "PriceUnitCode": TEXT,
    "UnitPrice": NUMBER,
}  # fmt: skip
_PRICE: Form = {
    "CompNum": IN_COMPANY, "ItemCode": NEED_TEXT, "LastUserCode": TEXT, "PriceDate": NEED_DATE, "PriceGroupNo": INT,
    "PriceUnitCode": NEED_TEXT, "FCUnitPrice": NUMBER, "UnitPrice": NUMBER, "PriceStatus": INT, "Action": TEXT,
}  # fmt: skip


def purchase_order(session: Session, payload: object) -> Json:
    """Make one, or change the one whose number is told. Raises Refused."""
    header = only_one(payload, *KEYS[:2])
    number = header.get("POrderNum") or 0
    if not isinstance(number, int):
        raise Refused(f"XLPOrder: POrderNum: {number!r} is no whole number")
    return whole(header, KEYS, lambda: _change(session, header, number) if number else _make(session, header))


def _make(session: Session, header: Json) -> Json:
    checked(_NEW, header, "XLPOrder")
    lines = listed(header, "XLPOrderLine", "XLPOrder")
    number = session.next("purchase order")
    row = {
        "CompNum": COMPANY, "POrderNum": number, "POrderDate": stamp(), "Suppcode": header["SuppCode"],
        "SuppRef": header["SuppRef"], "AddtCustRef": "", "POAddrNum": header["POAddrNum"],
        "TermsCode": header["TermsCode"], "CurrCode": "USD", "ReqDate": header["ReqDate"],
        # Whatever POStatus asks for, a new order is open until somebody confirms it.
        "POrderStat": PO_OPEN, "OurContact": header.get("OurContact", ""),
        "YourContact": header.get("YourContact", ""), "POrderText": header.get("POrderText", ""),
        "SuppContactCode": "", **session.record(),
    }  # fmt: skip
    session.insert("PV_POrder", row)
    told = [_add(session, number, place, line) for place, line in enumerate(lines, 1)]
    session.note("PO create", number, lines=len(told), job=header["SuppRef"])
    return {
        **header, "POrderNum": number, "POrderStat": PO_OPEN, "Action": "Add", "ErrorMessage": "",
        "XLPOrderLine": told, "XLPOrderPrice": _prices(header),
    }  # fmt: skip


def _change(session: Session, header: Json, number: int) -> Json:
    checked(_CHANGED, header, "XLPOrder")
    before = session.find("PV_POrder", CompNum=COMPANY, POrderNum=number)
    if before is None:
        raise Refused(f"Purchase order {number} does not exist")
    if before["POrderStat"] in (PO_COMPLETE, PO_CANCELLED):
        state = "complete" if before["POrderStat"] == PO_COMPLETE else "cancelled"
        raise Refused(f"Purchase order {number} is {state} and cannot be updated")
    values = picked(header, "SuppRef", "TermsCode", "ReqDate")
    status = header.get("POStatus", header.get("POrderStat", before["POrderStat"]))
    if status not in (PO_OPEN, PO_CONFIRMED):
        raise Refused(f"Purchase order {number}: status {status} cannot be set here")
    session.update(
        "PV_POrder",
        {**values, "POrderStat": status, "LastUpdatedDateTime": stamp()},
        CompNum=COMPANY,
        POrderNum=number,
    )
    lines = listed(header, "XLPOrderLine", "XLPOrder", required=False)
    told = [_line(session, number, place, line) for place, line in enumerate(lines, 1)]
    session.note("PO update", number, **{key: header[key] for key in header if not key.startswith("XLPO")})
    after = session.find("PV_POrder", CompNum=COMPANY, POrderNum=number) or {}
    return shown(after, Action="Update", XLPOrderLine=told, XLPOrderPrice=_prices(header))


def _line(session: Session, number: int, place: int, given: object) -> Json:
    """Change a line, or add one: by Action, or because there is none of this number."""
    if not isinstance(given, dict):
        raise Refused("XLPOrderLine: an object was expected")
    action = told_action(given, place)
    key = {"CompNum": COMPANY, "POrderNum": number, "POrderLineNum": given.get("POrderLineNum")}
    before = session.find("PV_POrderLine", **key)
    if before is None or action == "Add":
        if action == "Update":
            raise LineRefused(place, f"Line {key['POrderLineNum']} does not exist")
        return _add(session, number, place, given)
    line = checked(_CHANGED_LINE, given, "XLPOrderLine")
    if either(line, before, "ItemCode") != before["ItemCode"]:
        raise LineRefused(place, f"Line {key['POrderLineNum']} is for item {before['ItemCode']}")
    if before["ReceivedQty"] > 0:
        raise LineRefused(place, "Line has been received and cannot be updated")
    ordered = positive(place, either(line, before, "OrderedQty"))
    values = picked(line, "ReqDate", "DimA", "UnitPrice")
    price = either(line, before, "UnitPrice")
    values |= {"OrderedQty": ordered, "OutstandingQty": ordered, "LastUpdatedDateTime": stamp(),
               "OrderedValue": round(ordered / price_unit(place, before["PriceUnitCode"]) * price, 2)}  # fmt: skip
    session.update("PV_POrderLine", values, **key)
    session.note("PO line", f"{number}/{key['POrderLineNum']}", **_moved(before, values))
    return shown(session.find("PV_POrderLine", **key) or {}, Action="Update")


def _add(session: Session, number: int, place: int, given: object) -> Json:
    line = checked(_NEW_LINE, given, "XLPOrderLine")
    may_be_ordered(session, place, line["ItemCode"], "Purchased")
    ordered, conversion = positive(place, line["OrderedQty"]), price_unit(place, line["PriceUnitCode"])
    known = [row["POrderLineNum"] for row in session.all("PV_POrderLine", CompNum=COMPANY, POrderNum=number)]
    line_number = line.get("POrderLineNum") or max(known, default=0) + 1
    if line_number in known:
        raise LineRefused(place, f"Line {line_number} already exists")
    row = {
        "CompNum": COMPANY, "PlantCode": "4", "POrderNum": number, "POrderLineNum": line_number,
        "ItemCode": line["ItemCode"], "OrderedQty": ordered, "ReceivedQty": 0, "OutstandingQty": ordered,
        "ReqDate": line["ReqDate"], "ConfDelivDate": None, "POLineStatus": LINE_OPENED, "DimA": line["DimA"],
        "DimB": line.get("DimB", 0), "DimC": line.get("DimC", 0), "WhouseCode": line.get("WhouseCode", ""),
        "PriceGroupNo": line.get("PriceGroupNo", 1), "PriceUnitCode": line["PriceUnitCode"],
        "UnitPrice": line["UnitPrice"], "FCUnitPrice": line.get("FCUnitPrice", line["UnitPrice"]),
        "OrderedValue": round(ordered / conversion * line["UnitPrice"], 2),
        "LastUserCode": line.get("LastUserCode", ""), **session.record(),
    }  # fmt: skip
    session.insert("PV_POrderLine", row)
    session.note("PO line", f"{number}/{line_number}", item=line["ItemCode"], OrderedQty=ordered)
    return {**line, "POrderNum": number, "POrderLineNum": line_number, "Action": "Add", "ErrorMessage": ""}


def _prices(header: Json) -> list[Json]:
    prices = listed(header, "XLPOrderPrice", "XLPOrder", required=False)
    return [
        {**checked(_PRICE, price, "XLPOrderPrice"), "Action": "Add", "ErrorMessage": ""} for price in prices
    ]


def _moved(before: Json, values: Json) -> Json:
    """Which columns are another now: `old -> new`."""
    return {
        column: f"{before[column]} -> {value}"
        for column, value in values.items()
        if column != "LastUpdatedDateTime" and before[column] != value
    }
