"""A staged order as typed values. The one place that knows what the mapped columns of `documents` are called."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from dagster_project.delivery.destination import Fields

ZERO = Decimal("0.00")


class Unfit(Exception):
    """The order cannot become a document; `code` is the operators' phrase, `field` the column to look at."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.field = field


@dataclass(frozen=True)
class Line:
    """One line: what was charged for it, and how many stocking units it takes."""

    number: int
    item_no: str
    descr: str | None
    quantity: Decimal
    stocking_quantity: Decimal
    unit: str | None
    sell_unit: str
    numerator: Decimal
    denominator: Decimal
    price: Decimal
    charged: Decimal
    gross: Decimal | None  # before discounts; None when the shop did not say
    tax: Decimal | None
    item: Mapping[str, str | None]  # what else the item says of itself, by column of PS_DOC_LIN


@dataclass(frozen=True)
class Tax:
    """What one authority takes of an order, shipping included."""

    authority: str
    rule: str
    amount: Decimal


@dataclass(frozen=True)
class Contact:
    """Somebody's address, by column of PS_DOC_CONTACT."""

    columns: Mapping[str, str | None]

    @property
    def name(self) -> str | None:
        """The company, else the person."""
        return self.columns.get("NAM")


@dataclass(frozen=True)
class Order:
    """A staged order, ready to become a document."""

    staging_id: int
    web_id: int
    web_number: str
    customer: str
    entered: dt.datetime
    ship_via: str | None
    pay_code: str | None
    pay_method: str | None
    paid: Decimal
    paid_at: dt.datetime | None
    transaction: str | None
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    shipping_tax: Decimal
    discount: Decimal
    fees: Decimal
    total: Decimal
    refunded: Decimal
    coupons: str | None
    note: str | None
    tax_code: str | None
    taxes: tuple[Tax, ...]
    bill_to: Contact
    ship_to: Contact
    lines: tuple[Line, ...]


def order_of(key: str, values: Fields) -> Order:
    """Read a mapped row; its key is the STAGING_ID. Raises Unfit."""
    if not values.get("CUST_NO"):
        raise Unfit("Customer not found", "the order has no CUST_NO", "CUST_NO")
    total, tax = _money(values, "TOT_AMT"), _money(values, "TAX_AMT")
    return Order(
        staging_id=int(key),
        web_id=int(values["WOO_ORDER_ID"]),
        web_number=str(values.get("WOO_ORDER_NO") or values["WOO_ORDER_ID"]),
        customer=values["CUST_NO"],
        entered=_entered(values),
        ship_via=values.get("SHIP_VIA_COD"),
        pay_code=values.get("PAY_COD"),
        pay_method=values.get("PMT_METH"),
        paid=_money(values, "PAID_AMT"),
        paid_at=_moment(values.get("PAID_DT"), "PAID_DT"),
        transaction=values.get("TRX_ID"),
        subtotal=_money(values, "SUBTOT"),
        shipping=_money(values, "SHIP_AMT"),
        tax=tax,
        shipping_tax=_money(values, "SHIP_TAX_AMT"),
        discount=_money(values, "DISC_AMT"),
        fees=_money(values, "FEE_AMT"),
        total=total,
        refunded=_money(values, "REFUND_AMT"),
        coupons=_coupons(values.get("COUPONS")),
        note=values.get("CUST_NOTE"),
        tax_code=values.get("TAX_COD"),
        taxes=_taxes(values.get("TAXES"), tax),
        bill_to=_contact(values, "BILL"),
        ship_to=_contact(values, "SHIP"),
        lines=_lines(values.get("LINES")),
    )


def _entered(values: Fields) -> dt.datetime:
    entered = _moment(values.get("TKT_DT") or values.get("ORD_DAT"), "TKT_DT")
    if entered is None:
        raise Unfit("Invalid date", "the order has no date", "ORD_DAT")
    return entered


