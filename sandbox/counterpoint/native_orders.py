"""An order as Counterpoint enters it itself: what a till or NCR's API writes, table by table.

Written from what NCR's own tests expect of a fresh order, without a look at how the product does it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint import document_children as children
from sandbox.counterpoint.codes import DRAWERS, LOCATIONS, STATIONS, STORE
from sandbox.counterpoint.customer_tables import CUSTOMER
from sandbox.counterpoint.document_tables import HEADER, LINE, TOTAL
from sandbox.counterpoint.native_lines import OrderLine, line_rows, tax_rows
from sandbox.counterpoint.numbers import next_document_id, next_ticket_number
from sandbox.counterpoint.stock import move_stock

Row = dict[str, Any]
ZERO = Decimal(0)
_NAMESPACE = uuid.UUID("5f0c8c0e-3d3b-4c55-9f0b-2f5c0a1d7e11")


@dataclass(frozen=True)
class Payment:
    pay_code: str
    amount: Decimal
    final: bool = False
    """A card kept for the release; no deposit."""


@dataclass(frozen=True)
class Tax:
    authority: str
    rule: str
    amount: Decimal
    taxable: Decimal = ZERO


@dataclass
class NativeOrder:
    customer: str | None
    lines: Sequence[OrderLine]
    store: str = STORE
    station: str = STATIONS[0]
    drawer: str = DRAWERS[0]
    user: str = "MGR"
    location: str = LOCATIONS[0]
    ticket_no: str = ""
    """Empty: the store's counter."""
    tax_code: str | None = None
    taxes: Sequence[Tax] | None = None
    """None: worked out from the tax code."""
    ship_via: str | None = None
    po_no: str | None = None
    misc_charges: Mapping[int, Decimal] = field(default_factory=dict)
    payments: Sequence[Payment] = ()
    notes: Sequence[tuple[str, str]] = ()
    """NOTE_ID and text."""
    contacts: Mapping[int, Row] = field(default_factory=dict)
    """By CONTACT_ID: 1 bill-to, 2 ship-to; columns of PS_DOC_CONTACT."""
    packages: Sequence[str] = ()
    profile: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Entered:
    """What an order came to."""

    order_id: int
    ticket_no: str
    deposit_id: int | None
    """The ticket that holds the deposit; None without payment."""
    total: Decimal


def enter(connection: Connection, order: NativeOrder, at: datetime, block: range) -> Entered:
    """Write an order and, when something was paid, the ticket with its deposit. Stock is committed."""
    doc_id = next_document_id(connection, block)
    ticket_no = order.ticket_no or next_ticket_number(connection)
    lines = line_rows(connection, order.lines, order.location)
    taxes = [vars(tax) for tax in order.taxes] if order.taxes is not None else None
    taxed = tax_rows(connection, order.tax_code, lines, taxes)
    paid = sum((payment.amount for payment in order.payments if not payment.final), ZERO)
    sums = _sums(lines, taxed, order, paid)
    place = {"STR_ID": order.store, "STA_ID": order.station, "TKT_NO": ticket_no}
    connection.execute(HEADER.insert(), _header(order, doc_id, ticket_no, len(lines), at))
    connection.execute(LINE.insert(), [{**line, **place, "DOC_ID": doc_id} for line in lines])
    for kind in "SOL":
        connection.execute(TOTAL.insert(), _total(doc_id, kind, sums if kind == "O" else {}))
    _write_children(connection, order, doc_id, ticket_no, taxed, at)
    _write_payments(connection, order, doc_id, ticket_no, "O", at)
    status = {"DOC_ID": doc_id, "LST_DOC_ACTIV": "N", "LST_DOC_EDIT_DT": at, "TOT_DEP_RECEIVED": paid}
    connection.execute(children.STATUS.insert(), status)
    for line in lines:
        quantity = line["QTY_SOLD"] * line["QTY_NUMER"] / line["QTY_DENOM"]
        move_stock(connection, line["ITEM_NO"], order.location, QTY_COMMIT=quantity, QTY_ON_ORD=quantity)
    count_order(connection, order.customer, 1, sums["TOT"])
    deposit = _deposit(connection, order, doc_id, ticket_no, paid, at, block) if paid else None
    return Entered(doc_id, ticket_no, deposit, sums["TOT"])


