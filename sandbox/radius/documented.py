"""The documented form: one address per entity, payloads of its own, HTTP 400 for a refusal.

Each is turned into the XLink form of the same deed, so that both forms obey the same rules.
"""

from datetime import date
from typing import Any

from sandbox.radius.codes import (
    BILL_ADDRESS,
    CUSTOMER,
    CUSTOMER_NAME,
    PO_ADDRESS,
    PO_CONFIRMED,
    SHIP_ADDRESS,
    SHIP_OPEN,
    SOURCE,
    SUPPLIER,
    SUPPLIER_NAME,
    WAREHOUSE,
)
from sandbox.radius.forms import (
    IN_COMPANY,
    NEED_DATE,
    NEED_INT,
    NEED_NUMBER,
    NEED_TEXT,
    TEXT,
    Field,
    Form,
    checked,
    listed,
    plant,
)
from sandbox.radius.jobs import NoJob, make_job, order_lines
from sandbox.radius.purchase_orders import purchase_order
from sandbox.radius.refusals import Json, Refused
from sandbox.radius.sales_orders import sales_order
from sandbox.radius.session import COMPANY, Session
from sandbox.radius.ship_requests import ship_request

_ADD = Field("text", only="Add")
_LIST = Field("any", required=True)
_JOB_LINE: Form = {"SOrderLineNum": NEED_INT}
_PO: Form = {"CompNum": IN_COMPANY, "PlantCode": plant("4"), "Vendor": Field("text", required=True, only=SUPPLIER_NAME),
             "AddtCustRef": NEED_TEXT, "XLSOrderLine": _LIST}  # fmt: skip
_PO_LINE: Form = {"Action": _ADD, "POLineNum": NEED_INT, "ItemCode": NEED_TEXT, "OrderedQty": NEED_NUMBER,
                  "RequiredDate": NEED_DATE, "DimA": NEED_NUMBER}  # fmt: skip
_SO: Form = {"CompNum": IN_COMPANY, "PlantCode": plant("2"),
             "Customer": Field("text", required=True, only=CUSTOMER_NAME),
             "AddtCustRef": NEED_TEXT, "CustRef": TEXT, "XLSOrderLine": _LIST}  # fmt: skip
_SO_LINE: Form = {"Action": _ADD, "SOrderLineNum": NEED_INT, "ItemCode": NEED_TEXT, "OrderedQty": NEED_NUMBER,
                  "RequiredDate": NEED_DATE, "SOItemTypeCode": NEED_TEXT}  # fmt: skip
_SHIP: Form = {
    "CompNum": IN_COMPANY,
    "PlantCode": plant("2"),
    "SOrderNum": NEED_INT,
    "ShipRequestLine": _LIST,
}
_SHIP_LINE: Form = {"SOrderLineNum": NEED_INT, "RequestedQty": NEED_NUMBER}
_PRICE = {"PriceUnitCode": "KFEET", "UnitPrice": 0.01}


def job(session: Session, payload: object, plant_code: str) -> Json:
    """POST PolytexJob/Job and StarpakJob/Job: a job of the lines that are listed. Raises Refused."""
    form: Form = {"CompNum": IN_COMPANY, "PlantCode": plant(plant_code), "SOrderNum": NEED_INT, "SOrderLine": _LIST,
                  "Customer": Field("text", required=True, only=SOURCE)}  # fmt: skip
    asked = checked(form, _inside(payload, "XLSJob"), "XLSJob")
    numbers = [
        checked(_JOB_LINE, line, "SOrderLine")["SOrderLineNum"]
        for line in listed(asked, "SOrderLine", "XLSJob")
    ]
    lines = [
        line
        for line in order_lines(session, plant_code, asked["SOrderNum"])
        if line["SOrderLineNum"] in numbers
    ]
    try:
        if not lines:
            raise NoJob(f"Sales order {asked['SOrderNum']} has no such lines")
        code = make_job(session, plant_code, asked["SOrderNum"], lines)
    except NoJob as reason:
        raise Refused(str(reason), {"XLSJob": {**asked, "JobCode": "", "Errors": str(reason)}}) from None
    return {"XLSJob": {**asked, "JobCode": code, "ErrorMessage": ""}}


