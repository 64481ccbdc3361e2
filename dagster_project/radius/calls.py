"""The calls of the adapter that the workflow makes, and the values each may put into its payload.

mappings/radius/payloads/ says per profile where the values go; here stands what there is to say.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


def _number(value: Any) -> int | float:
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else float(number)


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


KINDS: Mapping[str, Callable[[Any], Any]] = {
    "text": str, "int": lambda value: int(str(value)), "number": _number, "day": _day,
}  # fmt: skip
"""What a value becomes in JSON. `$name as text` in a payload asks for another kind than the value's own."""

VALUES: Mapping[str, str] = {
    "sales_order": "int", "po": "int", "so2": "int", "so2_line": "int", "ship_request": "int", "line": "int",
    "job": "text", "custref": "text", "shipping_ref": "text", "item": "text", "base_item": "text",
    "item_type": "text", "quantity": "number", "dim_a": "number",
    "date": "day", "today": "day", "first_date": "day", "ordered_by": "day", "arrival": "day",
}  # fmt: skip
"""Every value by name, with its kind. Of a text that has no value nothing is left but "", anything else is left out."""

DERIVED = frozenset({"today", "first_date", "ordered_by", "arrival"})
"""Made of the call as a whole: the day, its earliest date, and what follows from that."""


@dataclass(frozen=True)
class Call:
    """What a call may say of itself, and of each of its lines."""

    header: frozenset[str]
    line: frozenset[str] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        """Values that may stand outside of lines."""
        return self.header | DERIVED


def _call(header: str, line: str = "") -> Call:
    return Call(frozenset(header.split()), frozenset(line.split()))


CALLS: Mapping[str, Call] = {
    "item_read": _call("base_item"),
    "film_create": _call("base_item item"),
    "roll_create": _call("base_item item"),
    "p4_job_create": _call("sales_order", "line"),
    "p2_job_create": _call("sales_order", "line"),
    "purchase_order_create": _call("job", "line item quantity date dim_a"),
    "purchase_order_add": _call("po", "line item quantity date dim_a"),
    "purchase_order_update": _call("po", "line item quantity date dim_a"),
    "purchase_order_confirm": _call("po"),
    "sales_order_create": _call("po custref", "line item quantity date item_type"),
    "sales_order_add": _call("so2", "line item quantity date item_type"),
    "sales_order_update": _call("so2", "line item quantity date"),
    "sales_order_reference": _call("so2 custref"),
    "ship_request_create": _call("so2 po shipping_ref", "line so2_line item quantity date"),
    "ship_request_add": _call("ship_request so2 po shipping_ref", "line so2_line item quantity date"),
    "ship_request_update": _call("ship_request so2 shipping_ref", "line so2_line item quantity date"),
}