def count_order(connection: Connection, customer: str | None, by: int, amount: Decimal) -> None:
    """Order entry keeps the customer's counters."""
    if customer is not None:
        connection.execute(
            sa.update(CUSTOMER)
            .where(CUSTOMER.c.CUST_NO == customer)
            .values(NO_OF_ORDS=CUSTOMER.c.NO_OF_ORDS + by, ORD_BAL=CUSTOMER.c.ORD_BAL + amount)
        )


def guid_of(*parts: object) -> uuid.UUID:
    """A GUID that depends on nothing but its parts."""
    return uuid.uuid5(_NAMESPACE, " ".join(map(str, parts)))


def _header(order: NativeOrder, doc_id: int, ticket_no: str, lines: int, at: datetime) -> Row:
    return {
        "DOC_ID": doc_id, "DOC_GUID": guid_of(doc_id), "DOC_TYP": "O", "TKT_TYP": "T", "STR_ID": order.store,
        "STA_ID": order.station, "DRW_ID": order.drawer, "TKT_NO": ticket_no, "CUST_NO": order.customer,
        "TKT_DT": at, "SHIP_VIA_COD": order.ship_via, "TAX_COD": order.tax_code,
        "NORM_TAX_COD": order.tax_code, "CUST_PO_NO": order.po_no, "USR_ID": order.user,
        "SLS_REP": order.user, "BILL_TO_CONTACT_ID": 1 if 1 in order.contacts else None,
        "SHIP_TO_CONTACT_ID": 2 if 2 in order.contacts else None, "STK_LOC_ID": order.location,
        "PRC_LOC_ID": order.location, "ORD_LINS": lines, "SAL_LINS": 0, "HAS_ENTD_LINS": "Y",
        "RS_UTC_DT": at, "LST_MAINT_DT": at, "LST_MAINT_USR_ID": order.user,
    }  # fmt: skip


def _sums(lines: Sequence[Row], taxes: Sequence[Row], order: NativeOrder, paid: Decimal) -> Row:
    goods = sum((line["EXT_PRC"] for line in lines), ZERO)
    tax = sum((row["TAX_AMT"] for row in taxes), ZERO)
    misc = sum(order.misc_charges.values(), ZERO)
    total = goods + tax + misc
    return {
        "LINS": len(lines), "SUB_TOT": goods, "TAX_AMT": tax, "NORM_TAX_AMT": tax, "TOT_MISC": misc,
        "TOT": total, "TOT_TND": paid, "AMT_DUE": total - paid, "TOT_HDR_DISCNTBL_AMT": goods,
    }  # fmt: skip


def _total(doc_id: int, kind: str, sums: Row) -> Row:
    zeros = dict.fromkeys(
        ("TAX_AMT", "NORM_TAX_AMT", "TOT_HDR_DISC", "TOT_LIN_DISC", "INITIAL_MIN_DUE", "TAX_AMT_SHIPPED",
         "TOT_WEIGHT", "TOT_CUBE", "TOT_TND", "TOT_CHNG", "TOT_GFC_AMT", "TOT_SVC_AMT", "TOT_EXT_COST"),
        ZERO,
    )  # fmt: skip
    return {**zeros, "LINS": 0, "HAS_TAX_OVRD": "!", **sums, "DOC_ID": doc_id, "TOT_TYP": kind}


