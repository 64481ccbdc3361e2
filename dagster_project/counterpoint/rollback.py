"""Takes a document back: stock, every row of it, the staging row - in one transaction, and nobody makes it anew.

Only what is still nothing but an order may go. A document that was picked, released, invoiced or paid out by
another one is corrected in Counterpoint. The staging row is free afterwards and parked: neither the next run nor
the predecessor's processor finds a reason to make the order again until somebody unparks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.engine import Connection

from dagster_project.counterpoint import sets
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.documents import marker_of
from dagster_project.counterpoint.inventory import Stock, StockRefused, added_up, release_stock
from dagster_project.counterpoint.reading import DOCUMENTS
from dagster_project.counterpoint.setup import columns
from dagster_project.counterpoint.tables import (
    HEADER,
    LINE,
    NOTE,
    ORDER_EXTRA,
    ORDER_STAGING,
    ORIGIN,
    TICKET,
    TICKET_ORIGIN,
)
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import ErrorClass
from dagster_project.delivery.states import State

_HEADER, _STAGING, _EXTRA = (sets.name_of(table) for table in (HEADER, ORDER_STAGING, ORDER_EXTRA))
_STAGES = {
    "HAS_RLSD_LINS": "released", "HAS_INVCD_LINS": "invoiced", "HAS_PCKVRFD_LINS": "pick-verified",
    "HAS_PCKD_LINS": "picked",
}  # fmt: skip


class RollbackRefused(Exception):
    """The document may not be taken back; the message says why and what to do in Counterpoint."""


@dataclass(frozen=True)
class RolledBack:
    """What was, or with a dry run would be, taken back."""

    staging_id: int
    web_id: int
    doc_id: int
    ticket: str
    stock: Sequence[Stock]
    rows: int


def roll_back(
    database: CounterpointDatabase, staging_id: int, reason: str, *, dry_run: bool = False
) -> RolledBack:
    """Take back the document of a staging row. Raises RollbackRefused, and DatabaseError with nothing done.

    Tell the ledger afterwards (`tell_ledger`), within the scope lock of the pipeline.
    """
    with database.begin() as connection:
        web_id, doc_id = _claimed(connection, staging_id)
        ticket = _allowed(connection, doc_id, staging_id)
        stock = _stock(connection, doc_id)
        if dry_run:
            return RolledBack(staging_id, web_id, doc_id, ticket, stock, _count(connection, doc_id))
        try:
            release_stock(connection, stock)
        except StockRefused as error:
            raise RollbackRefused(f"document {doc_id}: {error}") from None
        removed = _remove(connection, doc_id)
        _free_and_park(connection, staging_id, f"rolled back document {doc_id} ({ticket}): {reason}"[:400])
    return RolledBack(staging_id, web_id, doc_id, ticket, stock, removed)


def unpark(database: CounterpointDatabase, staging_id: int) -> bool:
    """Let a parked order be made again; False when it was not parked. The ledger is told by `retry --recreate`."""
    with database.begin() as connection:
        return bool(
            sets.run(
                connection,
                f"update {_EXTRA} set PARKED_DT = null, PARKED_REASON = null "
                "where STAGING_ID = ? and PARKED_DT is not null",
                (staging_id,),
            )
        )


def tell_ledger(ledger: Ledger, undone: RolledBack, reason: str) -> None:
    """Give the key up in the ledger: it is shown as such and not delivered, until an operator recreates it."""
    key = str(undone.staging_id)
    record = ledger.records([(DOCUMENTS, key)]).get((DOCUMENTS, key))
    message = f"rolled back document {undone.doc_id}: {reason}"
    columns = {
        "entity": DOCUMENTS, "business_key": key, "state": State.FORGOTTEN, "tried": None, "drift": None,
        "doubtful": None, "next_attempt": None, "error_class": ErrorClass.BUSINESS_HOLD,
        "error_code": "RolledBack", "error_field": None, "error_message": message,
    }  # fmt: skip
    with ledger.warehouse.begin() as connection:
        if record is None:
            remote = {"incarnation": 1, "attempt": 0, "remote_id": str(undone.doc_id)}
            ledger.record_new(connection, [{**columns, **remote}])
        else:
            ledger.amend(connection, [columns])
        ledger.events(
            connection,
            [
                {
                    "kind": "NOTE", "entity": DOCUMENTS, "business_key": key, "message": message,
                    "incarnation": record.incarnation if record else 1, "remote_id": str(undone.doc_id),
                }
            ],
        )  # fmt: skip


def _claimed(connection: Connection, staging_id: int) -> tuple[int, int]:
    """Lock the staging row, so that neither a run nor another rollback comes in between."""
    row = connection.exec_driver_sql(
        f"select WOO_ORDER_ID, IS_APPLIED, CP_DOC_ID from {_STAGING}{sets.locked(connection)} where STAGING_ID = ?",
        (staging_id,),
    ).first()
    if row is None:
        raise RollbackRefused(f"there is no staging row {staging_id}")
    if not row[1] or not row[2]:
        raise RollbackRefused(f"staging row {staging_id} names no document: there is nothing to take back")
    return int(row[0]), int(row[2])


def _allowed(connection: Connection, doc_id: int, staging_id: int) -> str:
    """Return the ticket number of an order that is nothing but an order; refuse anything else."""
    flags = ", ".join(_STAGES)
    row = connection.exec_driver_sql(
        f"select TKT_NO, DOC_TYP, {flags} from {_HEADER}{sets.locked(connection)} where DOC_ID = ?", (doc_id,)
    ).first()
    if row is None:
        raise RollbackRefused(f"document {doc_id} is no open order any more: credit it in Counterpoint")
    ticket, kind, *stages = tuple(row)
    if kind != "O":
        raise RollbackRefused(f"document {doc_id} ({ticket}) is of type {kind}, not an order")
    for said, stage in zip(stages, _STAGES.values(), strict=True):
        if said == "Y":
            raise RollbackRefused(f"order {ticket} is {stage} already: cancel or credit it in Counterpoint")
    moved = connection.exec_driver_sql(
        f"select count(*) from {sets.name_of(LINE)} "
        "where DOC_ID = ? and (LIN_TYP <> 'O' or coalesce(QTY_SHIPPED, 0) <> 0 or coalesce(QTY_INVCD, 0) <> 0)",
        (doc_id,),
    ).scalar_one()
    if moved:
        raise RollbackRefused(
            f"{moved} lines of order {ticket} are shipped, invoiced or on back-order already"
        )
    for table, column in ((TICKET_ORIGIN, "ORIG_DOC_ID"), (ORIGIN, "ORIG_DOC_ID"), (TICKET, "DOC_ID")):
        if _there(connection, sets.name_of(table), f"{column} = ?", doc_id):
            raise RollbackRefused(
                f"another document depends on order {ticket} ({table.name}): void that one first"
            )
    if not _there(
        connection, sets.name_of(NOTE), "DOC_ID = ? and NOTE_ID = ?", doc_id, marker_of(staging_id)
    ):
        raise RollbackRefused(
            f"order {ticket} bears no mark of ours, so its stock was not committed by us: the predecessor made it"
        )
    return str(ticket)


def _there(connection: Connection, table: str, where: str, *bound: object) -> bool:
    found = connection.exec_driver_sql(f"select count(*) from {table} where {where}", bound).scalar_one()
    return bool(found)


def _stock(connection: Connection, doc_id: int) -> list[Stock]:
    """What the lines hold of stock now, line by line, added up per item and location."""
    lines = connection.exec_driver_sql(
        f"select l.ITEM_NO, coalesce(l.STK_LOC_ID, h.STK_LOC_ID), l.QTY_SOLD, l.QTY_NUMER, l.QTY_DENOM "
        f"from {sets.name_of(LINE)} as l join {_HEADER} as h on h.DOC_ID = l.DOC_ID where l.DOC_ID = ?",
        (doc_id,),
    ).fetchall()
    return added_up(
        (item, location, (sold * numerator / denominator).quantize(Decimal("0.0001")))
        for item, location, sold, numerator, denominator in lines
    )


def _tables(connection: Connection) -> list[str]:
    """Every table of a document that there is, those furthest from the header first."""
    views = {
        name
        for (name,) in connection.exec_driver_sql(
            "select table_name from information_schema.tables where table_type <> 'BASE TABLE'"
        )
    }
    found = [
        name
        for name, of_it in columns(connection).items()
        if name.startswith("PS_DOC_") and "DOC_ID" in of_it and name not in views
    ]
    return sorted(found, key=lambda name: (name == HEADER.name, -len(name), name))


def _count(connection: Connection, doc_id: int) -> int:
    return sum(
        int(
            connection.exec_driver_sql(
                f"select count(*) from dbo.{t} where DOC_ID = ?", (doc_id,)
            ).scalar_one()
        )
        for t in _tables(connection)
    )


def _remove(connection: Connection, doc_id: int) -> int:
    return sum(
        sets.run(connection, f"delete from dbo.{table} where DOC_ID = ?", (doc_id,))
        for table in _tables(connection)
    )


def _free_and_park(connection: Connection, staging_id: int, reason: str) -> None:
    sets.run(
        connection,
        f"update {_STAGING} set IS_APPLIED = 0, APPLIED_DT = null, CP_DOC_ID = null, IS_VALIDATED = 0, "
        "VALIDATION_ERROR = null where STAGING_ID = ?",
        (staging_id,),
    )
    sets.run(
        connection,
        f"insert into {_EXTRA} (STAGING_ID, SOURCE_SYSTEM, WOO_ORDER_ID) "
        f"select s.STAGING_ID, s.SOURCE_SYSTEM, s.WOO_ORDER_ID from {_STAGING} as s where s.STAGING_ID = ? "
        f"and not exists (select 1 from {_EXTRA} as e where e.STAGING_ID = s.STAGING_ID)",
        (staging_id,),
    )
    sets.run(
        connection,
        f"update {_EXTRA} set PARKED_DT = ?, PARKED_REASON = ?, CP_TKT_NO = null where STAGING_ID = ?",
        (sets.now(connection), reason, staging_id),
    )
