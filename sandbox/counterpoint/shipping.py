"""How goods leave: picking, invoicing, releasing, posting. A promised date is none of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint import document_children as children
from sandbox.counterpoint.codes import LOCATIONS
from sandbox.counterpoint.document_remainder import REMAINDER
from sandbox.counterpoint.document_tables import HEADER, LINE, TOTAL
from sandbox.counterpoint.history_tables import TICKET, TICKET_LINE, TICKET_ORIGIN
from sandbox.counterpoint.native_orders import guid_of
from sandbox.counterpoint.numbers import WORKSTATION_BLOCK, next_document_id
from sandbox.counterpoint.stock import move_stock

Row = Mapping[Any, Any]
"""A row by column name; SQLAlchemy allows columns as keys, too."""
DOCUMENT_TABLES: tuple[sa.Table, ...] = (
    *REMAINDER,
    children.TAX, children.MISC_CHARGE, children.CONTACT, children.PAYMENT_APPLIED, children.PAYMENT,
    children.NOTE, children.PACKAGE, children.PROFILE, children.ORIGIN, children.STATUS, children.AUDIT,
    children.DISCOUNT, LINE, TOTAL, HEADER,
)  # fmt: skip
"""Children first."""


class CannotShip(Exception):
    """There is nothing to release; the message says why."""


@dataclass(frozen=True)
class Release:
    """A release ticket and how much of the order is still open."""

    doc_id: int
    ticket_no: str
    open_quantity: Decimal


def promise(connection: Connection, doc_id: int, ship_date: datetime) -> None:
    """Set SHIP_DAT: a promise, no shipment."""
    connection.execute(sa.update(HEADER).where(HEADER.c.DOC_ID == doc_id).values(SHIP_DAT=ship_date))


def invoice(connection: Connection, doc_id: int) -> None:
    """Invoiced, though the goods are still here."""
    connection.execute(
        sa.update(LINE)
        .where(LINE.c.DOC_ID == doc_id)
        .values(QTY_INVCD=LINE.c.QTY_SOLD, QTY_PCKD=LINE.c.QTY_SOLD)
    )
    connection.execute(
        sa.update(HEADER).where(HEADER.c.DOC_ID == doc_id).values(HAS_PCKD_LINS="Y", HAS_INVCD_LINS="Y")
    )


def release(
    connection: Connection,
    doc_id: int,
    at: datetime,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    post: bool = True,
) -> Release:
    """Ship lines of an order, all that is open unless `quantities` (by LIN_SEQ_NO) says less.

    A release ticket is made; posting moves it to history and takes the goods out of stock. Raises CannotShip.
    """
    order = _row(connection, HEADER, doc_id)
    lines = connection.execute(sa.select(LINE).where(LINE.c.DOC_ID == doc_id)).mappings().all()
    shipped = _shipped(lines, quantities)
    if order["DOC_TYP"] != "O" or not shipped:
        raise CannotShip(f"document {doc_id} is no order with open lines")
    number = _release_number(connection, order)
    ticket_id = next_document_id(connection, WORKSTATION_BLOCK)
    _write_ticket(connection, order, ticket_id, number, shipped, at)
    for line, quantity in shipped:
        _mark_shipped(connection, line, quantity)
    connection.execute(
        sa.update(HEADER)
        .where(HEADER.c.DOC_ID == doc_id)
        .values(HAS_PCKD_LINS="Y", HAS_RLSD_LINS="Y", LST_MAINT_DT=at, RS_UTC_DT=at)
    )
    if post:
        post_ticket(connection, ticket_id, at)
    left = sum((line["QTY_SOLD"] - (line["QTY_SHIPPED"] or 0) for line in lines), Decimal(0))
    return Release(ticket_id, number, left - sum((quantity for _, quantity in shipped), Decimal(0)))


def post_ticket(connection: Connection, ticket_id: int, at: datetime) -> None:
    """Move a ticket from the open documents to history; the goods leave the stock."""
    ticket = _row(connection, HEADER, ticket_id)
    lines = connection.execute(sa.select(LINE).where(LINE.c.DOC_ID == ticket_id)).mappings().all()
    origins = connection.execute(
        sa.select(children.ORIGIN).where(children.ORIGIN.c.DOC_ID == ticket_id)
    ).mappings().all()  # fmt: skip
    date = {"BUS_DAT": at.date()}
    names = ("DOC_ID", "DOC_GUID", "DOC_TYP", "TKT_TYP", "STR_ID", "STA_ID", "DRW_ID", "TKT_NO", "CUST_NO",
             "TKT_DT", "SHIP_DAT", "SHIP_VIA_COD", "CUST_PO_NO", "USR_ID", "IS_REL_TKT", "SAL_LINS",
             "SAL_LIN_TOT")  # fmt: skip
    connection.execute(TICKET.insert(), {**{name: ticket[name] for name in names}, **date, "POST_DAT": at})
    line_names = ("DOC_ID", "LIN_SEQ_NO", "TKT_NO", "LIN_TYP", "ITEM_NO", "DESCR", "QTY_SOLD", "QTY_NUMER",
                  "QTY_DENOM", "SELL_UNIT", "PRC", "EXT_PRC", "STK_LOC_ID")  # fmt: skip
    for line in lines:
        connection.execute(TICKET_LINE.insert(), {**{name: line[name] for name in line_names}, **date})
        gone = -stocking_quantity(line, line["QTY_SOLD"])
        move_stock(connection, line["ITEM_NO"], _location(line), QTY_ON_HND=gone, QTY_COMMIT=gone)
    for origin in origins:
        row = {
            "DOC_ID": ticket_id,
            "ORIG_DOC_ID": origin["ORIG_DOC_ID"],
            "ORIG_TKT_NO": origin["ORIG_TKT_NO"],
        }
        connection.execute(TICKET_ORIGIN.insert(), {**row, **date})
    remove(connection, ticket_id)


def remove(connection: Connection, doc_id: int) -> None:
    """Delete an open document with all its children; stock is left alone."""
    for table in DOCUMENT_TABLES:
        connection.execute(sa.delete(table).where(table.c.DOC_ID == doc_id))


def stocking_quantity(line: Row, quantity: Decimal) -> Decimal:
    """A line's quantity in stocking units."""
    return Decimal(quantity * line["QTY_NUMER"] / line["QTY_DENOM"])