def _write_children(
    connection: Connection,
    order: NativeOrder,
    doc_id: int,
    ticket_no: str,
    taxes: Sequence[Row],
    at: datetime,
) -> None:
    for tax in taxes:
        connection.execute(children.TAX.insert(), {**tax, "DOC_ID": doc_id, "TAX_DOC_PART": "O"})
    for number, amount in order.misc_charges.items():
        charge = {
            "DOC_ID": doc_id,
            "TOT_TYP": "O",
            "MISC_CHRG_NO": number,
            "MISC_TYP": "A",
            "MISC_AMT": amount,
        }
        connection.execute(children.MISC_CHARGE.insert(), charge)
    for number, contact in order.contacts.items():
        connection.execute(children.CONTACT.insert(), {**contact, "DOC_ID": doc_id, "CONTACT_ID": number})
    for place, (note_id, text) in enumerate(order.notes, start=1):
        note = {"DOC_ID": doc_id, "NOTE_SEQ_NO": place, "NOTE_ID": note_id, "NOTE": text, "NOTE_TXT": text,
                "NOTE_DAT": at, "USR_ID": order.user}  # fmt: skip
        connection.execute(children.NOTE.insert(), note)
    for place, tracking_no in enumerate(order.packages, start=1):
        package = {"DOC_ID": doc_id, "SEQ_NO": place, "PKG_TRK_NO": tracking_no}
        connection.execute(children.PACKAGE.insert(), package)
    if order.profile:
        connection.execute(children.PROFILE.insert(), {**order.profile, "DOC_ID": doc_id})
    connection.execute(children.AUDIT.insert(), _audit(order, doc_id, "O", f"Entered order {ticket_no}", at))


def _write_payments(
    connection: Connection, order: NativeOrder, doc_id: int, ticket_no: str, part: str, at: datetime
) -> None:
    for place, payment in enumerate(order.payments, start=1):
        connection.execute(
            children.PAYMENT.insert(),
            {
                "DOC_ID": doc_id, "PMT_SEQ_NO": place, "PAY_COD": payment.pay_code, "PAY_COD_TYP": "B",
                "AMT": payment.amount, "HOME_CURNCY_AMT": payment.amount, "STR_ID": order.store,
                "STA_ID": order.station, "TKT_NO": ticket_no, "PMT_LIN_TYP": "T",
                "FINAL_PMT": "Y" if payment.final else "N", "PAY_DAT": at, "EDC_AUTH_FLG": "O",
                "CURNCY_COD": "HOME", "EXCH_RATE_NUMER": 1, "EXCH_RATE_DENOM": 1, "EXCH_LOSS": 0,
            },
        )  # fmt: skip
        applied = {"DOC_ID": doc_id, "PMT_SEQ_NO": place, "APPL_TYP": part, "AMT": payment.amount,
                   "HOME_CURNCY_AMT": payment.amount, "EXCH_LOSS": 0}  # fmt: skip
        connection.execute(children.PAYMENT_APPLIED.insert(), applied)


def _deposit(
    connection: Connection,
    order: NativeOrder,
    order_id: int,
    order_ticket: str,
    paid: Decimal,
    at: datetime,
    block: range,
) -> int:
    """The ticket that takes the money; it has no lines and points at its order."""
    doc_id, ticket_no = next_document_id(connection, block), next_ticket_number(connection, "TKT")
    connection.execute(
        HEADER.insert(),
        {
            **_header(order, doc_id, ticket_no, 0, at),
            "DOC_TYP": "T", "HAS_ENTD_LINS": "N", "BILL_TO_CONTACT_ID": None, "SHIP_TO_CONTACT_ID": None,
        },
    )  # fmt: skip
    connection.execute(TOTAL.insert(), _total(doc_id, "S", {"TOT_TND": paid}))
    _write_payments(connection, order, doc_id, ticket_no, "S", at)
    origin = {"DOC_ID": doc_id, "ORIG_DOC_ID": order_id, "ORIG_TKT_NO": order_ticket, "ORIG_DOC_TYP": "O"}
    connection.execute(children.ORIGIN.insert(), origin)
    connection.execute(children.AUDIT.insert(), _audit(order, doc_id, "T", "Entered a deposit", at))
    return doc_id


def _audit(order: NativeOrder, doc_id: int, kind: str, entry: str, at: datetime) -> Row:
    return {
        "DOC_ID": doc_id, "LOG_SEQ_NO": 1, "DOC_TYP": kind, "DOC_GUID": guid_of(doc_id), "CURR_DT": at,
        "CURR_STR_ID": order.store, "CURR_STA_ID": order.station, "CURR_DRW_ID": order.drawer,
        "CURR_USR_ID": order.user, "CURR_WKSTN_NAM": f"STATION-{order.station}", "CURR_SERV_NAM": "SANDBOX",
        "CURR_DB_NAM": "SANDBOX", "ACTIV": "N", "LOG_ENTRY": entry,
    }  # fmt: skip
