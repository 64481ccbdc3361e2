"""What the ERP says of an order, made up: the rules are tried on it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from dagster_project.radius.facts import Order, OrderLine, Requirement

TODAY = dt.date(2026, 3, 2)
BAG, OTHER = "2300-ACM01-0001", "2300-ACM01-0002"
FILM, ROLL = f"16P4-{BAG}", f"1600-{BAG}"
APPROVED = {
    BAG: "APP",
    FILM: "APP",
    ROLL: "APP",
    OTHER: "APP",
    f"16P4-{OTHER}": "APP",
    f"1600-{OTHER}": "APP",
}


def line(number: int = 1, item: str = BAG, quantity: int = 150_000) -> OrderLine:
    return OrderLine(number, item, Decimal(quantity), dt.date(2026, 5, 1), "RNC")


def order(*lines: OrderLine, status: int = 0) -> Order:
    return Order(251001, status, "4554 0041 A", lines or (line(),))


def required(item: str = FILM, quantity: int = 375_500, **said: Any) -> Requirement:
    whole = {
        "id": 340_000_001, "group": "P4-PF", "required": dt.date(2026, 4, 28), "order_line": 1,
        "width": Decimal("36.0"), "open": True, **said,
    }  # fmt: skip
    return Requirement(item=item, quantity=Decimal(quantity), **whole)


def told_of(wanted: Any) -> dict[str, Any]:
    return {artefact.key: dict(artefact.values) for artefact in wanted}
