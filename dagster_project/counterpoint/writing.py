"""Writes documents into Counterpoint's database: claim, numbers, rows, stock, staging row - all or nothing.

Each order is whole or not there at all, and it is made once because its transaction begins by claiming its
staging row. On SQL Server a transaction holds one order, so that Counterpoint's own clients never wait for more
than that. A DuckDB file has one process at a time and nobody to keep waiting, so there a transaction may hold
several; what refuses one of them sends each its own way.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint import sets
from dagster_project.counterpoint.claims import claim, standing, verdict_on
from dagster_project.counterpoint.database import (
    Busy,
    CounterpointDatabase,
    Denied,
    Lost,
    Refused,
    Unreachable,
    transaction,
)
from dagster_project.counterpoint.documents import NOW, Document, compose, parse
from dagster_project.counterpoint.inventory import commit_stock
from dagster_project.counterpoint.numbers import Numbers, NumbersRefused
from dagster_project.counterpoint.reading import named_by_staging
from dagster_project.counterpoint.tables import (
    DOCUMENT,
    HEADER,
    LINE,
    ORDER_EXTRA,
    ORDER_STAGING,
    PAYMENT,
)
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    ErrorClass,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    Retryable,
    Unknown,
)
from dagster_project.delivery.sending import no_checkpoint

ATTEMPTS = 10
PAUSE_SECONDS, LONGEST_PAUSE = 0.05, 2.0
POINTS = ("claimed", "numbered", "written", "stocked", "committing", "committed")
"""Where a crash test may end the process: five inside the transaction, one behind it."""

_DOC_ID = sa.Column("DOC_ID_TEXT", sa.String(15))
_CARRY_TICKET = frozenset({HEADER.name, LINE.name, PAYMENT.name})


@dataclass(frozen=True)
class Numbered:
    """A document with the numbers it was given."""

    document: Document
    doc_id: int
    ticket: str


class DocumentWriter:
    """Writes the documents of a request and says what became of each; the backend `sql`."""

    numbers_are_ours = True

    def __init__(
        self, database: CounterpointDatabase, store: str, clock: Clock, per_transaction: int = 1,
        quiet_seconds: float = 0.0, checkpoint: Callable[[str], None] = no_checkpoint,
    ) -> None:  # fmt: skip
        self._database = database
        self._numbers = Numbers(store)
        self._clock = clock
        self._per_transaction = max(1, per_transaction)
        self.checkpoint = checkpoint
        self.quiet_seconds = quiet_seconds

    def compose(self, documents: Sequence[Document]) -> str:
        """Return the body of a request."""
        return compose(documents)

    def send(self, body: str) -> list[Outcome]:
        """Write the documents of a body; see `write`."""
        return self.write(parse(body))

    def find(self, connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return what was made of staging rows: document and staging row were committed together."""
        return named_by_staging(connection, staging_ids)

    def write(self, documents: Sequence[Document]) -> list[Outcome]:
        """Return an outcome per document, in order.

        Raises MustWait when no connection came about, AccessRefused when the login may not write, and
        NoDefiniteAnswer when the connection broke before anything was committed.
        """
        outcomes: list[Outcome] = []
        try:
            with self._database.connect() as connection:
                for group in _groups(documents, self._per_transaction):
                    outcomes += self._group(connection, group)
        except Unreachable as error:
            raise MustWait(str(error), code="NoConnection") from None
        except Denied as error:
            raise AccessRefused(str(error)) from None
        except Lost as error:
            if not outcomes:
                raise NoDefiniteAnswer(str(error)) from None
            outcomes += [Unknown(str(error))] * (len(documents) - len(outcomes))
        return outcomes

    def _group(self, connection: Connection, group: Sequence[Document]) -> list[Outcome]:
        try:
            return self._patiently(connection, group)
        except (Refused, NumbersRefused) as error:
            if len(group) > 1:
                return [outcome for document in group for outcome in self._group(connection, [document])]
            return [_refusal(error)]

    def _patiently(self, connection: Connection, group: Sequence[Document]) -> list[Outcome]:
        said = ""
        for attempt in range(ATTEMPTS):
            try:
                return self._together(connection, group)
            except Busy as error:
                said = str(error)
                pause = min(LONGEST_PAUSE, PAUSE_SECONDS * 2**attempt)
                self._clock.sleep(pause * random.uniform(0.5, 1.5))  # not all at once again
        return [Retryable("Busy", said)] * len(group)

    def _together(self, connection: Connection, group: Sequence[Document]) -> list[Outcome]:
        """Write a group in one transaction; those that were made before are adopted."""
        with transaction(connection):
            moment = sets.now(connection)
            ours = claim(connection, [document.staging_id for document in group], moment)
            self.checkpoint("claimed")
            numbered = self._numbered(connection, [d for d in group if d.staging_id in ours])
            if numbered:
                self._write(connection, numbered, moment)
            self.checkpoint("committing")
        self.checkpoint("committed")
        made = {one.document.staging_id: one for one in numbered}
        others = [d.staging_id for d in group if d.staging_id not in made]
        found = self._standing(connection, others)
        return [
            Delivered(str(made[d.staging_id].doc_id)) if d.staging_id in made else found[d.staging_id]
            for d in group
        ]

    def _numbered(self, connection: Connection, documents: Sequence[Document]) -> list[Numbered]:
        if not documents:
            return []
        tickets = self._numbers.tickets(connection, len(documents))
        doc_ids = self._numbers.documents(connection, len(documents))
        self.checkpoint("numbered")
        return [Numbered(*one) for one in zip(documents, doc_ids, tickets, strict=True)]

    def _write(self, connection: Connection, numbered: Sequence[Numbered], moment: dt.datetime) -> None:
        for table in DOCUMENT:
            rows = [row for one in numbered for row in rows_of(one, table, moment)]
            sets.insert(connection, table, rows)
        self.checkpoint("written")
        commit_stock(connection, (entry for one in numbered for entry in one.document.stock))
        self.checkpoint("stocked")
        _mark_applied(connection, numbered)

    def _standing(self, connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, Outcome]:
        if not staging_ids:
            return {}
        with transaction(connection):
            rows = standing(connection, staging_ids)
        return {staging_id: verdict_on(staging_id, rows.get(staging_id)) for staging_id in staging_ids}


