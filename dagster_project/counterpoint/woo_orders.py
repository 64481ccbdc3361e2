"""One order as WooCommerce's API tells it, as rows of the raw tables. Pure, and never refuses an order.

What cannot be read is kept as it stands, so that dbt finds it, names it and refuses the row; what is too long is
kept whole. Amounts are texts here: exact, and of any precision the shop has.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dagster_project.counterpoint.addresses import Address, address_of
from dagster_project.counterpoint.amounts import ZERO, NoAmount, amount, told, total
from dagster_project.counterpoint.texts import clean, email, lost, plain

Json = Mapping[str, Any]
Row = dict[str, Any]
PRICE = Decimal("0.0001")
_SECONDS = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class WooOrder:
    """An order, its lines, and everything else that is charged or taken off: one row each."""

    order: Row
    lines: Sequence[Row]
    charges: Sequence[Row]


def parse(said: Json, zone: ZoneInfo) -> WooOrder:
    """Return the rows of an order. `zone` is the shop's; it serves where the shop tells UTC only."""
    number = said.get("id")
    lines = [_line(number, place, line) for place, line in enumerate(_listed(said, "line_items"), 1)]
    charges = [
        {"WOO_ORDER_ID": number, "SEQ_NO": place, **charge} for place, charge in enumerate(_charges(said), 1)
    ]
    return WooOrder(_order(said, zone), lines, charges)


def _order(said: Json, zone: ZoneInfo) -> Row:
    moment = _local(said, "date_created", zone)
    shipping = _listed(said, "shipping_lines")
    return {
        "WOO_ORDER_ID": said.get("id"),
        "WOO_ORDER_NO": clean(said.get("number") or said.get("id")),
        "WOO_CUST_ID": said.get("customer_id") if isinstance(said.get("customer_id"), int) else 0,
        "CUST_EMAIL": email(_block(said, "billing").get("email")),
        "ORD_DT": moment,
        "ORD_DAT": moment[:10],
        "ORD_STATUS": clean(said.get("status")),
        "PAID_DT": _local(said, "date_paid", zone),
        "MODIFIED_DT_UTC": _utc(said, "date_modified", zone),
        "CURNCY_COD": clean(said.get("currency")),
        "PMT_METH": clean(said.get("payment_method_title") or said.get("payment_method")),
        "PMT_METH_ID": clean(said.get("payment_method")),
        "TRANSACTION_ID": clean(said.get("transaction_id")),
        "SHIP_VIA": clean(shipping[0].get("method_title")) if shipping else "",
        "SHIP_METH_ID": clean(shipping[0].get("method_id")) if shipping else "",
        "CUST_NOTE": plain(said.get("customer_note")),
        "COUPON_CODES": ", ".join(clean(coupon.get("code")) for coupon in _listed(said, "coupon_lines")),
        **_amounts(said),
        **_addresses(said),
        **_documents(said),
        "LOST_TEXTS": _or_none(list(_lost(said))),
    }


# -- money ------------------------------------------------------------------------------------------


def _amounts(said: Json) -> Row:
    """The sums. SUBTOT is the total less shipping and taxes: after discounts, with fees (facts 1.1)."""
    whole, shipping, taxes = (said.get(name) for name in ("total", "shipping_total", "total_tax"))
    return {
        "TOT_AMT": "" if whole in (None, "") else _exact(lambda: amount(whole), whole),
        "SHIP_AMT": _exact(lambda: amount(shipping), shipping),
        "TAX_AMT": _exact(lambda: amount(taxes), taxes),
        "DISC_AMT": _exact(lambda: amount(said.get("discount_total")), said.get("discount_total")),
        "SUBTOT": ""
        if whole in (None, "")
        else _exact(lambda: amount(whole) - amount(shipping) - amount(taxes), whole),
        "FEE_AMT": _exact(lambda: total(fee.get("total") for fee in _listed(said, "fee_lines")), "fees"),
        "REFUND_AMT": _exact(lambda: -total(one.get("total") for one in _listed(said, "refunds")), "refunds"),
    }