def purchase(session: Session, payload: object) -> Json:
    """POST POrder/POrder: the job's code stands in AddtCustRef and nowhere else. Raises Refused."""
    asked = checked(_PO, _inside(payload, "XLSOrder"), "XLSOrder")
    lines = [checked(_PO_LINE, line, "XLSOrderLine") for line in listed(asked, "XLSOrderLine", "XLSOrder")]
    soonest = min((line["RequiredDate"] for line in lines), default=_today())
    told = purchase_order(session, {"XLPOrders": {"XLPOrder": [{
        "CompNum": COMPANY, "PlantCode": "4", "SuppCode": SUPPLIER, "SuppRef": asked["AddtCustRef"],
        "POAddrNum": PO_ADDRESS, "TermsCode": "NET 30", "WHouseCode": WAREHOUSE, "POStatus": PO_CONFIRMED,
        "RequiredDate": soonest, "ReqDate": soonest, "POrderNum": "",
        "XLPOrderLine": [
            {"CompNum": COMPANY, "PlantCode": "4", "POrderLineNum": line["POLineNum"], "ReqDate": line["RequiredDate"],
             **{key: line[key] for key in ("ItemCode", "OrderedQty", "DimA")}, **_PRICE}
            for line in lines
        ],
    }]}})  # fmt: skip
    number = told["XLPOrders"]["XLPOrder"][0]["POrderNum"]
    session.update(
        "PV_POrder", {"SuppRef": "", "AddtCustRef": asked["AddtCustRef"]}, CompNum=COMPANY, POrderNum=number
    )
    return told


def sale(session: Session, payload: object) -> Json:
    """POST SOrder/SOrder. Raises Refused."""
    asked = checked(_SO, _inside(payload, "XLSOrder"), "XLSOrder")
    lines = [checked(_SO_LINE, line, "XLSOrderLine") for line in listed(asked, "XLSOrderLine", "XLSOrder")]
    return sales_order(session, {"XLSOrders": {"XLSOrder": [{
        "CompNum": COMPANY, "PlantCode": "2", "CustCode": CUSTOMER, "CustRef": asked.get("CustRef", ""),
        "AddtCustRef": asked["AddtCustRef"], "SOrderDate": _today(), "SOSourceCode": SOURCE, "CurrCode": "USD",
        "CustReqDate": min((line["RequiredDate"] for line in lines), default=_today()), "TermsCode": "NET 30",
        "XLSOrderLine": [
            {"CompNum": COMPANY, "PlantCode": "2", "ReqDate": line["RequiredDate"], **_PRICE,
             **{key: line[key] for key in ("SOrderLineNum", "ItemCode", "OrderedQty", "SOItemTypeCode")}}
            for line in lines
        ],
    }]}})  # fmt: skip


def shipping(session: Session, payload: object) -> Json:
    """POST ShipRequest/ShipRequest: dates, items and references come from the sales order. Raises Refused."""
    asked = checked(_SHIP, _inside(payload, "XLSShipRequest"), "XLSShipRequest")
    lines = [
        checked(_SHIP_LINE, line, "ShipRequestLine")
        for line in listed(asked, "ShipRequestLine", "XLSShipRequest")
    ]
    key = {"CompNum": COMPANY, "PlantCode": "2", "SOrderNum": asked["SOrderNum"]}
    order = session.find("PV_SOrder", **key)
    if order is None:
        raise Refused(f"Sales order {asked['SOrderNum']} does not exist")
    sold = {line["SOrderLineNum"]: line for line in session.all("PV_SOrderLine", **key)}
    missing = [line["SOrderLineNum"] for line in lines if line["SOrderLineNum"] not in sold]
    if missing:
        raise Refused(f"Sales order {asked['SOrderNum']} line {missing[0]} does not exist")
    reference = order["CustRef"] or order["AddtCustRef"] or f"SO:{asked['SOrderNum']}"
    return ship_request(session, {"XLShipReqs": {"XLShipReq": [{
        "CompNum": COMPANY, "PlantCode": "2", "CustCode": CUSTOMER, "BillAddrNum": BILL_ADDRESS,
        "ShipAddrNum": SHIP_ADDRESS, "ShipDate": min(sold[line["SOrderLineNum"]]["ReqDate"] for line in lines),
        "ShipReqStat": SHIP_OPEN, "ExternalRef": f"SO:{asked['SOrderNum']}", "ShipReqNum": "",
        "XLShipReqLine": [
            {**key, "SOPlantCode": "2", "SOrderLineNum": line["SOrderLineNum"], "ShipQty": line["RequestedQty"],
             "ItemCode": sold[line["SOrderLineNum"]]["ItemCode"], "ShippingRef": reference,
             "CustPOReleaseNum": order["AddtCustRef"]}
            for line in lines
        ],
    }]}})  # fmt: skip


def _inside(payload: object, wrapper: str) -> Any:
    if not isinstance(payload, dict) or set(payload) != {wrapper}:
        raise Refused(f"the payload is no {wrapper}")
    return payload[wrapper]


def _today() -> str:
    return date.today().isoformat()
