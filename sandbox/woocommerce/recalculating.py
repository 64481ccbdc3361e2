"""Woo's sums over an order whose lines somebody has edited."""

from decimal import Decimal
from typing import Any

from sandbox.woocommerce.money import ZERO, cents, told, total

Json = dict[str, Any]


def resize(line: Json, quantity: int) -> None:
    """Another quantity at the same price before and after discount."""
    pieces = Decimal(max(1, abs(line["quantity"])))
    for name in ("subtotal", "total"):
        line[name] = told(Decimal(line[name]) / pieces * quantity)
    line["quantity"] = quantity
    line["price"] = float(Decimal(line["total"]) / max(1, quantity))


def recalculate(order: Json) -> None:
    """Taxes of lines and all totals anew, from what the lines say."""
    rates = {tax["rate_id"]: Decimal(str(tax["rate_percent"])) for tax in order["tax_lines"]}
    for line in order["line_items"]:
        taxed = rates if line["tax_class"] == "" else {}
        line["taxes"] = [
            {
                "id": rate_id,
                "total": told(Decimal(line["total"]) * rate / 100),
                "subtotal": told(Decimal(line["subtotal"]) * rate / 100),
            }
            for rate_id, rate in taxed.items()
        ]
        line["total_tax"] = told(_sum(line["taxes"], "total"))
        line["subtotal_tax"] = told(_sum(line["taxes"], "subtotal"))
    parts = [*order["line_items"], *order["fee_lines"]]
    for tax in order["tax_lines"]:
        shares = [each["total"] for part in parts for each in part["taxes"] if each["id"] == tax["rate_id"]]
        tax["tax_total"] = told(total(Decimal(share) for share in shares))
    discount = _sum(order["line_items"], "subtotal") - _sum(order["line_items"], "total")
    cart_tax = _sum(order["tax_lines"], "tax_total")
    tax = cart_tax + _sum(order["tax_lines"], "shipping_tax_total")
    shipping = _sum(order["shipping_lines"], "total")
    order["discount_total"] = told(discount)
    order["discount_tax"] = told(
        _sum(order["line_items"], "subtotal_tax") - _sum(order["line_items"], "total_tax")
    )
    order["cart_tax"] = told(cart_tax)
    order["total_tax"] = told(tax)
    order["shipping_total"] = told(shipping)
    order["total"] = told(_sum(parts, "total") + shipping + tax)


def _sum(parts: list[Json], name: str) -> Decimal:
    return cents(sum((Decimal(part[name]) for part in parts), ZERO))