def _exact(reckon: Callable[[], Decimal], otherwise: Any) -> str:
    """An amount as text; what is none stays as it stands, for dbt to name it."""
    try:
        return told(reckon())
    except NoAmount:
        return str(otherwise)


def _amount_or_none(value: Any) -> Decimal | None:
    try:
        return amount(value)
    except NoAmount:
        return None


def _charges(said: Json) -> Iterator[Row]:
    for tax in _listed(said, "tax_lines"):
        on_shipping = _amount_or_none(tax.get("shipping_tax_total")) or ZERO
        yield _charge("TAX", tax.get("rate_code"), tax.get("label"), tax.get("tax_total"), on_shipping)
    for kind, name, title in (("SHIPPING", "shipping_lines", "method_title"), ("FEE", "fee_lines", "name")):
        for one in _listed(said, name):
            yield _charge(kind, one.get("method_id"), one.get(title), one.get("total"), one.get("total_tax"))
    for coupon in _listed(said, "coupon_lines"):
        yield _charge("COUPON", coupon.get("code"), None, coupon.get("discount"), coupon.get("discount_tax"))
    for refund in _listed(said, "refunds"):
        yield _charge("REFUND", refund.get("id"), refund.get("reason"), refund.get("total"), None)


def _charge(kind: str, code: Any, label: Any, value: Any, tax: Any) -> Row:
    return {
        "KIND": kind,
        "CODE": clean(code),
        "LABEL": clean(label),
        "AMOUNT": _amount_or_none(value),
        "TAX_AMOUNT": _amount_or_none(tax),
    }


# -- lines ------------------------------------------------------------------------------------------


def _line(number: Any, place: int, said: Json) -> Row:
    charged = _amount_or_none(said.get("total"))
    quantity = _amount_or_none(said.get("quantity"))
    return {
        "WOO_ORDER_ID": number,
        "LIN_SEQ_NO": place,
        "LINE_ID": said.get("id") if isinstance(said.get("id"), int) else None,
        "SKU": str(said.get("sku") or ""),
        "DESCR": clean(said.get("name")),
        "QUANTITY": quantity,
        "SUBTOTAL": _amount_or_none(said.get("subtotal")),
        "TOTAL": charged,
        "TAX": _amount_or_none(said.get("total_tax")),
        "PRICE": (charged / quantity).quantize(PRICE) if charged is not None and quantity else charged,
    }


def _documents(said: Json) -> Row:
    """The lists that the staging row carries as JSON; amounts in LINE_ITEMS_JSON are numbers, elsewhere texts."""
    raw = said.get("line_items")
    lines = _listed(said, "line_items")
    return {
        "LINE_ITEMS_JSON": _json([_item(line) for line in lines]) if isinstance(raw, list) else _json(raw),
        "LINE_DETAILS_JSON": _json([_detail(line) for line in lines]),
        "FEE_LINES_JSON": _or_none([_fee(fee) for fee in _listed(said, "fee_lines")]),
        "TAX_LINES_JSON": _or_none([_tax(tax) for tax in _listed(said, "tax_lines")]),
    }


def _item(line: Json) -> Row:
    """One line of LINE_ITEMS_JSON: the predecessor's keys in their order (facts 2.1).

    The SKU keeps its suffix, which says the unit; the price keeps four places, and `total` is what counts.
    """
    charged, quantity = _amount_or_none(line.get("total")), _amount_or_none(line.get("quantity"))
    price = (charged / quantity).quantize(PRICE) if charged is not None and quantity else charged
    return {
        "sku": clean(line.get("sku")).upper(),
        "sku_original": line.get("sku") or "",
        "name": clean(line.get("name")),
        "quantity": line.get("quantity") if quantity is None else quantity,
        "price": price,
        "total": line.get("total") if charged is None else charged,
        "product_id": line.get("product_id"),
    }


