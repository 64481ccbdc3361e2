"""Counterpoint's database into the raw tables: set by set, and only what changed.

Rows of USER_ORDER_STAGING carry no time of change. So all that have no document are read, and of the others those
that got one, or lost it, since the last time. Reference tables are read whole and written when they differ.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint import raw_tables as raws
from dagster_project.counterpoint import tables
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.line_items import line_rows, tax_rows
from dagster_project.settings import Settings
from dagster_project.warehouse import raw
from dagster_project.warehouse.engine import Warehouse

Row = dict[str, Any]
SOURCE = "WOOCOMMERCE"
IN_ONE_QUERY = 1_000
_REFERENCES = (
    (raws.CUSTOMERS, "AR_CUST"),
    (raws.CUSTOMER_MAP, "USER_CUSTOMER_MAP"),
    (raws.ITEMS, "IM_ITEM"),
    (raws.SHIP_VIA_CODES, "SY_SHIP_VIA_COD"),
    (raws.PAY_CODES, "PS_PAY_COD"),
)


def staging(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    """Bring the staged orders; return rows by table."""
    return _extract(settings, warehouse, clock, references=False, fulfilment=False)


def everything(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    """Bring the staged orders and what they are validated against."""
    return _extract(settings, warehouse, clock, references=True, fulfilment=False)


def shipments(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    """Bring the staged orders and what became of their documents."""
    return _extract(settings, warehouse, clock, references=False, fulfilment=True)


def _extract(
    settings: Settings, warehouse: Warehouse, clock: Clock, *, references: bool, fulfilment: bool
) -> Mapping[str, int]:
    database = CounterpointDatabase(
        settings.counterpoint, timeout_seconds=settings.counterpoint_timeout_seconds
    )
    try:
        with database.begin() as source, warehouse.begin() as target:
            raw.prepare(target, raws.metadata)
            counts = _staging(source, target)
            if references:
                counts |= _references(source, target, clock.now())
            if fulfilment:
                counts["fulfilment"] = raw.refill(target, raws.FULFILMENT, list(shipped_documents(source)))
        return counts
    finally:
        database.release()


# -- staged orders ----------------------------------------------------------------------------------


def _staging(source: Connection, target: Connection) -> dict[str, int]:
    there, landed = _states(source), _landed(target)
    gone = landed.keys() - there.keys()
    changed = sorted(key for key, state in there.items() if not state[0] or landed.get(key) != state)
    orders = list(_rows(source, tables.ORDER_STAGING, raws.ORDER_STAGING, changed))
    extras = list(_rows(source, tables.ORDER_EXTRA, raws.ORDER_EXTRA, changed, also=("LINE_DETAILS_JSON",)))
    details = {row["STAGING_ID"]: row.pop("LINE_DETAILS_JSON") for row in extras}
    keys = [*changed, *gone]
    raw.replace(target, raws.ORDER_STAGING, "STAGING_ID", orders, keys)
    raw.replace(target, raws.ORDER_EXTRA, "STAGING_ID", extras, keys)
    lines = [
        line
        for row in orders
        for line in line_rows(row["STAGING_ID"], row["LINE_ITEMS_JSON"], details.get(row["STAGING_ID"]))
    ]
    taxes = [tax for row in extras for tax in tax_rows(row["STAGING_ID"], row["TAX_LINES_JSON"])]
    raw.replace(target, raws.ORDER_LINES, "STAGING_ID", lines, keys)
    raw.replace(target, raws.ORDER_TAXES, "STAGING_ID", taxes, keys)
    return {"order_staging": len(orders), "order_lines": len(lines), "removed from staging": len(gone)}


def _states(source: Connection) -> dict[int, tuple[int, str | None]]:
    """Staging id → whether it has a document, and which, of all rows."""
    staging = tables.ORDER_STAGING.c
    query = sa.select(staging.STAGING_ID, staging.IS_APPLIED, staging.CP_DOC_ID)
    return {key: (int(applied or 0), document) for key, applied, document in source.execute(query)}


def _landed(target: Connection) -> dict[int, tuple[int, str | None]]:
    staging = raws.ORDER_STAGING.c
    query = sa.select(staging.STAGING_ID, staging.IS_APPLIED, staging.CP_DOC_ID)
    return {key: (int(applied or 0), document) for key, applied, document in target.execute(query)}


def _rows(
    source: Connection, table: sa.Table, into: sa.Table, keys: Sequence[int], also: Sequence[str] = ()
) -> Iterator[Row]:
    columns = [table.c[name] for name in (*(column.name for column in into.columns), *also)]
    for chunk in _chunks(keys):
        query = sa.select(*columns).where(table.c.STAGING_ID.in_(chunk)).order_by(table.c.STAGING_ID)
        for record in source.execute(query).mappings():
            yield {name: _plain(value) for name, value in record.items()}


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), IN_ONE_QUERY):
        yield keys[start : start + IN_ONE_QUERY]


def _plain(value: Any) -> Any:
    """A database value as the raw tables keep it: moments as texts, bits as numbers."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return int(value) if isinstance(value, bool) else value