def _shipped(lines: Sequence[Row], quantities: Mapping[int, Decimal] | None) -> list[tuple[Row, Decimal]]:
    shipped = []
    for line in lines:
        still_open = line["QTY_SOLD"] - (line["QTY_SHIPPED"] or 0)
        wanted = still_open if quantities is None else quantities.get(line["LIN_SEQ_NO"], Decimal(0))
        if (quantity := min(Decimal(wanted), still_open)) > 0:
            shipped.append((line, quantity))
    return shipped


def _release_number(connection: Connection, order: Row) -> str:
    """The order's number with -01, -02 and so on."""
    released = sum(
        connection.execute(
            sa.select(sa.func.count()).where(table.c.ORIG_DOC_ID == order["DOC_ID"])
        ).scalar_one()
        for table in (children.ORIGIN, TICKET_ORIGIN)
    )
    while True:
        released += 1
        number = f"{order['TKT_NO']}-{released:02d}"
        taken = sa.select(TICKET.c.DOC_ID).where(TICKET.c.TKT_NO == number)
        if connection.execute(taken).first() is None:
            return number


def _write_ticket(
    connection: Connection,
    order: Row,
    ticket_id: int,
    number: str,
    shipped: Sequence[tuple[Row, Decimal]],
    at: datetime,
) -> None:
    amounts = [
        (line["EXT_PRC"] * quantity / line["QTY_SOLD"]).quantize(Decimal("0.01"))
        for line, quantity in shipped
    ]
    total = sum(amounts, Decimal(0))
    connection.execute(
        HEADER.insert(),
        {
            "DOC_ID": ticket_id, "DOC_GUID": guid_of(ticket_id), "DOC_TYP": "T", "TKT_TYP": "T",
            "STR_ID": order["STR_ID"], "STA_ID": order["STA_ID"], "DRW_ID": order["DRW_ID"], "TKT_NO": number,
            "CUST_NO": order["CUST_NO"], "TKT_DT": at, "SHIP_DAT": at, "SHIP_VIA_COD": order["SHIP_VIA_COD"],
            "CUST_PO_NO": order["CUST_PO_NO"], "TAX_COD": order["TAX_COD"], "USR_ID": order["USR_ID"],
            "STK_LOC_ID": order["STK_LOC_ID"], "PRC_LOC_ID": order["PRC_LOC_ID"], "IS_REL_TKT": "Y",
            "SAL_LINS": len(shipped), "SAL_LIN_TOT": total,
        },
    )  # fmt: skip
    for (line, quantity), amount in zip(shipped, amounts, strict=True):
        row = {**line, "DOC_ID": ticket_id, "TKT_NO": number, "LIN_TYP": "S", "QTY_SOLD": quantity,
               "LIN_GUID": guid_of(ticket_id, line["LIN_SEQ_NO"]), "EXT_PRC": amount, "GROSS_EXT_PRC": amount,
               "CALC_EXT_PRC": amount}  # fmt: skip
        connection.execute(LINE.insert(), row)
    origin = {"DOC_ID": ticket_id, "ORIG_DOC_ID": order["DOC_ID"], "ORIG_TKT_NO": order["TKT_NO"],
              "ORIG_DOC_TYP": "O"}  # fmt: skip
    connection.execute(children.ORIGIN.insert(), origin)


def _mark_shipped(connection: Connection, line: Row, quantity: Decimal) -> None:
    """The order no longer wants it; until the ticket is posted the goods stay committed."""
    here = sa.and_(LINE.c.DOC_ID == line["DOC_ID"], LINE.c.LIN_SEQ_NO == line["LIN_SEQ_NO"])
    shipped = (line["QTY_SHIPPED"] or Decimal(0)) + quantity
    connection.execute(sa.update(LINE).where(here).values(QTY_SHIPPED=shipped, QTY_PCKD=shipped))
    gone = -stocking_quantity(line, quantity)
    move_stock(connection, line["ITEM_NO"], _location(line), QTY_ON_ORD=gone)


def _location(line: Row) -> str:
    return str(line["STK_LOC_ID"] or LOCATIONS[0])


def _row(connection: Connection, table: sa.Table, doc_id: int) -> Row:
    row = connection.execute(sa.select(table).where(table.c.DOC_ID == doc_id)).mappings().first()
    if row is None:
        raise CannotShip(f"there is no document {doc_id}")
    return row