def _detail(line: Json) -> Row:
    return {
        "line_id": line.get("id"),
        "sku": line.get("sku") or "",
        "total": str(line.get("total")),
        "subtotal": str(line.get("subtotal")),
        "tax": str(line.get("total_tax")),
    }


def _fee(fee: Json) -> Row:
    return {"name": clean(fee.get("name")), "amount": str(fee.get("total")), "tax": str(fee.get("total_tax"))}


def _tax(tax: Json) -> Row:
    return {
        "label": clean(tax.get("label")),
        "rate_code": clean(tax.get("rate_code")),
        "rate": str(tax.get("rate_percent", "")),
        "amount": str(tax.get("tax_total")),
        "shipping_amount": str(tax.get("shipping_tax_total")),
    }


# -- addresses --------------------------------------------------------------------------------------


def _addresses(said: Json) -> Row:
    billing, shipping = _block(said, "billing"), _block(said, "shipping")
    bill = address_of(billing)
    ship = address_of(shipping) if clean(shipping.get("address_1")) else bill
    return {
        **_columns("SHIP", ship),
        "SHIP_NAM": ship.name or bill.name,
        "SHIP_PHONE": ship.phone or bill.phone,
        **_columns("BILL", bill),
    }


def _lost(said: Json) -> Iterator[Row]:
    """Texts of the addresses with letters that Counterpoint's columns cannot hold."""
    for side in ("billing", "shipping"):
        for name, value in _block(said, side).items():
            if lost(value):
                yield {"field": f"{side}.{name}", "value": str(value)}


def _columns(side: str, address: Address) -> Row:
    return {
        f"{side}_NAM": address.name,
        f"{side}_FST_NAM": address.first,
        f"{side}_LST_NAM": address.last,
        f"{side}_ADRS_1": address.line_1,
        f"{side}_ADRS_2": address.line_2,
        f"{side}_CITY": address.city,
        f"{side}_STATE": address.state,
        f"{side}_ZIP_COD": address.postcode,
        f"{side}_CNTRY": address.country,
        f"{side}_PHONE": address.phone,
    }


# -- time -------------------------------------------------------------------------------------------


def _local(said: Json, name: str, zone: ZoneInfo) -> str:
    """A moment on the shop's own clock. The plain field is that already; it is no UTC (facts 2.6)."""
    if moment := _moment(said.get(name)):
        return moment.strftime(_SECONDS)
    if moment := _moment(said.get(f"{name}_gmt")):
        return moment.replace(tzinfo=dt.UTC).astimezone(zone).strftime(_SECONDS)
    return str(said.get(name) or "")


def _utc(said: Json, name: str, zone: ZoneInfo) -> str:
    if moment := _moment(said.get(f"{name}_gmt")):
        return moment.strftime(_SECONDS)
    if moment := _moment(said.get(name)):
        return moment.replace(tzinfo=zone).astimezone(dt.UTC).strftime(_SECONDS)
    return str(said.get(f"{name}_gmt") or said.get(name) or "")


def _moment(value: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None


# -- JSON -------------------------------------------------------------------------------------------


def _listed(said: Json, name: str) -> list[Json]:
    value = said.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _block(said: Json, name: str) -> Json:
    value = said.get(name)
    return value if isinstance(value, Mapping) else {}


def _or_none(value: list[Row]) -> str | None:
    return _json(value) if value else None


def _json(value: Any) -> str | None:
    """JSON text with decimals as numbers of all their digits, which a float might lose; None for none."""
    if isinstance(value, list):
        return f"[{', '.join(map(_object, value))}]"
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _object(row: Row) -> str:
    return f"{{{', '.join(f'{json.dumps(name)}: {_member(value)}' for name, value in row.items())}}}"


def _member(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
