"""What the shop sells and to whom: Counterpoint's items and customers, as the web site shows them."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sandbox.counterpoint.codes import SUFFIXES
from sandbox.counterpoint.customers import Customer, customers
from sandbox.counterpoint.item_rows import product_id
from sandbox.counterpoint.items import Item, items
from sandbox.woocommerce.drafts import Line
from sandbox.woocommerce.money import cents

LARGER_UNIT_REBATE = Decimal("0.95")


@dataclass(frozen=True)
class Product:
    item: Item
    id: int


@dataclass(frozen=True)
class Shop:
    """Stock and accounts of one seed."""

    products: tuple[Product, ...]
    """Can be bought: in the shop and active."""
    discontinued: tuple[Product, ...]
    """Still on the web site, no longer active in Counterpoint."""
    customers: tuple[Customer, ...]
    """Each with an e-mail of its own."""
    twins: tuple[tuple[Customer, Customer], ...]
    """Pairs with one e-mail, the lower number first."""


@lru_cache(maxsize=4)
def shop(seed: int) -> Shop:
    """The shop of a seed; it fits the Counterpoint database of the same seed."""
    products = tuple(
        Product(item, product_id(place)) for place, item in enumerate(items(seed)) if item.in_shop
    )
    people = customers(seed)
    twins = tuple((people[place - 1], people[place]) for place in range(38, len(people), 39))
    paired = {customer.number for pair in twins for customer in pair}
    return Shop(
        products=tuple(product for product in products if product.item.active),
        discontinued=tuple(product for product in products if not product.item.active),
        customers=tuple(customer for customer in people if customer.number not in paired),
        twins=twins,
    )


def line(product: Product, quantity: int, *, unit: str = "", suffix: str = "") -> Line:
    """A line of a product in a unit; `suffix` goes behind the SKU, such as CARTON."""
    item = product.item
    unit = unit or SUFFIXES.get(suffix, item.stocking_unit)
    _, factor = item.unit(unit) or ("0", 1)
    return Line(
        item=item,
        sku=f"{item.number}-{suffix}" if suffix else item.number,
        name=item.descr.title(),
        quantity=quantity,
        subtotal=unit_price(item, factor) * quantity,
        product_id=product.id,
        unit=unit,
        taxable=item.taxable,
    )


def unit_price(item: Item, factor: int) -> Decimal:
    """The shop's price of one unit, two decimals."""
    price = item.price * factor
    return cents(price * LARGER_UNIT_REBATE if factor > 1 else price)
