"""Rows of the ERP's answers as facts: names in lower case, as the database brings them, to typed values."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from dagster_project.radius import cells
from dagster_project.radius.facts import (
    REQ_OPEN,
    OrderLine,
    PurchaseLine,
    Requirement,
    Sale,
    SaleLine,
    ShipLine,
)

Row = Mapping[str, Any]
Value = TypeVar("Value")


def grouped(
    rows: Iterable[Row], name: str, read: Callable[[Row], Value], key: Callable[[Any], Any]
) -> defaultdict[Any, list[Value]]:
    """Read rows and group them by a column, whose values `key` reads."""
    found: defaultdict[Any, list[Value]] = defaultdict(list)
    for row in rows:
        found[key(row[name])].append(read(row))
    return found


def number_of(value: Any) -> int:
    """A number that is always there."""
    return cells.whole(value) or 0


def text_of(value: Any) -> str:
    """A code, empty where there is none."""
    return cells.text(value) or ""


def quantity_of(value: Any) -> Decimal:
    """A quantity, 0 where there is none."""
    return cells.number(value) or Decimal(0)


def purchase_line(row: Row) -> PurchaseLine:
    """Read a row."""
    return PurchaseLine(
        number_of(row["pordernum"]), number_of(row["porderlinenum"]), cells.text(row["jobcode"]),
        number_of(row["porderstat"]), text_of(row["itemcode"]),
        quantity_of(row["orderedqty"]), quantity_of(row["receivedqty"]),
        cells.day(row["reqdate"]),
    )  # fmt: skip


def sale(row: Row) -> Sale:
    """Read a row."""
    return Sale(
        number_of(row["sordernum"]), number_of(row["sorderstat"]), cells.text(row["custref"]),
        text_of(row["pordernum"]),
    )  # fmt: skip


def sale_line(row: Row) -> SaleLine:
    """Read a row."""
    return SaleLine(
        number_of(row["sordernum"]), number_of(row["sorderlinenum"]), text_of(row["itemcode"]),
        quantity_of(row["orderedqty"]), cells.day(row["reqdate"]),
    )  # fmt: skip


def ship_line(row: Row) -> ShipLine:
    """Read a row."""
    return ShipLine(
        number_of(row["shipreqnum"]), number_of(row["shipreqlinenum"]), number_of(row["sordernum"]),
        number_of(row["sorderlinenum"]), text_of(row["itemcode"]),
        quantity_of(row["shipqty"]), cells.text(row["shippingref"]), cells.day(row["shipdate"]),
    )  # fmt: skip


def order_line(row: Row) -> OrderLine:
    return OrderLine(
        number_of(row["sorderlinenum"]), text_of(row["itemcode"]),
        quantity_of(row["orderedqty"]), cells.day(row["reqdate"]),
        text_of(row["soitemtypecode"]),
    )  # fmt: skip


def requirement(row: Row) -> Requirement:
    quantity = quantity_of(row["requiredqty"])
    reserved = max(quantity_of(row["poresqty"]), quantity_of(row["inprodresqty"]))
    return Requirement(
        number_of(row["requirementid"]), text_of(row["itemcode"]), text_of(row["reqgroupcode"]),
        quantity, cells.day(row["requireddate"]), cells.whole(row["sorderlinenum"]), cells.number(row["dima"]),
        cells.whole(row["reqstatus"]) in REQ_OPEN and reserved < 1 and quantity > 0,
    )  # fmt: skip
