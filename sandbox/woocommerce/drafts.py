"""An order while it is being made up: what was bought and by whom, before Woo has done its sums."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.counterpoint.customers import Address
from sandbox.counterpoint.items import Item
from sandbox.counterpoint.taxes import TaxCode
from sandbox.woocommerce.money import ZERO


@dataclass
class Line:
    item: Item | None
    sku: str
    name: str
    quantity: int
    subtotal: Decimal
    """Before discounts, without tax."""
    product_id: int
    unit: str
    """The unit code meant; Counterpoint's, whatever the SKU says."""
    taxable: bool = True
    discount: Decimal = ZERO


@dataclass
class Coupon:
    code: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    discount: Decimal = ZERO


@dataclass
class Fee:
    name: str
    amount: Decimal
    taxable: bool = False


@dataclass
class Shipping:
    title: str
    method: str
    cost: Decimal


@dataclass
class Draft:
    index: int
    customer_id: int
    billing: Address
    email: str
    shipping_address: Address | None
    """None: Woo tells empty strings, and the billing address is meant."""
    lines: list[Line]
    tax: TaxCode
    payment: tuple[str, str]
    """Method and title."""
    created: datetime
    paid: datetime | None
    modified: datetime
    completed: datetime | None = None
    status: str = "processing"
    coupons: list[Coupon] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    shipping: list[Shipping] = field(default_factory=list)
    note: str = ""
    number: str = ""
    """Empty: the id."""
    prices_include_tax: bool = False
    total_off: Decimal = ZERO
    """What a plugin's rounding adds to the grand total."""
    refunds: list[tuple[str, Decimal]] = field(default_factory=list)
    """Reason and amount."""

    @property
    def ship_to(self) -> Address:
        return self.shipping_address or self.billing
