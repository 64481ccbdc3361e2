"""Staged orders as operators see them: one by one, in a list, and the two decisions that are made in the row itself.

A skipped order is marked as the operators always marked it: applied, without a document, with the reason.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.counterpoint.backlog import OPEN
from dagster_project.counterpoint.claims import PROCESSED, SKIPPED
from dagster_project.counterpoint.line_items import line_rows
from dagster_project.counterpoint.moments import hours, now_there
from dagster_project.counterpoint.sets import PARAMETERS
from dagster_project.counterpoint.tables import HEADER, ORDER_EXTRA, ORDER_STAGING

_STAGED, _EXTRA = ORDER_STAGING.c, ORDER_EXTRA.c
LONGEST_ERROR = 500
STATES = ("PENDING", "FAILED", "PARKED")
Row = dict[str, Any]


class Refused(Exception):
    """A staged order is not there, or not in a state for what was asked; the message says what it is in."""


def waiting(connection: Connection, states: Sequence[str] = STATES, batch: str | None = None) -> list[Row]:
    """Return the orders without a document, the oldest first, each with its state and its age in hours."""
    now = now_there(connection)
    query = (
        sa.select(
            _STAGED.STAGING_ID, _STAGED.WOO_ORDER_ID, _STAGED.CUST_NO, _STAGED.CUST_EMAIL, _STAGED.ORD_DAT,
            _STAGED.TOT_AMT, _STAGED.IS_VALIDATED, _STAGED.BATCH_ID, _STAGED.CREATED_DT,
            _STAGED.VALIDATION_ERROR, _EXTRA.PARKED_DT, _EXTRA.PARKED_REASON,
        )
        .outerjoin(ORDER_EXTRA, _EXTRA.STAGING_ID == _STAGED.STAGING_ID)
        .where(OPEN, *([_STAGED.BATCH_ID == batch] if batch else []))
        .order_by(_STAGED.CREATED_DT, _STAGED.STAGING_ID)
    )  # fmt: skip
    found = []
    for record in connection.execute(query).mappings():
        row = {**record, "state": _state(record), "hours": round(hours(record["CREATED_DT"] or now, now), 1)}
        if row["state"] in states:
            found.append(row)
    return found


def _state(row: Any) -> str:
    if row["PARKED_DT"] is not None:
        return "PARKED"
    return "FAILED" if (row["VALIDATION_ERROR"] or "").strip() else "PENDING"


def one(connection: Connection, staging_id: int) -> Row:
    """Return a staged order: its row, what stands beside it, its lines and its document. Raises Refused."""
    row = connection.execute(
        sa.select(ORDER_STAGING).where(_STAGED.STAGING_ID == staging_id)
    ).mappings().first()  # fmt: skip
    if row is None:
        raise Refused(f"there is no staging row {staging_id}; see: order-staging counterpoint list")
    beside = (
        connection.execute(sa.select(ORDER_EXTRA).where(_EXTRA.STAGING_ID == staging_id)).mappings().first()
    )
    extra = dict(beside) if beside else {}
    return {
        "order": dict(row),
        "beside": {name: value for name, value in extra.items() if name not in row},
        "lines": list(line_rows(staging_id, row["LINE_ITEMS_JSON"], extra.get("LINE_DETAILS_JSON"))),
        "document": _document(connection, row["CP_DOC_ID"]),
    }


def _document(connection: Connection, doc_id: str | None) -> Row | None:
    header = HEADER.c
    if not (doc_id or "").isdigit():
        return None
    names = (
        "DOC_ID",
        "TKT_NO",
        "DOC_TYP",
        "CUST_NO",
        "TKT_DT",
        "ORD_LINS",
        "HAS_RLSD_LINS",
        "HAS_INVCD_LINS",
    )
    found = connection.execute(
        sa.select(*(header[name] for name in names)).where(header.DOC_ID == int(str(doc_id)))
    ).mappings().first()  # fmt: skip
    return dict(found) if found else None


def documents(connection: Connection, staging_ids: Sequence[int]) -> list[str | None]:
    """Return the documents of staged orders, in the order in which these are given; None where there is none."""
    found: dict[int, str | None] = {}
    for start in range(0, len(staging_ids), PARAMETERS):
        some = _STAGED.STAGING_ID.in_(staging_ids[start : start + PARAMETERS])
        query = sa.select(_STAGED.STAGING_ID, _STAGED.CP_DOC_ID).where(some)
        found.update((row.STAGING_ID, row.CP_DOC_ID) for row in connection.execute(query))
    return [found.get(staging_id) for staging_id in staging_ids]


def check_open(connection: Connection, staging_id: int) -> None:
    """Raise Refused unless the order has no document and is neither skipped nor parked."""
    found = one(connection, staging_id)
    order = found["order"]
    if order["IS_APPLIED"]:
        what = f"document {order['CP_DOC_ID']}" if order["CP_DOC_ID"] else order["VALIDATION_ERROR"]
        raise Refused(f"{PROCESSED}: {what or 'applied without a document'}")
    if found["beside"].get("PARKED_DT") is not None:
        raise Refused(
            f"staging row {staging_id} is parked: {found['beside']['PARKED_REASON']}; to let it be made: "
            f"order-staging counterpoint unpark {staging_id}"
        )


def check_batch(connection: Connection, batch: str) -> None:
    """Raise Refused unless a pull of that name staged an order, whatever became of it."""
    known = sa.select(_STAGED.STAGING_ID).where(_STAGED.BATCH_ID == batch).limit(1)
    if connection.execute(known).first() is None:
        raise Refused(f"no order was staged by a pull {batch!r}; see: order-staging counterpoint list")


def skip(connection: Connection, staging_id: int, reason: str) -> None:
    """Mark an order as one that is never to be made. Raises Refused when it was made or skipped before."""
    changed = connection.execute(
        sa.update(ORDER_STAGING)
        .where(_STAGED.STAGING_ID == staging_id, OPEN, _STAGED.CP_DOC_ID.is_(None))
        .values(
            IS_APPLIED=1,
            APPLIED_DT=now_there(connection),
            VALIDATION_ERROR=f"{SKIPPED}: {reason}"[:LONGEST_ERROR],
        )
    ).rowcount
    if not changed:
        order = one(connection, staging_id)["order"]
        what = f"document {order['CP_DOC_ID']}" if order["CP_DOC_ID"] else order["VALIDATION_ERROR"]
        raise Refused(f"{PROCESSED}: {what}")


def unskip(connection: Connection, staging_id: int) -> bool:
    """Let a skipped order be made after all; False when it was not skipped."""
    changed: int = connection.execute(
        sa.update(ORDER_STAGING)
        .where(
            _STAGED.STAGING_ID == staging_id,
            sa.not_(OPEN),
            _STAGED.CP_DOC_ID.is_(None),
            _STAGED.VALIDATION_ERROR.like(f"{SKIPPED.replace('_', '#_')}%", escape="#"),
        )
        .values(IS_APPLIED=0, APPLIED_DT=None, VALIDATION_ERROR=None)
    ).rowcount
    return changed > 0
