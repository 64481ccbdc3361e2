"""Rows as people enter them: bags with their estimates, derived items, orders of plant 4 and their lines."""

from datetime import date, timedelta
from typing import Any

from sandbox.radius.codes import AUTHORISED, CUSTOMER, PRODUCT_GROUP, SOURCE
from sandbox.radius.session import COMPANY, Session

FILM, ROLL = "16P4-", "1600-"
_FILM: dict[str, Any] = {
    "ClassId": 1, "EstimateUse": 101, "ProdGroupCode": "", "MinorProductGroup": "", "ReqGroupCode": "P4-PF",
    "ItemGroupCode": "P4-F29", "ItemTypeCode": "PrintOPP", "Purchased": 1, "Issued": 1, "Produced": 0, "Sold": 0,
    "CustCode": "", "UnitCode": "FEET",
}  # fmt: skip
_ROLL: dict[str, Any] = {
    "ClassId": 6, "EstimateUse": 601, "ProdGroupCode": "Rollstock", "MinorProductGroup": "PRTFILM",
    "ReqGroupCode": "FIN ROLL", "ItemGroupCode": "FG_L_TOL", "ItemTypeCode": "PRT ROLL", "Purchased": 0, "Issued": 0,
    "Produced": 1, "Sold": 1, "CustCode": CUSTOMER, "UnitCode": "FEET",
}  # fmt: skip


def write_item(session: Session, code: str, status: str, **columns: Any) -> None:
    """An item, a bag of product group P4-LWS unless `columns` say otherwise."""
    session.insert("PM_Item", {
        "CompNum": COMPANY, "ItemCode": code, "ItemShortDesc": code, "ItemDesc": "", "ItemStatusCode": status,
        "ProdGroupCode": PRODUCT_GROUP, "MinorProductGroup": "", "ClassId": 4, "EstimateUse": 0, "UnitCode": "EA",
        "ReqGroupCode": "", "ItemGroupCode": "BAG", "ItemTypeCode": "LWS BAG", "PurchasePriceCode": "",
        "SalesPriceCode": "", "MasterEstimateCode": "", "CustCode": "", "Purchased": 0, "Issued": 0, "Produced": 1,
        "Sold": 1, "DimA": 0, "DimB": 0, "DimC": 0, "LastUserCode": "", **session.record(), **columns,
    })  # fmt: skip


def write_estimate(
    session: Session, code: str, ratio: float, setup: float, width: float, **more: Any
) -> None:
    """What production knows of a bag: feet each, feet of spoilage, width of the web; `more` are further columns."""
    row = {"ItemCode": code.upper(), "ratio": ratio, "setup": setup, "width": width, **more}
    session.insert("sandbox_estimate", row)


def write_derived(
    session: Session, bag: str, status: str, kinds: tuple[str, ...] = (FILM, ROLL), day: date | None = None
) -> list[str]:
    """Printed film and printed roll of a bag, priced on a day (today); their codes."""
    made = [f"{kind}{bag.upper()}" for kind in kinds]
    for kind, code in zip(kinds, made, strict=True):
        columns = _FILM if kind == FILM else _ROLL
        priced = {"PurchasePriceCode": code} if kind == FILM else {"SalesPriceCode": code}
        write_item(session, code, status, **{**columns, **priced})
        _write_price(session, code, "4" if kind == FILM else "2", day or date.today())
    return made


def _write_price(session: Session, code: str, plant: str, today: date) -> None:
    session.insert("PV_XLPRICE", {
        "CompNum": COMPANY, "ItemCode": code, "PlantCode": plant, "PriceType": 0 if plant == "4" else 1, "Direction": 1,
        "LinkingRef": code, "CreationDate": today, "EffDate": today - timedelta(days=5),
        "ExpiryDate": None if plant == "4" else today + timedelta(days=90), "BreakUnitCode": "FEET",
        "PriceUnitCode": "KFEET", "CurrCode": "USD", "RecordType": 0, "RecordStatus": 0, "LastUserCode": "",
    })  # fmt: skip


def write_order(session: Session, day: date, custref: str, **columns: Any) -> int:
    """The header of an SO4 without lines, authorised; its number."""
    number = session.next("order")
    session.insert("PV_SOrder", {
        "CompNum": COMPANY, "PlantCode": "4", "SOrderNum": number, "SOrderDate": day, "CustCode": "AQP12",
        "CustRef": custref, "AddtCustRef": "", "SOrderStat": AUTHORISED, "SOSourceCode": SOURCE, "CurrCode": "USD",
        "TermsCode": "NET 30", "DaysPrior": 1, "BillAddrNum": 11, "ShipAddrNum": 12, "AckAddrNum": 11,
        "RemitAddrNum": 11, "JobCode": "", "EstCode": "", **session.record(), **columns,
    })  # fmt: skip
    return number


def write_line(
    session: Session, order: int, line: int, item: str, quantity: float, required: date | None, **columns: Any
) -> None:
    """A line of an SO4, in bags."""
    session.insert("PV_SOrderLine", {
        "CompNum": COMPANY, "PlantCode": "4", "SOrderNum": order, "SOrderLineNum": line, "ItemCode": item,
        "OrderedQty": quantity, "ReqDate": required, "SOItemTypeCode": "RNC", "DimA": 0, "DimB": 0, "DimC": 0,
        "ShipQty": 0, "ShippedQty": 0, "ReturnQty": 0, "OutstandingQty": quantity, "InvResQty": 0, "BillQty": 0,
        "ShortfallQty": 0, "UnitPrice": 45.5, "FCUnitPrice": 45.5, "PriceUnitCode": "THOUS", "PriceUnitConv": 1000,
        "OrderUnitCode": "EA", "OrderUnitConv": 1, "OversPercent": 10, "UndersPercent": 10,
        "RequirementId": session.next("requirement"), "CustPOLineNum": line, "SalesPriceCode": "", "Completed": 0,
        **session.record(), **columns,
    })  # fmt: skip