def rows_of(one: Numbered, table: sa.Table, moment: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield the rows of a document in a table, with its numbers and the moment of entry."""
    ticket = {"TKT_NO": one.ticket} if table.name in _CARRY_TICKET else {}
    for row in one.document.rows.get(table.name, ()):
        dated = {name: moment if value == NOW else value for name, value in row.items()}
        yield {"DOC_ID": one.doc_id, **ticket, **sets.typed(table, dated)}


def _mark_applied(connection: Connection, numbered: Sequence[Numbered]) -> None:
    """Say in the staging row what became of it; an error of an earlier attempt is no longer true."""
    staging, extra = sets.name_of(ORDER_STAGING), sets.name_of(ORDER_EXTRA)
    columns = (ORDER_STAGING.c.STAGING_ID, _DOC_ID, ORDER_EXTRA.c.CP_TKT_NO)
    rows = [
        {"STAGING_ID": one.document.staging_id, "DOC_ID_TEXT": str(one.doc_id), "CP_TKT_NO": one.ticket}
        for one in numbered
    ]
    with sets.source(connection, columns, rows) as (found, bound):
        changed = sets.run(
            connection,
            f"update {staging} set CP_DOC_ID = r.DOC_ID_TEXT, IS_VALIDATED = 1, VALIDATION_ERROR = null "
            f"from {found} as r where {staging}.STAGING_ID = r.STAGING_ID",
            bound,
        )
        if changed != len(numbered):
            raise RuntimeError(f"{staging}: {len(numbered)} rows claimed, {changed} marked")
    with sets.source(connection, columns, rows) as (found, bound):
        sets.run(
            connection,
            f"update {extra} set CP_TKT_NO = r.CP_TKT_NO from {found} as r "
            f"where {extra}.STAGING_ID = r.STAGING_ID",
            bound,
        )


def _refusal(error: Exception) -> Rejected:
    if isinstance(error, NumbersRefused):
        return Rejected("NoNumber", str(error), ErrorClass.FIX_ELSEWHERE)
    return Rejected("RefusedByDatabase", str(error))


def _groups(documents: Sequence[Document], size: int) -> Iterator[Sequence[Document]]:
    for start in range(0, len(documents), size):
        yield documents[start : start + size]