# -- reference --------------------------------------------------------------------------------------


def _references(source: Connection, target: Connection, now: dt.datetime) -> dict[str, int]:
    counts = {}
    for table, name in _REFERENCES:
        counts[name] = _refresh(target, table, list(_all(source, table, name)), now)
    counts["SY_TAX_COD"] = _refresh(target, raws.TAX_CODES, list(_tax_codes(source)), now)
    return {name: count for name, count in counts.items() if count}


def _all(source: Connection, into: sa.Table, name: str) -> Iterator[Row]:
    table = sa.table(name, *(sa.column(column.name) for column in into.columns), schema=tables.SCHEMA)
    for record in source.execute(sa.select(table)).mappings():
        yield {column: _plain(value) for column, value in record.items()}


def _tax_codes(source: Connection) -> Iterator[Row]:
    code, listed, rule = tables.TAX_CODE.c, tables.TAX_CODE_AUTHORITY.c, tables.TAX_RULE.c
    query = (
        sa.select(code.TAX_COD, listed.SEQ_NO, listed.AUTH_COD, listed.RUL_COD, rule.RATE_PCT)
        .select_from(tables.TAX_CODE)
        .outerjoin(tables.TAX_CODE_AUTHORITY, code.TAX_COD == listed.TAX_COD)
        .outerjoin(tables.TAX_RULE, sa.and_(listed.AUTH_COD == rule.AUTH_COD, listed.RUL_COD == rule.RUL_COD))
    )
    for record in source.execute(query).mappings():
        yield {**record, "SEQ_NO": record["SEQ_NO"] or 0}


def _refresh(target: Connection, table: sa.Table, rows: Sequence[Row], now: dt.datetime) -> int:
    """Write a reference table when its rows differ from those of the last time; return how many were written."""
    known = raws.REFRESHED
    mark = raw.fingerprint(rows)
    mine = known.c.TABLE_NAME == table.name
    if target.execute(sa.select(known.c.FINGERPRINT).where(mine)).scalar() == mark:
        return 0
    raw.refill(target, table, rows)
    entry = {"TABLE_NAME": table.name, "FINGERPRINT": mark, "ROW_COUNT": len(rows), "REFRESHED_AT": now}
    raw.replace(target, known, "TABLE_NAME", [entry], [table.name])
    return len(rows)


# -- what became of documents -----------------------------------------------------------------------


def shipped_documents(source: Connection) -> Iterator[Row]:
    """Documents of staged orders, and whether their goods have left.

    They have when no line is open any more (QTY_SHIPPED), or when the order is gone and a ticket made from it was
    posted. SHIP_DAT may be a promise and says nothing; an invoice alone moves no goods.
    """
    staged, header, line = tables.ORDER_STAGING.c, tables.HEADER.c, tables.LINE.c
    ticket, origin, extra = tables.TICKET.c, tables.TICKET_ORIGIN.c, tables.ORDER_EXTRA.c
    lines = (
        sa.select(
            line.DOC_ID,
            sa.func.sum(sa.case((line.QTY_SHIPPED >= line.QTY_SOLD, 0), else_=1)).label("OPEN_LINES"),
        )
        .group_by(line.DOC_ID)
        .subquery()
    )
    posted = (
        sa.select(origin.ORIG_DOC_ID, sa.func.max(ticket.TKT_DT).label("TKT_DT"))
        .join(tables.TICKET, origin.DOC_ID == ticket.DOC_ID)
        .group_by(origin.ORIG_DOC_ID)
        .subquery()
    )
    document = sa.cast(staged.CP_DOC_ID, sa.BigInteger())
    query = (
        sa.select(
            staged.STAGING_ID, staged.CP_DOC_ID, sa.func.coalesce(header.TKT_NO, extra.CP_TKT_NO).label("TKT_NO"),
            header.DOC_ID, lines.c.OPEN_LINES, posted.c.TKT_DT,
        )
        .select_from(tables.ORDER_STAGING)
        .outerjoin(tables.ORDER_EXTRA, staged.STAGING_ID == extra.STAGING_ID)
        .outerjoin(tables.HEADER, header.DOC_ID == document)
        .outerjoin(lines, lines.c.DOC_ID == document)
        .outerjoin(posted, posted.c.ORIG_DOC_ID == document)
        .where(staged.IS_APPLIED == 1, staged.CP_DOC_ID.is_not(None), staged.SOURCE_SYSTEM == SOURCE)
    )  # fmt: skip
    for record in source.execute(query).mappings():
        there = record["DOC_ID"] is not None
        shipped = record["OPEN_LINES"] == 0 if there else record["TKT_DT"] is not None
        when = record["TKT_DT"]
        yield {
            "STAGING_ID": record["STAGING_ID"],
            "DOC_ID": record["CP_DOC_ID"],
            "TKT_NO": record["TKT_NO"],
            "IS_SHIPPED": int(shipped),
            "SHIPPED_ON": when.date() if shipped and when is not None else None,
        }