def _moment(text: str | None, field: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Unfit("Invalid date", f"{text!r} is no moment", field) from None


def _number(value: Any, field: str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise Unfit("Invalid totals", f"{field} is {value!r}", field) from None


def _cents(value: Any, field: str) -> Decimal:
    """An amount in whole cents: what the shop tells; rounding would change what was charged."""
    amount = _number(value, field)
    cents = amount.quantize(ZERO)
    if cents != amount:
        raise Unfit("Invalid totals", f"{field} {amount} is no number of cents", field)
    return cents


def _money(values: Fields, field: str) -> Decimal:
    value = values.get(field)
    return ZERO if value is None else _cents(value, field)


def _json(text: str | None, field: str, phrase: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text) if text else []
    except ValueError as error:
        raise Unfit(phrase, f"{field} is no JSON ({error})", field) from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Unfit(phrase, f"{field} is no list of objects", field)
    return found


_OF_THE_ITEM = (
    "CATEG_COD", "SUBCAT_COD", "ITEM_VEND_NO", "ITEM_TYP", "TRK_METH", "BARCOD", "IS_TXBL", "REG_PRC", "PRC_1",
    "UNIT_COST",
)  # fmt: skip


def _lines(text: str | None) -> tuple[Line, ...]:
    found = _json(text, "LINES", "Line items missing")
    if not found:
        raise Unfit("Line items missing", "the order has no lines", "LINES")
    return tuple(_line(number, entry) for number, entry in enumerate(found, start=1))


def _line(number: int, said: Mapping[str, Any]) -> Line:
    if not said.get("ITEM_NO"):
        raise Unfit("Item not found", f"{said.get('SKU') or 'no SKU'} on line {number}", "LINES")
    quantity, stocking = _quantity(number, said, "QTY_SOLD"), _quantity(number, said, "STK_QTY")
    gross, tax = said.get("GROSS_EXT_PRC"), said.get("TAX_AMT")
    return Line(
        number=number,
        item_no=said["ITEM_NO"],
        descr=said.get("DESCR"),
        quantity=quantity,
        stocking_quantity=stocking,
        unit=said.get("QTY_UNIT"),
        sell_unit=said.get("SELL_UNIT") or "0",
        numerator=_number(said.get("QTY_NUMER") or 1, "QTY_NUMER"),
        denominator=_number(said.get("QTY_DENOM") or 1, "QTY_DENOM"),
        price=_number(said.get("PRC") or 0, "PRC"),
        charged=_cents(said.get("EXT_PRC") or 0, "EXT_PRC"),
        gross=None if gross is None else _cents(gross, "GROSS_EXT_PRC"),
        tax=None if tax is None else _cents(tax, "TAX_AMT"),
        item={name: said.get(name) for name in _OF_THE_ITEM},
    )


def _quantity(number: int, said: Mapping[str, Any], field: str) -> Decimal:
    quantity = _number(said.get(field) or 0, field)
    if quantity <= 0:
        raise Unfit("Invalid quantity", f"{field} {quantity} of {said['ITEM_NO']} on line {number}", "LINES")
    return quantity


def _taxes(text: str | None, total: Decimal) -> tuple[Tax, ...]:
    """The taxes as the shop reckoned them; nothing when they do not make up the order's tax."""
    found = _json(text, "TAXES", "Invalid totals")
    taxes = tuple(
        Tax(
            said["auth_cod"],
            said["rul_cod"],
            _cents(said.get("amount") or 0, "TAXES") + _cents(said.get("shipping_amount") or 0, "TAXES"),
        )
        for said in found
        if said.get("auth_cod") and said.get("rul_cod")
    )
    return taxes if taxes and sum(tax.amount for tax in taxes) == total else ()


def _coupons(text: str | None) -> str | None:
    codes = [str(said.get("code")) for said in _json(text, "COUPONS", "Invalid totals") if said.get("code")]
    return ", ".join(codes) or None


_CONTACT = {
    "NAM": "NAM", "FST_NAM": "FST_NAM", "LST_NAM": "LST_NAM", "ADRS_1": "ADRS_1", "ADRS_2": "ADRS_2",
    "CITY": "CITY", "STATE": "STATE", "ZIP_COD": "ZIP_COD", "CNTRY": "CNTRY", "PHONE_1": "PHONE",
    "EMAIL_ADRS_1": "EMAIL",
}  # fmt: skip


def _contact(values: Fields, whose: str) -> Contact:
    return Contact({column: values.get(f"{whose}_{name}") for column, name in _CONTACT.items()})
