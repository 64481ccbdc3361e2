"""Woo's arithmetic and Woo's JSON: a draft becomes an order as GET /orders/{id} tells it."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.counterpoint.customers import Address
from sandbox.counterpoint.taxes import AUTHORITIES, Authority
from sandbox.woocommerce.drafts import Coupon, Draft, Fee, Line, Shipping
from sandbox.woocommerce.money import ZERO, cents, shared_out, told, total
from sandbox.woocommerce.site_time import gmt, local

Json = dict[str, Any]
RATE_IDS = {authority.code: 11 + place for place, authority in enumerate(AUTHORITIES)}
ITEM_IDS_PER_ORDER = 40
FIRST_ITEM_ID = 90_000


def compose(draft: Draft, order_id: int) -> Json:
    """The order, to the cent: the sum of its parts plus `draft.total_off`."""
    _discount(draft)
    sums = _Sums(draft)
    return {
        "id": order_id,
        "parent_id": 0,
        "status": draft.status,
        "currency": "USD",
        "version": "9.4.2",
        "prices_include_tax": draft.prices_include_tax,
        **_dates(draft),
        "discount_total": told(sums.discount),
        "discount_tax": told(sums.discount_tax),
        "shipping_total": told(sums.shipping),
        "shipping_tax": told(sums.shipping_tax),
        "cart_tax": told(sums.cart_tax),
        "total": told(sums.grand_total),
        "total_tax": told(sums.cart_tax + sums.shipping_tax),
        "customer_id": draft.customer_id,
        "order_key": f"wc_order_{_digest(draft, order_id)[:13]}",
        "billing": {**_address(draft.billing), "email": draft.email, "phone": draft.billing.phone},
        "shipping": _shipping_address(draft.shipping_address),
        "payment_method": draft.payment[0],
        "payment_method_title": draft.payment[1],
        "transaction_id": str(60_000_000_000 + 7 * order_id) if draft.paid else "",
        "customer_ip_address": f"203.0.113.{order_id % 250}",
        "customer_user_agent": "Mozilla/5.0",
        "created_via": "checkout",
        "customer_note": draft.note,
        "cart_hash": _digest(draft, order_id),
        "number": draft.number or str(order_id),
        "meta_data": [],
        "line_items": sums.line_items,
        "tax_lines": sums.tax_lines,
        "shipping_lines": sums.shipping_lines,
        "fee_lines": sums.fee_lines,
        "coupon_lines": sums.coupon_lines,
        "refunds": [
            {"id": order_id + 1, "reason": reason, "total": told(-amount)} for reason, amount in draft.refunds
        ],
        "payment_url": "",
        "is_editable": draft.status in ("pending", "on-hold"),
        "needs_payment": draft.status in ("pending", "failed"),
        "needs_processing": True,
        "currency_symbol": "$",
    }


class _Sums:
    """The parts of an order with their taxes, and what they come to."""

    def __init__(self, draft: Draft) -> None:
        self._authorities = draft.tax.authorities
        self._next = FIRST_ITEM_ID + draft.index * ITEM_IDS_PER_ORDER
        self._cart_taxes = dict.fromkeys((authority.code for authority in self._authorities), ZERO)
        self._shipping_taxes = dict(self._cart_taxes)
        self.discount_tax = ZERO
        self.line_items = [self._line(line) for line in draft.lines]
        self.shipping_lines = [self._shipping(each) for each in draft.shipping]
        self.fee_lines = [self._fee(fee) for fee in draft.fees]
        saved = shared_out(self.discount_tax, [coupon.discount for coupon in draft.coupons])
        self.coupon_lines = [
            self._coupon(coupon, tax) for coupon, tax in zip(draft.coupons, saved, strict=True)
        ]
        country, state = draft.ship_to.country, draft.ship_to.state
        self.tax_lines = [
            self._tax(authority, place, f"{country}-{state[:2]}".upper())
            for place, authority in enumerate(self._authorities, start=1)
        ]
        self.discount = total(line.discount for line in draft.lines)
        self.shipping = total(each.cost for each in draft.shipping)
        self.cart_tax = total(self._cart_taxes.values())
        self.shipping_tax = total(self._shipping_taxes.values())
        goods = total(line.subtotal - line.discount for line in draft.lines)
        fees = total(fee.amount for fee in draft.fees)
        self.grand_total = goods + fees + self.shipping + self.cart_tax + self.shipping_tax + draft.total_off

    def _id(self) -> int:
        self._next += 1
        return self._next

    def _taxed(
        self, amount: Decimal, into: dict[str, Decimal], applies: Callable[[Authority], bool]
    ) -> list[tuple[Authority, Decimal]]:
        """Each authority's tax, rounded line by line as Woo does unless told otherwise; added up in `into`."""
        taxes = []
        for authority in self._authorities:
            if applies(authority):
                tax = cents(amount * authority.rate / 100)
                into[authority.code] += tax
                taxes.append((authority, tax))
        return taxes

    def _line(self, line: Line) -> Json:
        net = line.subtotal - line.discount
        taxes = self._taxed(net, self._cart_taxes, lambda _: line.taxable)
        before = [cents(line.subtotal * authority.rate / 100) for authority, _ in taxes]
        tax = total(each for _, each in taxes)
        self.discount_tax += total(before) - tax
        return {
            "id": self._id(),
            "name": line.name,
            "product_id": line.product_id,
            "variation_id": 0 if line.unit in ("", "EA", "PK", "BX") else line.product_id + 1,
            "quantity": line.quantity,
            "tax_class": "" if line.taxable else "zero-rate",
            "subtotal": told(line.subtotal),
            "subtotal_tax": told(total(before)),
            "total": told(net),
            "total_tax": told(tax),
            "taxes": [
                {"id": RATE_IDS[authority.code], "total": told(each), "subtotal": told(whole)}
                for (authority, each), whole in zip(taxes, before, strict=True)
            ],
            "meta_data": [],
            "sku": line.sku,
            "global_unique_id": "",
            "price": float(net / max(1, line.quantity)),
            "image": {"id": "", "src": ""},
            "parent_name": None,
        }

    def _shipping(self, shipping: Shipping) -> Json:
        taxes = self._taxed(shipping.cost, self._shipping_taxes, lambda authority: authority.taxes_shipping)
        return {
            "id": self._id(),
            "method_title": shipping.title,
            "method_id": shipping.method,
            "instance_id": "3",
            "total": told(shipping.cost),
            "total_tax": told(total(tax for _, tax in taxes)),
            "taxes": _part_taxes(taxes),
            "tax_status": "taxable",
            "meta_data": [],
        }

    def _fee(self, fee: Fee) -> Json:
        taxes = self._taxed(fee.amount, self._cart_taxes, lambda _: fee.taxable)
        return {
            "id": self._id(),
            "name": fee.name,
            "tax_class": "",
            "tax_status": "taxable" if fee.taxable else "none",
            "amount": told(fee.amount),
            "total": told(fee.amount),
            "total_tax": told(total(tax for _, tax in taxes)),
            "taxes": _part_taxes(taxes),
            "meta_data": [],
        }

    def _coupon(self, coupon: Coupon, tax: Decimal) -> Json:
        return {
            "id": self._id(),
            "code": coupon.code,
            "discount": told(coupon.discount),
            "discount_tax": told(tax),
            "meta_data": [],
            "discount_type": "percent" if coupon.percent is not None else "fixed_cart",
            "nominal_amount": float(coupon.percent or coupon.amount or 0),
            "free_shipping": False,
        }

    def _tax(self, authority: Authority, place: int, region: str) -> Json:
        return {
            "id": self._id(),
            "rate_code": f"{region}-{authority.code}-{place}",
            "rate_id": RATE_IDS[authority.code],
            "label": authority.code,
            "compound": False,
            "tax_total": told(self._cart_taxes[authority.code]),
            "shipping_tax_total": told(self._shipping_taxes[authority.code]),
            "rate_percent": float(authority.rate),
            "meta_data": [],
        }


