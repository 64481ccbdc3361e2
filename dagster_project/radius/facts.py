"""What the ERP says of an order and of what was made for it: rows as typed, frozen values. No I/O, no rule.

Quantities are exact: bags on plant-4 orders, feet everywhere else. Numbers of orders are whole, job codes texts.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

AUTHORISED, HELD, CREDIT_HELD, COMPLETE = 0, 1, 2, 9
"""Status of a sales order of either plant."""
ON_HOLD = (HELD, CREDIT_HELD)
PO_OPEN, PO_CONFIRMED, PO_CLOSED, PO_CANCELLED = 0, 2, 8, 9
APPROVED = "APP"
ART = "P4ART"
"""Type of an order line that is no bag: artwork, plates."""
REQ_OPEN = (10, 11, 20, 21)


@dataclass(frozen=True)
class OrderLine:
    """A line of a plant-4 sales order; lines of art are left out where these are read."""

    number: int
    item: str
    quantity: Decimal
    required: dt.date | None
    item_type: str


@dataclass(frozen=True)
class Order:
    """A plant-4 sales order."""

    number: int
    status: int
    custref: str | None
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True)
class Requirement:
    """What a P4 job requires of one item; its id is another after each reconfirmation of the job."""

    id: int
    item: str
    group: str
    quantity: Decimal
    required: dt.date | None
    order_line: int | None
    width: Decimal | None
    open: bool


@dataclass(frozen=True)
class PurchaseLine:
    """A line of a plant-4 purchase order, with what its header says."""

    order: int
    line: int
    job: str | None
    status: int
    item: str
    ordered: Decimal
    received: Decimal
    required: dt.date | None

    @property
    def blocked(self) -> bool:
        """True when the ERP takes no change of it any more."""
        return self.status in (PO_CLOSED, PO_CANCELLED) or self.received > 0

    @property
    def adoptable(self) -> bool:
        """True when its order is still one that goods are expected of."""
        return self.status not in (PO_CLOSED, PO_CANCELLED)

    @property
    def remote_id(self) -> str:
        """PO/line."""
        return f"{self.order}/{self.line}"


@dataclass(frozen=True)
class Sale:
    """A plant-2 sales order; `po` is the purchase order it serves, as text."""

    number: int
    status: int
    custref: str | None
    po: str


@dataclass(frozen=True)
class SaleLine:
    """A line of a plant-2 sales order."""

    order: int
    line: int
    item: str
    ordered: Decimal
    required: dt.date | None

    @property
    def remote_id(self) -> str:
        """SO2/line."""
        return f"{self.order}/{self.line}"


@dataclass(frozen=True)
class ShipLine:
    """A line of a ship request: which line of a plant-2 order is to be shipped, and how much of it."""

    number: int
    line: int
    order: int
    order_line: int
    item: str
    quantity: Decimal
    reference: str | None
    shipped: dt.date | None

    @property
    def remote_id(self) -> str:
        """SHIP/line."""
        return f"{self.number}/{self.line}"


def numbers_of(remote_id: str) -> tuple[int, int]:
    """Return number and line of an object that is a line of something."""
    number, _, line = remote_id.partition("/")
    return int(number), int(line)
