"""What people do in the ERP behind the workflow's back. Each function is one transaction of its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.radius import jobs
from sandbox.radius.codes import AUTHORISED, PRODUCT_GROUP, SOURCE
from sandbox.radius.erp import Erp
from sandbox.radius.session import COMPANY, Session, stamp


class NoSuchThing(Exception):
    """What somebody wanted to change is not there; the message names it."""


@dataclass(frozen=True)
class People:
    """Everybody with access to the ERP."""

    erp: Erp

    def add_item(
        self, item_code: str, status: str = "APP", ratio: float = 2.5, setup: float = 500, width: float = 36.0
    ) -> str:
        """A bag, with what production knows of it: feet per bag, feet of spoilage, width of the web in inches."""
        with self.erp.changing("people") as session:
            write_bag(session, item_code, status, ratio=ratio, setup=setup, width=width)
            session.note("add_item", item_code)
        return item_code

    def add_derived_items(self, item_code: str, status: str = "APP") -> list[str]:
        """Its printed film and printed roll, as somebody else made them."""
        with self.erp.changing("people") as session:
            made = write_derived(session, item_code, status)
            session.note("add_derived_items", item_code, status=status)
        return made

    def set_item_status(self, item_code: str, status: str = "") -> None:
        """APP, WAIT, PEND, INAC, or blank."""
        with self.erp.changing("people") as session:
            changed = session.update(
                "PM_Item", {"ItemStatusCode": status, "LastUpdatedDateTime": stamp()}, ItemCode=item_code
            )
            _must_be_one(changed, f"item {item_code}")
            session.note("set_item_status", item_code, status=status)

    def approve_item(self, item_code: str) -> None:
        self.set_item_status(item_code, "APP")

    def add_order(
        self, item_code: str, quantity: float = 150_000, *, custref: str = "4554 0041 A", days: int = 40
    ) -> int:
        """An authorised SO4 of today with one line, required in so many days; its number."""
        with self.erp.changing("people") as session:
            number = write_order(session, date.today(), custref)
            write_line(session, number, 1, item_code, quantity, date.today() + timedelta(days=days))
            session.note("add_order", number, item=item_code, quantity=quantity)
        return number

    def change_quantity(self, order: int, quantity: float, line: int = 1) -> None:
        """Of an SO4 line; the job knows nothing of it until it is reconfirmed."""
        with self.erp.changing("people") as session:
            changed = session.update(
                "PV_SOrderLine",
                {"OrderedQty": quantity, "OutstandingQty": quantity, "LastUpdatedDateTime": stamp()},
                PlantCode="4",
                SOrderNum=order,
                SOrderLineNum=line,
            )
            _must_be_one(changed, f"order {order} line {line}")
            session.note("change_quantity", f"{order}/{line}", quantity=quantity)

    def reconfirm_p4(self, order: int) -> str:
        """The newest job of an SO4 is made anew from its lines: new requirement ids, current quantities."""
        with self.erp.changing("people") as session:
            job = newest_job(session, "4", order)
            for table in ("PV_Req", "PV_JobLine", "PV_JobSOLink"):
                session.delete(table, PlantCode="4", JobCode=job)
            for line in jobs.order_lines(session, "4", order):
                jobs.link_line(session, "4", job, line)
            session.note("reconfirm_p4", job, order=order)
        return job

    def reconfirm_p2(self, order: int, quantity: float | None = None) -> str:
        """The newest job of an SO2 takes the quantities of the purchase order it serves, or the one told."""
        with self.erp.changing("people") as session:
            job = newest_job(session, "2", order)
            bought = _bought(session, order)
            for line in session.all("PV_JobLine", PlantCode="2", JobCode=job):
                wanted = quantity or bought.get(line["ItemCode"], line["OrderedQty"])
                key = {"PlantCode": "2", "JobCode": job, "JobLineNum": line["JobLineNum"]}
                session.update("PV_JobLine", {"OrderedQty": wanted}, **key)
            session.note("reconfirm_p2", job, order=order)
        return job


def write_bag(
    session: Session, item_code: str, status: str, *, ratio: float, setup: float, width: float, **more: Any
) -> None:
    """A base item and its estimate; `more` are columns of sandbox_estimate."""
    session.insert("PM_Item", {
        "CompNum": COMPANY, "ItemCode": item_code, "ItemShortDesc": item_code, "ItemDesc": "",
        "ItemStatusCode": status, "ProdGroupCode": PRODUCT_GROUP, "MinorProductGroup": "", "ClassId": 4,
        "EstimateUse": 0, "UnitCode": "EA", "ReqGroupCode": "", "ItemGroupCode": "BAG", "ItemTypeCode": "LWS BAG",
        "PurchasePriceCode": "", "SalesPriceCode": "", "MasterEstimateCode": "", "CustCode": "", "Purchased": 0,
        "Issued": 0, "Produced": 1, "Sold": 1, "DimA": width, "DimB": 0, "DimC": 0, "LastUserCode": "",
        **session.record(),
    })  # fmt: skip
    session.insert(
        "sandbox_estimate",
        {"ItemCode": item_code.upper(), "ratio": ratio, "setup": setup, "width": width, **more},
    )


def write_derived(
    session: Session, base: str, status: str, kinds: tuple[str, ...] = ("16P4-", "1600-")
) -> list[str]:
    """Printed film and printed roll of a base item."""
    made = []
    for kind in kinds:
        film = kind == "16P4-"
        code = f"{kind}{base}"
        session.insert("PM_Item", {
            "CompNum": COMPANY, "ItemCode": code, "ItemShortDesc": code, "ItemDesc": "", "ItemStatusCode": status,
            "ProdGroupCode": "" if film else "Rollstock", "MinorProductGroup": "" if film else "PRTFILM",
            "ClassId": 1 if film else 6, "EstimateUse": 101 if film else 601, "UnitCode": "FEET",
            "ReqGroupCode": "P4-PF" if film else "FIN ROLL", "ItemGroupCode": "P4-F29" if film else "FG_L_TOL",
            "ItemTypeCode": "PrintOPP" if film else "PRT ROLL", "PurchasePriceCode": code if film else "",
            "SalesPriceCode": "" if film else code, "MasterEstimateCode": "", "CustCode": "" if film else "POL01",
            "Purchased": film, "Issued": film, "Produced": not film, "Sold": not film, "DimA": 0, "DimB": 0,
            "DimC": 0, "LastUserCode": "", **session.record(),
        })  # fmt: skip
        made.append(code)
    return made


def write_order(session: Session, day: date, custref: str, **columns: Any) -> int:
    """The header of an SO4 without lines; its number."""
    number = session.next("order")
    session.insert("PV_SOrder", {
        "CompNum": COMPANY, "PlantCode": "4", "SOrderNum": number, "SOrderDate": day, "CustCode": "ABC12",
        "CustRef": custref, "AddtCustRef": "", "SOrderStat": AUTHORISED, "SOSourceCode": SOURCE,
        "CurrCode": "USD", "TermsCode": "NET 30", "DaysPrior": 1, "JobCode": "", "EstCode": "",
        **session.record(), **columns,
    })  # fmt: skip
    return number


def write_line(
    session: Session, order: int, line: int, item_code: str, quantity: float, required: date, **columns: Any
) -> None:
    """A line of an SO4."""
    session.insert("PV_SOrderLine", {
        "CompNum": COMPANY, "PlantCode": "4", "SOrderNum": order, "SOrderLineNum": line, "ItemCode": item_code,
        "OrderedQty": quantity, "ReqDate": required, "SOItemTypeCode": "RNC", "DimA": 0, "DimB": 0, "DimC": 0,
        "ShipQty": 0, "ShippedQty": 0, "ReturnQty": 0, "OutstandingQty": quantity, "InvResQty": 0, "BillQty": 0,
        "ShortfallQty": 0, "UnitPrice": 45.5, "FCUnitPrice": 45.5, "PriceUnitCode": "THOUS", "PriceUnitConv": 1000,
        "OrderUnitCode": "EA", "OrderUnitConv": 1, "OversPercent": 10, "UndersPercent": 10,
        "RequirementId": session.next("requirement"), "CustPOLineNum": line, "SalesPriceCode": "", "Completed": 0,
        **session.record(), **columns,
    })  # fmt: skip


def newest_job(session: Session, plant: str, order: int) -> str:
    """Raises NoSuchThing."""
    found = jobs.jobs_of(session, plant, order)
    if not found:
        raise NoSuchThing(f"a P{plant} job of order {order}")
    return found[0]


def _bought(session: Session, order: int) -> dict[str, float]:
    """Feet by 1600- item on the purchase order that an SO2 serves."""
    rows = session.rows(
        """select line.ItemCode, sum(line.OrderedQty) as feet from PV_POrderLine line
        join PV_SOrder sold on sold.AddtCustRef = cast(line.POrderNum as varchar)
        where sold.PlantCode = '2' and sold.SOrderNum = ? group by line.ItemCode""",
        order,
    )
    return {row["ItemCode"].replace("16P4-", "1600-"): row["feet"] for row in rows}


def _must_be_one(count: int, what: str) -> None:
    if count != 1:
        raise NoSuchThing(what)
