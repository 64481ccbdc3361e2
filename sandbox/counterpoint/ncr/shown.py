"""Rows as the API tells them: decimals as numbers, GUIDs without dashes, dates with seven places."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint import document_children as children
from sandbox.counterpoint.document_tables import HEADER, LINE, TOTAL

Json = dict[str, Any]
_LISTS = (
    LINE, children.PAYMENT, children.NOTE, children.PACKAGE, TOTAL, children.TAX, children.MISC_CHARGE,
    children.ORIGIN, children.AUDIT,
)  # fmt: skip


def rows(connection: Connection, table: sa.Table, **where: object) -> list[Json]:
    """All rows with these column values."""
    conditions = [table.c[name] == value for name, value in where.items()]
    found = connection.execute(sa.select(table).where(*conditions)).mappings()
    return [{str(name): _value(value) for name, value in row.items() if value is not None} for row in found]


def document(connection: Connection, doc_id: int) -> Json | None:
    """PS_DOC_HDR with everything that hangs on it; None when there is no such open document."""
    found = rows(connection, HEADER, DOC_ID=doc_id)
    if not found:
        return None
    header = found[0]
    for table in _LISTS:
        header[table.name] = rows(connection, table, DOC_ID=doc_id)
    for payment in header[children.PAYMENT.name]:
        payment[children.PAYMENT_APPLIED.name] = rows(
            connection, children.PAYMENT_APPLIED, DOC_ID=doc_id, PMT_SEQ_NO=payment["PMT_SEQ_NO"]
        )
    for table in (children.PROFILE, children.STATUS):
        single = rows(connection, table, DOC_ID=doc_id)
        if single:
            header[table.name] = single[0]
    for number, name in ((1, "BILL_TO_CONTACT"), (2, "SHIP_TO_CONTACT")):
        contact = rows(connection, children.CONTACT, DOC_ID=doc_id, CONTACT_ID=number)
        if contact:
            header[name] = contact[0]
    return header


def _value(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond:06d}0"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}T00:00:00.0000000"
    return value if isinstance(value, str | int | float | bool | Mapping) else str(value)
