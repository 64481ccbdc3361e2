"""What the predecessor left behind: the chain of an order, whole or in flight, for first contact.

It worked through the adapter as we do; so its objects are made by the same rules. It carried the first
requirement of a job and nothing else, which orders with several lines still show.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sandbox.radius.codes import (
    AUTHORISED,
    BILL_ADDRESS,
    CUSTOMER,
    PO_ADDRESS,
    PO_CONFIRMED,
    SHIP_ADDRESS,
    SHIP_OPEN,
    SOURCE,
    SUPPLIER,
    WAREHOUSE,
    roll_of,
)
from sandbox.radius.jobs import make_job, order_lines
from sandbox.radius.purchase_orders import purchase_order
from sandbox.radius.sales_orders import sales_order
from sandbox.radius.session import COMPANY, Row, Session
from sandbox.radius.ship_requests import ship_request

Stage = Literal["job p4", "po", "so2", "ship request", "complete"]
Form = Literal["observed", "documented"]
LEAD_DAYS = 15


@dataclass
class LeftBehind:
    """The objects of one order; None: the chain did not get so far."""

    order: int
    job_p4: str
    po: int | None = None
    so2: int | None = None
    ship_request: int | None = None
    job_p2: str | None = None

    def told(self) -> dict[str, Any]:
        return asdict(self)


def leave(session: Session, order: int, until: Stage = "complete", form: Form = "observed") -> LeftBehind:
    """Make the chain of an authorised SO4 up to a stage; `form`: where the PO keeps the job. Raises NoJob, Refused."""
    left = LeftBehind(order, make_job(session, "4", order, order_lines(session, "4", order)))
    if until == "job p4":
        return left
    need = next(
        row for row in session.all("PV_Req", JobCode=left.job_p4) if row["ItemCode"].startswith("16P4-")
    )
    adjusted = max(
        date.fromisoformat(need["RequiredDate"]) - timedelta(days=LEAD_DAYS), date.today()
    ).isoformat()
    left.po = _buy(session, left.job_p4, need, adjusted, form)
    if until == "po":
        return left
    left.so2 = _sell(session, order, left.po, need, adjusted)
    if until == "so2":
        return left
    left.ship_request = _ship(session, order, left, need, adjusted)
    if until == "complete":
        left.job_p2 = make_job(session, "2", left.so2, order_lines(session, "2", left.so2))
    return left


def _buy(session: Session, job: str, need: Row, adjusted: str, form: Form) -> int:
    told = purchase_order(session, {"XLPOrders": {"XLPOrder": [{
        "CompNum": COMPANY, "PlantCode": "4", "SuppCode": SUPPLIER, "SuppRef": job, "POAddrNum": PO_ADDRESS,
        "TermsCode": "NET 30", "WHouseCode": WAREHOUSE, "POStatus": PO_CONFIRMED, "RequiredDate": adjusted,
        "ReqDate": adjusted, "POrderNum": "", "XLPOrderLine": [{
            "CompNum": COMPANY, "PlantCode": "4", "SuppCode": SUPPLIER, "WhouseCode": WAREHOUSE, "POrderLineNum": 1,
            "ItemCode": need["ItemCode"], "DimA": need["DimA"], "OrderedQty": need["RequiredQty"],
            "ReqDate": adjusted, "PriceUnitCode": "KFEET", "UnitPrice": 0.01,
        }],
    }]}})  # fmt: skip
    number = int(told["XLPOrders"]["XLPOrder"][0]["POrderNum"])
    link = {"SuppRef": "", "AddtCustRef": job} if form == "documented" else {}
    session.update("PV_POrder", {"POrderStat": PO_CONFIRMED, **link}, POrderNum=number)
    return number


def _sell(session: Session, order: int, po: int, need: Row, adjusted: str) -> int:
    header = session.find("PV_SOrder", PlantCode="4", SOrderNum=order) or {}
    (first, *_) = order_lines(session, "4", order)
    told = sales_order(session, {"XLSOrders": {"XLSOrder": [{
        "CompNum": COMPANY, "PlantCode": "2", "CustCode": CUSTOMER, "CustRef": header["CustRef"],
        "AddtCustRef": str(po),
        "SOrderDate": date.today().isoformat(), "CustReqDate": adjusted, "SOSourceCode": SOURCE, "CurrCode": "USD",
        "DaysPrior": 1, "TermsCode": "NET 30", "XLSOrderLine": [{
            "CompNum": COMPANY, "PlantCode": "2", "SOrderLineNum": 1, "ItemCode": roll_of(need["ItemCode"]),
            "OrderedQty": need["RequiredQty"], "ReqDate": adjusted, "PriceUnitCode": "KFEET",
            "SOItemTypeCode": first["SOItemTypeCode"], "UnitPrice": 0.01,
        }],
    }]}})  # fmt: skip
    number = int(told["XLSOrders"]["XLSOrder"][0]["SOrderNum"])
    session.update("PV_SOrder", {"SOrderStat": AUTHORISED}, PlantCode="2", SOrderNum=number)
    return number


def _ship(session: Session, order: int, left: LeftBehind, need: Row, adjusted: str) -> int:
    header = session.find("PV_SOrder", PlantCode="4", SOrderNum=order) or {}
    told = ship_request(session, {"XLShipReqs": {"XLShipReq": [{
        "CompNum": COMPANY, "PlantCode": "2", "CustCode": CUSTOMER, "BillAddrNum": BILL_ADDRESS,
        "ShipAddrNum": SHIP_ADDRESS, "DeliveryTerms": "FOB", "ExternalRef": f"SO:{left.so2}", "PickStatus": 0,
        "ShipDate": adjusted, "ShipReqNum": "", "ShipReqStat": SHIP_OPEN, "XLShipReqLine": [{
            "CompNum": COMPANY, "PlantCode": "2", "SOPlantCode": "2", "SOrderNum": left.so2, "SOrderLineNum": 1,
            "ItemCode": roll_of(need["ItemCode"]), "ShipQty": need["RequiredQty"], "ShipReqLineNum": 1,
            "ShippingRef": header["CustRef"] or str(left.po), "CustPOReleaseNum": str(left.po),
        }],
    }]}})  # fmt: skip
    return int(told["XLShipReqs"]["XLShipReq"][0]["ShipReqNum"])
