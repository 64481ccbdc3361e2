"""A staged order becomes a native order document: pure, to the cent, without its numbers.

The rows are those that Counterpoint's own order entry leaves behind: an order (LIN_TYP O, SAL_LINS 0) with three
total rows, of which the order's carries the amounts. What the customer was charged is TOT; it is made up of
lines, tax and misc charges, and a discount only shows in how far a line's gross price lies above its price.
Document id, ticket number and the moment of entry are filled in when the document is written.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dagster_project.counterpoint.breakdown import Authority, Breakdown, breakdown_of, taxes_of
from dagster_project.counterpoint.orders import ZERO, Contact, Line, Order, Tax, Unfit
from dagster_project.counterpoint.tables import (
    AUDIT,
    CHARGE,
    CONTACT,
    DISCOUNT,
    HEADER,
    LINE,
    NOTE,
    PAYMENT,
    PAYMENT_APPLIED,
    STATUS,
    TAX,
    TOTAL,
)

PLACES = Decimal("0.0001")
BILL_TO, SHIP_TO = 1, 2
NOW = "now"
"""Stands for the moment of entry, by the database's clock."""
_NAMES = uuid.UUID("6f1c5f2e-6d0a-4c58-9d34-0a2f0b3f7c11")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where web orders are entered, and which misc charges take what is neither goods nor tax."""

    store: str
    station: str
    drawer: str
    location: str
    user: str
    shipping_charge: int = 1
    fee_charge: int = 1


@dataclass(frozen=True)
class Codes:
    """What Counterpoint's code tables say."""

    taxes: Mapping[str, Sequence[Authority]]
    pay_types: Mapping[str, str]


@dataclass(frozen=True)
class Document:
    """The rows of one document by table, and what it takes from stock."""

    staging_id: int
    web_id: int
    marker: str
    rows: Mapping[str, Sequence[Row]]
    stock: Sequence[tuple[str, str, Decimal]]  # item, location, stocking units

    def as_json(self) -> dict[str, Any]:
        """Return JSON-ready values; amounts as text."""
        return {
            "staging_id": self.staging_id, "web_id": self.web_id, "marker": self.marker, "rows": self.rows,
            "stock": [[item, location, str(quantity)] for item, location, quantity in self.stock],
        }  # fmt: skip


def marker_of(staging_id: int) -> str:
    """Return the note id by which a document is found again."""
    return f"order-staging:{staging_id}"


def document_of(order: Order, place: Place, codes: Codes, identity: str) -> Document:
    """Return the document of an order; `identity` makes its GUIDs, so that the same order has the same ones.

    Raises Unfit when the amounts do not add up or a code is unknown.
    """
    amounts = breakdown_of(order, place.shipping_charge, place.fee_charge)
    rows: dict[str, list[Row]] = {
        HEADER.name: [_header(order, place, identity)],
        LINE.name: [
            _line(line, gross, place, identity)
            for line, gross in zip(order.lines, amounts.gross, strict=True)
        ],
        TOTAL.name: [_total(kind, order, amounts) for kind in "SOL"],
        TAX.name: [_tax(tax, order, amounts) for tax in taxes_of(order, codes.taxes)],
        CHARGE.name: [_charge(number, amount, order, place) for number, amount in amounts.charges.items()],
        CONTACT.name: [_contact(BILL_TO, order.bill_to), _contact(SHIP_TO, order.ship_to)],
        PAYMENT.name: [_payment(order, place, codes)] if order.paid else [],
        PAYMENT_APPLIED.name: [_applied(order)] if order.paid else [],
        NOTE.name: [_note(order, place)],
        STATUS.name: [{"LST_DOC_ACTIV": "N", "LST_DOC_EDIT_DT": NOW, "TOT_DEP_RECEIVED": str(order.paid)}],
        AUDIT.name: [_audit(order, place, identity)],
        DISCOUNT.name: list(_discounts(order.lines, amounts.gross)),
    }
    stock = [(line.item_no, place.location, line.stocking_quantity) for line in order.lines]
    return Document(order.staging_id, order.web_id, marker_of(order.staging_id), rows, stock)