def _part_taxes(taxes: list[tuple[Authority, Decimal]]) -> list[Json]:
    return [{"id": RATE_IDS[authority.code], "total": told(tax), "subtotal": ""} for authority, tax in taxes]


def _discount(draft: Draft) -> None:
    """Spread the coupons over the lines: percentages line by line, amounts in proportion."""
    for line in draft.lines:
        line.discount = ZERO
    for coupon in draft.coupons:
        left = [line.subtotal - line.discount for line in draft.lines]
        if coupon.percent is not None:
            shares = [cents(line.subtotal * coupon.percent / 100) for line in draft.lines]
        else:
            shares = shared_out(min(coupon.amount or ZERO, total(left)), left)
        shares = [min(share, rest) for share, rest in zip(shares, left, strict=True)]
        for line, share in zip(draft.lines, shares, strict=True):
            line.discount += share
        coupon.discount = total(shares)


def _dates(draft: Draft) -> Json:
    moments: dict[str, datetime | None] = {
        "created": draft.created,
        "modified": draft.modified,
        "completed": draft.completed,
        "paid": draft.paid,
    }
    dates: Json = {}
    for name, moment in moments.items():
        dates[f"date_{name}"] = local(moment) if moment else None
        dates[f"date_{name}_gmt"] = gmt(moment) if moment else None
    return dates


def _address(address: Address) -> Json:
    return {
        "first_name": address.first,
        "last_name": address.last,
        "company": address.company,
        "address_1": address.line_1,
        "address_2": address.line_2,
        "city": address.city,
        "state": address.state,
        "postcode": address.postcode,
        "country": address.country,
    }


def _shipping_address(address: Address | None) -> Json:
    if address is None:
        return {**_address(Address("", "", "", "", "", "", "", "", "", "")), "phone": ""}
    return {**_address(address), "phone": address.phone}


def _digest(draft: Draft, order_id: int) -> str:
    return hashlib.md5(f"{draft.index} {order_id}".encode(), usedforsecurity=False).hexdigest()
