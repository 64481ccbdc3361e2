"""What has to become of an order: a class a test can compare with, and the lines Counterpoint must show."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal[
    "clean",
    "not_pulled",
    "customer_not_found",
    "line_items_missing",
    "item_not_found",
    "item_inactive",
    "sku_empty",
    "unit_unknown",
    "quantity_invalid",
    "totals_invalid",
    "date_invalid",
    "text_too_long",
]

PHRASES: dict[Outcome, str] = {
    "customer_not_found": "Customer not found",
    "line_items_missing": "Line items missing",
    "item_not_found": "Item not found",
    "item_inactive": "Item not found",
    "sku_empty": "Item not found",
    "unit_unknown": "Item not found",
    "totals_invalid": "Invalid totals",
}
"""The operators' words, where they have any."""


@dataclass
class ExpectedLine:
    item_no: str
    sell_unit: str
    """0 stocking unit, 1 to 5 the alternate units."""
    quantity: int
    stocking_quantity: int


@dataclass
class Expectation:
    outcome: Outcome = "clean"
    traits: list[str] = field(default_factory=list)
    """What is special about the order; empty for a plain one."""
    undecided: str = ""
    """Why the product may come to another outcome; empty: it may not."""
    cust_no: str | None = None
    order_date: str = ""
    """In the shop's zone."""
    tax_code: str = ""
    lines: list[ExpectedLine] = field(default_factory=list)
    charged: str = "0.00"
    """The grand total that the customer paid."""

    def told(self) -> dict[str, Any]:
        return {**asdict(self), "phrase": PHRASES.get(self.outcome)}