def compose(documents: Sequence[Document]) -> str:
    """Return the canonical JSON of documents: the same documents give the same bytes."""
    return json.dumps(
        [document.as_json() for document in documents],
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def parse(body: str) -> list[Document]:
    """Read what `compose` wrote."""
    return [
        Document(
            said["staging_id"], said["web_id"], said["marker"], said["rows"],
            [(item, location, Decimal(quantity)) for item, location, quantity in said["stock"]],
        )
        for said in json.loads(body)
    ]  # fmt: skip


def _guid(identity: str, part: str) -> str:
    return str(uuid.uuid5(_NAMES, f"{identity}/{part}"))


def _header(order: Order, place: Place, identity: str) -> Row:
    return {
        "DOC_GUID": _guid(identity, "document"), "DOC_TYP": "O", "TKT_TYP": "T", "STR_ID": place.store,
        "STA_ID": place.station, "DRW_ID": place.drawer, "CUST_NO": order.customer,
        "TKT_DT": order.entered.isoformat(), "SHIP_VIA_COD": order.ship_via, "TAX_COD": order.tax_code,
        "NORM_TAX_COD": order.tax_code, "CUST_PO_NO": order.web_number[:20], "USR_ID": place.user,
        "BILL_TO_CONTACT_ID": BILL_TO, "SHIP_TO_CONTACT_ID": SHIP_TO, "STK_LOC_ID": place.location,
        "PRC_LOC_ID": place.location, "ORD_LINS": len(order.lines), "SAL_LINS": 0, "SAL_LIN_TOT": "0.00",
        "HAS_ENTD_LINS": "Y", "HAS_PCKD_LINS": "N", "HAS_PCKVRFD_LINS": "N", "HAS_INVCD_LINS": "N",
        "HAS_RLSD_LINS": "N", "LST_MAINT_DT": NOW, "LST_MAINT_USR_ID": place.user,
    }  # fmt: skip


def _line(line: Line, gross: Decimal, place: Place, identity: str) -> Row:
    taxable = line.item.get("IS_TXBL") or "N"
    price = str(line.price.quantize(PLACES, ROUND_HALF_UP))
    return {
        **line.item, "LIN_SEQ_NO": line.number, "LIN_GUID": _guid(identity, f"line {line.number}"),
        "STR_ID": place.store, "STA_ID": place.station, "LIN_TYP": "O", "ITEM_NO": line.item_no,
        "DESCR": line.descr, "QTY_SOLD": str(line.quantity), "QTY_NUMER": str(line.numerator),
        "QTY_DENOM": str(line.denominator), "QTY_UNIT": line.unit, "SELL_UNIT": line.sell_unit,
        "PRC": price, "CALC_PRC": price, "EXT_PRC": str(line.charged), "GROSS_EXT_PRC": str(gross),
        "CALC_EXT_PRC": str(line.charged), "USR_ENTD_PRC": "Y", "STK_LOC_ID": place.location,
        "PRC_LOC_ID": place.location, "IS_TXBL": taxable, "NORM_IS_TXBL": taxable,
        "TAX_AMT_ALLOC": _text(line.tax), "NORM_TAX_AMT_ALLOC": _text(line.tax),
        "ORIG_QTY": str(line.quantity), "QTY_ENTD": str(line.quantity), "QTY_INVCD": "0", "QTY_SHIPPED": "0",
        "QTY_TO_REL": "0",
    }  # fmt: skip


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _total(kind: str, order: Order, amounts: Breakdown) -> Row:
    """The sale's and the layaway's part of an order are empty."""
    filled = kind == "O"

    def part(amount: Decimal) -> str:
        return str(amount if filled else ZERO)

    return {
        "TOT_TYP": kind, "LINS": len(order.lines) if filled else 0, "SUB_TOT": part(amounts.net),
        "TAX_AMT": part(order.tax), "NORM_TAX_AMT": part(order.tax), "TOT": part(order.total),
        "TOT_HDR_DISC": "0.00", "TOT_LIN_DISC": part(amounts.discount),
        "TOT_HDR_DISCNTBL_AMT": part(amounts.net), "TOT_MISC": part(sum(amounts.charges.values(), ZERO)),
        "AMT_DUE": part(order.total - order.paid), "TOT_TND": part(order.paid), "TOT_CHNG": "0.00",
        "INITIAL_MIN_DUE": "0.00", "TAX_AMT_SHIPPED": "0.00", "TOT_WEIGHT": "0", "TOT_CUBE": "0",
        "TOT_GFC_AMT": "0.00", "TOT_SVC_AMT": "0.00", "TOT_TIP_AMT": "0.00", "TAX_OVRD_LINS": 0,
        "HAS_TAX_OVRD": "!",
    }  # fmt: skip


def _tax(tax: Tax, order: Order, amounts: Breakdown) -> Row:
    taxable = sum((line.charged for line in order.lines if line.item.get("IS_TXBL") != "N"), ZERO)
    amount = str(tax.amount)
    return {
        "AUTH_COD": tax.authority, "RUL_COD": tax.rule, "TAX_DOC_PART": "O", "LIN_AMT": str(amounts.net),
        "TXBL_LIN_AMT": str(taxable), "TAX_AMT": amount, "NORM_TAX_AMT": amount, "TAX_AMT_EXACT": amount,
        "NORM_TAX_AMT_EXACT": amount, "TOT_TXBL_AMT": str(taxable),
    }  # fmt: skip


def _charge(number: int, amount: Decimal, order: Order, place: Place) -> Row:
    tax = str(order.shipping_tax if number == place.shipping_charge else ZERO)
    return {
        "TOT_TYP": "O", "MISC_CHRG_NO": number, "MISC_TYP": "A", "MISC_AMT": str(amount),
        "MISC_AMT_SHIPPED": "0.00", "MISC_TAX_AMT_ALLOC": tax, "MISC_NORM_TAX_AMT_ALLOC": tax,
    }  # fmt: skip


def _contact(number: int, contact: Contact) -> Row:
    """A business unless the name is the person's."""
    person = f"{contact.columns.get('FST_NAM') or ''} {contact.columns.get('LST_NAM') or ''}".strip()
    kind = "P" if person and person.casefold() == (contact.name or "").casefold() else "B"
    return {"CONTACT_ID": number, **contact.columns, "NAM_TYP": kind}


def _payment(order: Order, place: Place, codes: Codes) -> Row:
    """A deposit: paid in full in the shop, applied to the order, not yet to any sale."""
    kind = codes.pay_types.get(order.pay_code or "")
    if kind is None or order.pay_code is None:
        raise Unfit(
            "Pay code not found",
            f"{order.pay_code or 'none'} for {order.pay_method or 'no payment method'}",
            "PAY_COD",
        )
    return {
        "PMT_SEQ_NO": 1, "PAY_COD": order.pay_code, "PAY_COD_TYP": kind,
        "DESCR": (order.pay_method or order.pay_code)[:30], "AMT": str(order.paid),
        "HOME_CURNCY_AMT": str(order.paid), "STR_ID": place.store, "STA_ID": place.station,
        "PMT_LIN_TYP": "T", "FINAL_PMT": "N", "PAY_DAT": (order.paid_at or order.entered).isoformat(),
        "CARD_IS_NEW": "N", "SWIPED": "N", "SECURE_ECOMM_TRX": "N", "DEP_LIN_COPIED_TO_REL_DOC": "N",
        "EDC_AUTH_FLG": "O", "CURNCY_COD": "HOME", "EXCH_RATE_NUMER": "1", "EXCH_RATE_DENOM": "1",
        "EXCH_LOSS": "0.00",
    }  # fmt: skip


def _applied(order: Order) -> Row:
    amount = str(order.paid)
    return {
        "PMT_SEQ_NO": 1, "APPL_TYP": "O", "AMT": amount, "HOME_CURNCY_AMT": amount, "EXCH_LOSS": "0.00",
    }  # fmt: skip


def note_of(order: Order) -> str:
    """Return what a person at Counterpoint has to know of a web order, one thing per line."""
    return "\n".join(
        filter(
            None,
            [
                f"Web order {order.web_number}"
                + (f" (id {order.web_id})" if order.web_number != str(order.web_id) else ""),
                f"Paid by {order.pay_method}" if order.pay_method and order.paid else None,
                f"Transaction {order.transaction}" if order.transaction else None,
                f"Coupons {order.coupons}" if order.coupons else None,
                f"The shop refunded {order.refunded} of it: book that by hand" if order.refunded else None,
                f"Customer's note: {order.note}" if order.note else None,
            ],
        )
    )


def _note(order: Order, place: Place) -> Row:
    text = note_of(order)
    return {
        "NOTE_SEQ_NO": 1, "NOTE_ID": marker_of(order.staging_id), "NOTE_DAT": NOW, "USR_ID": place.user,
        "NOTE": text, "NOTE_TXT": text,
    }  # fmt: skip


def _audit(order: Order, place: Place, identity: str) -> Row:
    return {
        "LOG_SEQ_NO": 1, "DOC_TYP": "O", "DOC_GUID": _guid(identity, "document"), "CURR_DT": NOW,
        "CURR_STR_ID": place.store, "CURR_STA_ID": place.station, "CURR_DRW_ID": place.drawer,
        "CURR_USR_ID": place.user, "ACTIV": "N", "LOG_ENTRY": f"Web order {order.web_number} entered"[:250],
    }  # fmt: skip


def _discounts(lines: Sequence[Line], gross: Sequence[Decimal]) -> Sequence[Row]:
    saved = [(line.number, before - line.charged) for line, before in zip(lines, gross, strict=True)]
    return [
        {
            "DISC_SEQ_NO": place, "LIN_SEQ_NO": number, "APPLY_TO": "L", "DISC_TYP": "A",
            "DISC_AMT": str(amount), "DISC_AMT_SHIPPED": "0.00",
        }
        for place, (number, amount) in enumerate(((n, a) for n, a in saved if a), start=1)
    ]  # fmt: skip
