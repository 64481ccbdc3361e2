"""Plain orders: what an ordinary day brings. Order i is the same whatever else was asked for."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from sandbox.counterpoint.codes import SUFFIXES, WEB_PAYMENTS
from sandbox.counterpoint.customers import Address, Customer
from sandbox.counterpoint.taxes import BY_CODE, TaxCode
from sandbox.woocommerce import shop as shops
from sandbox.woocommerce.drafts import Draft, Line, Shipping
from sandbox.woocommerce.shop import Product, Shop

_METHODS = (
    ("UPS Ground", "ups", 6),
    ("FedEx Ground", "fedex", 4),
    ("Flat rate", "flat_rate", 3),
    ("Standard Shipping", "flat_rate", 2),
)
_NOTES = ("", "", "", "", "Please call before delivery.", "Back door, ring twice", "PO 4471 on the label")


def plain_order(shop: Shop, rng: random.Random, index: int, created: datetime) -> tuple[Draft, Customer]:
    """An order that nothing is wrong with, and the customer behind it."""
    customer = rng.choice(shop.customers)
    ship_to, tax = _destination(customer, rng)
    method = rng.choices(list(WEB_PAYMENTS), (7, 2, 1, 1))[0]
    paid = created + timedelta(seconds=rng.randrange(20, 240))
    draft = Draft(
        index=index,
        customer_id=customer.woo_user or 0,
        billing=customer.address,
        email=customer.email if rng.random() < 0.95 else customer.email.title(),
        shipping_address=ship_to,
        lines=[plain_line(shop, rng) for _ in range(_line_count(rng))],
        tax=tax,
        payment=(method, WEB_PAYMENTS[method][0]),
        created=created,
        paid=paid,
        modified=paid + timedelta(seconds=rng.randrange(0, 5)),
        shipping=[plain_shipping(rng)],
        note=rng.choice(_NOTES),
    )
    return draft, customer


def _destination(customer: Customer, rng: random.Random) -> tuple[Address | None, TaxCode]:
    """Where it goes, None for the billing address, and the taxes there."""
    tax = BY_CODE[customer.tax_code]
    if rng.random() < 0.2:
        return None, tax
    if customer.ship_to and rng.random() < 0.5:
        address = rng.choice(customer.ship_to)[1]
        if address.state == customer.address.state and address.city == customer.address.city:
            return address, tax
    return customer.address, tax


def _line_count(rng: random.Random) -> int:
    return rng.choices((1, 2, 3, 4, 6, 9, 14), (30, 25, 18, 12, 8, 5, 2))[0]


def plain_line(shop: Shop, rng: random.Random) -> Line:
    """One product; mostly a few stocking units, sometimes cartons, sometimes very many."""
    product = rng.choice(shop.products)
    quantity = rng.choice((50, 100, 500, 2000)) if rng.random() < 0.04 else rng.randrange(1, 11)
    return shops.line(product, quantity, suffix=_suffix(product, rng))


def _suffix(product: Product, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.75:
        return ""
    units = [product.item.stocking_unit, *(unit.code for unit in product.item.units)]
    wanted = rng.choice(units)
    written = [suffix for suffix, unit in SUFFIXES.items() if unit == wanted]
    return rng.choice(written) if written else ""


def plain_shipping(rng: random.Random) -> Shipping:
    """A paid way of shipping."""
    title, method, _ = rng.choices(_METHODS, [weight for *_, weight in _METHODS])[0]
    return Shipping(title, method, Decimal(rng.randrange(599, 8900)) / 100)
