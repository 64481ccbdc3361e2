"""Documents as they stand in Counterpoint now: for verification, probes and first contact. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from dagster_project.counterpoint.documents import marker_of
from dagster_project.counterpoint.sets import marks, name_of
from dagster_project.counterpoint.setup import DocIds
from dagster_project.counterpoint.tables import (
    HEADER,
    NOTE,
    ORDER_STAGING,
    ORIGIN,
    TICKET,
    TICKET_ORIGIN,
    TOTAL,
)
from dagster_project.delivery.destination import RemoteObject

DOCUMENTS = "documents"
CHUNK = 500
_OPEN = (
    "select s.STAGING_ID, s.CP_DOC_ID, h.DOC_ID, h.CUST_NO, h.SHIP_VIA_COD, t.TOT, t.TAX_AMT "
    f"from {name_of(ORDER_STAGING)} as s "
    f"left join {name_of(HEADER)} as h on h.DOC_ID = try_cast(s.CP_DOC_ID as bigint) "
    f"left join (select DOC_ID, sum(TOT) as TOT, sum(TAX_AMT) as TAX_AMT from {name_of(TOTAL)} group by DOC_ID) "
    "as t on t.DOC_ID = h.DOC_ID "
    "where s.CP_DOC_ID is not null and s.CP_DOC_ID <> ''"
)
_ELSEWHERE = ((TICKET, "DOC_ID"), (TICKET_ORIGIN, "ORIG_DOC_ID"), (ORIGIN, "ORIG_DOC_ID"))
"""Where a document is still known that is no open one any more: posted, or released as a ticket."""


def made(
    connection: Connection, ours: DocIds, doc_ids: Sequence[str] | None = None
) -> Iterator[RemoteObject]:
    """Yield the documents that staging rows name, all or some, unless they are nowhere in Counterpoint."""
    if doc_ids is not None:
        for start in range(0, len(doc_ids), CHUNK):
            some = doc_ids[start : start + CHUNK]
            query = f"{_OPEN} and s.CP_DOC_ID in ({marks(some)})"
            yield from _objects(connection, ours, connection.exec_driver_sql(query, tuple(some)).fetchall())
        return
    yield from _objects(connection, ours, connection.exec_driver_sql(_OPEN).fetchall())


def _objects(connection: Connection, ours: DocIds, rows: Sequence[Any]) -> Iterator[RemoteObject]:
    closed = _known_elsewhere(connection, [row[1] for row in rows if row[2] is None])
    for staging_id, doc_id, found, customer, ship_via, total, tax in rows:
        if found is None and doc_id not in closed:
            continue
        values = (
            {}
            if found is None
            else {
                "CUST_NO": customer,
                "SHIP_VIA_COD": ship_via,
                "TOT_AMT": _cents(total),
                "TAX_AMT": _cents(tax),
            }
        )
        mine = doc_id.isdigit() and ours.first <= int(doc_id) <= ours.last
        yield RemoteObject(DOCUMENTS, doc_id, values, str(staging_id), created_by_us=mine)


def _cents(amount: Any) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _known_elsewhere(connection: Connection, doc_ids: Sequence[str]) -> set[str]:
    numbers = [int(doc_id) for doc_id in doc_ids if doc_id.isdigit()]
    known: set[str] = set()
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        query = " union ".join(
            f"select {column} from {name_of(table)} where {column} in ({marks(some)})"
            for table, column in _ELSEWHERE
        )
        found = connection.exec_driver_sql(query, tuple(some) * len(_ELSEWHERE))
        known |= {str(number) for (number,) in found}
    return known


def named_by_staging(connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Return staging id → the document its row names."""
    found = connection.exec_driver_sql(
        f"select STAGING_ID, CP_DOC_ID from {name_of(ORDER_STAGING)} "
        f"where STAGING_ID in ({marks(staging_ids)}) and CP_DOC_ID is not null and CP_DOC_ID <> ''",
        tuple(staging_ids),
    )
    return {int(staging_id): (str(doc_id),) for staging_id, doc_id in found}


def named_by_note(connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Return staging id → the open orders whose note carries its mark; more than one is for a person."""
    by_marker = {marker_of(staging_id): staging_id for staging_id in staging_ids}
    found = connection.exec_driver_sql(
        f"select distinct n.NOTE_ID, h.DOC_ID from {name_of(NOTE)} as n "
        f"join {name_of(HEADER)} as h on h.DOC_ID = n.DOC_ID and h.DOC_TYP = 'O' "
        f"where n.NOTE_ID in ({marks(staging_ids)}) order by h.DOC_ID",
        tuple(by_marker),
    )
    named: dict[int, tuple[str, ...]] = {}
    for marker, doc_id in found:
        staging_id = by_marker[marker]
        named[staging_id] = (*named.get(staging_id, ()), str(doc_id))
    return named
