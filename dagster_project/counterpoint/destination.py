"""Counterpoint as a destination for staged orders: first what was found about them, then their documents.

Glue between the kernel's protocol and the modules beside it. Who enters the documents is the backend's matter:
our own transaction in the database, or NCR's REST API. A document is made once; what changes afterwards is a
person's decision.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint import reading, verdicts
from dagster_project.counterpoint.answers import opened
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.documents import Document, Place, document_of
from dagster_project.counterpoint.entities import entities_of
from dagster_project.counterpoint.orders import Unfit, order_of
from dagster_project.counterpoint.preflight import Found, look
from dagster_project.counterpoint.reading import DOCUMENTS
from dagster_project.counterpoint.setup import DocIds
from dagster_project.counterpoint.verdicts import VERDICTS
from dagster_project.counterpoint.writing import DocumentWriter
from dagster_project.delivery import destination as kernel
from dagster_project.delivery.destination import (
    Absent,
    Answer,
    Change,
    Entity,
    Fields,
    Intent,
    Kind,
    Operation,
    Preflight,
    Probe,
    RemoteObject,
    Row,
    Target,
)
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import (
    Delivered,
    ErrorClass,
    Held,
    Outcome,
    PreflightFailed,
    Rejected,
)
from dagster_project.settings import Settings

COMPARED = ("CUST_NO", "SHIP_VIA_COD", "TOT_AMT", "TAX_AMT")


class Backend(Protocol):
    """Who enters documents into Counterpoint."""

    quiet_seconds: float
    numbers_are_ours: bool

    def compose(self, documents: Sequence[Document]) -> str:
        """Return the body of a request."""

    def send(self, body: str) -> list[Outcome]:
        """Enter the documents of a body; an outcome per document, in order. Raises what `send` may raise."""

    def find(self, connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return staging id → documents that were made of it, whether or not the staging row says so."""


class DocumentDestination:
    """Delivers verdicts and documents to one company."""

    lanes = 1

    def __init__(
        self, settings: Settings, database: CounterpointDatabase, backend: Backend,
        mappings: Sequence[EntityMapping],
    ) -> None:  # fmt: skip
        self.database = database
        self.backend = backend
        self.quiet_seconds = backend.quiet_seconds
        self.calls = 0
        self.entities: Sequence[Entity] = entities_of(mappings, VERDICTS, DOCUMENTS)
        self._place = place_of(settings)
        self._doc_ids = DocIds(settings.cp_doc_id_first, settings.cp_doc_id_last)
        self._size = settings.counterpoint_orders_per_request
        self._identity = f"{settings.env.value}:{database.name}"
        self._found: Found | None = None
        self._built: dict[str, Document] = {}

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> "DocumentDestination":
        """Build a destination with its backend; opens nothing. Raises MappingError, SettingsError."""
        database = database_of(settings)
        return cls(settings, database, backend_of(settings, database, clock), load_all("counterpoint"))

    # -- before anything is sent --------------------------------------------------------------------

    def preflight(self) -> Preflight:
        """Read tables, codes and counters; raise PreflightFailed with everything that has to change."""
        found = self._look()
        if found.problems:
            raise PreflightFailed("\n".join(found.problems))
        return Preflight(found.fingerprint, found.warnings)

    def _look(self) -> Found:
        with opened(self.database) as connection:
            found = look(connection, self._place, self._doc_ids, by_hand=self.backend.numbers_are_ours)
        self._found = found
        return found

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:  # noqa: ARG002
        """Nothing is made for others' sake."""
        return ()

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:  # noqa: ARG002
        """Nothing is looked up: the claim finds what was made before."""
        return {}

    def may_send(self, target: Target) -> Held | Rejected | None:
        """Refuse what is no document: sums that do not add up, unknown codes, a change after the fact."""
        if target.row.entity == VERDICTS or target.row.change is Change.REMOVED:
            return None
        if target.remote_id is not None:
            return Rejected(
                "ChangedAfterDocument",
                f"changed after document {target.remote_id}: change it in Counterpoint, too",
                ErrorClass.FIX_ELSEWHERE,
            )
        try:
            self._built[target.row.key] = self._document(target)
        except Unfit as error:
            return Rejected(error.code, str(error), field=error.field)
        return None

    def _document(self, target: Target) -> Document:
        found = self._found or self._look()
        identity = f"{self._identity}:{target.row.key}:{target.incarnation}"
        return document_of(order_of(target.row.key, target.row.values), self._place, found.codes, identity)

    # -- sending ------------------------------------------------------------------------------------

    def operations(self, target: Target) -> Sequence[Operation]:
        """A verdict is set, a document is created once; nothing is removed."""
        row = target.row
        if row.change is Change.REMOVED:
            return ()
        if row.entity == VERDICTS:
            return [Operation(target, "verdict", Kind.SET, row.values)]
        document = self._built.pop(row.key, None) or self._document(target)
        return [Operation(target, "document", Kind.CREATE, row.values, document)]

    def request_size(self, entity: str) -> int:  # noqa: ARG002 - one size for both
        """How many orders one request carries."""
        return self._size

    def compose(self, operations: Sequence[Operation]) -> str:
        """Return the exact body for these operations."""
        if operations[0].target.row.entity == VERDICTS:
            return verdicts.compose(operations)
        return self.backend.compose([operation.payload for operation in operations])

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:  # noqa: ARG002
        """Write verdicts in one transaction, or enter documents one by one."""
        self.calls += 1
        if intents[0].entity == VERDICTS:
            with opened(self.database) as connection:
                outcomes = verdicts.write(connection, body)
        else:
            outcomes = self.backend.send(body)
        return Answer(outcomes, _shown(intents, outcomes))

    # -- reading ------------------------------------------------------------------------------------

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        """Look for the documents of unanswered intents, by staging row and, where need be, by note."""
        staging_ids = sorted({int(intent.key) for intent in intents})
        with opened(self.database) as connection:
            found = self.backend.find(connection, staging_ids)
        return {
            intent.intent_id: kernel.Found(found[int(intent.key)]) if int(intent.key) in found else Absent()
            for intent in intents
        }

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:
        """Read documents, or the verdicts of staging rows, by their ids."""
        with opened(self.database) as connection:
            if entity == VERDICTS:
                objects = list(verdicts.judged(connection, [int(one) for one in remote_ids]))
            else:
                objects = list(reading.made(connection, self._doc_ids, remote_ids))
        found = {one.remote_id: one for one in objects}
        return {remote_id: found.get(remote_id) for remote_id in remote_ids}

    def listing(self, entity: str) -> Iterator[RemoteObject]:
        """Read every document that a staging row names, or every verdict that we wrote."""
        with opened(self.database) as connection:
            if entity == VERDICTS:
                yield from list(verdicts.judged(connection))
            else:
                yield from list(reading.made(connection, self._doc_ids))

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:
        """Compare what both sides know: who, which way, and the money."""
        names = verdicts.FIELDS if entity == VERDICTS else COMPARED
        return {
            name: (told.get(name), found[name])
            for name in names
            if name in found and (told.get(name) or None) != (found[name] or None)
        }

    def overwrites(self, entity: str, name: str) -> bool:  # noqa: ARG002
        """A verdict is ours alone and is written anew when somebody empties it; documents are people's."""
        return entity == VERDICTS


def place_of(settings: Settings) -> Place:
    """Return where web orders are entered."""
    return Place(
        settings.cp_store, settings.cp_station, settings.cp_drawer, settings.cp_location, settings.cp_user,
        settings.cp_shipping_charge, settings.cp_fee_charge,
    )  # fmt: skip


def database_of(settings: Settings) -> CounterpointDatabase:
    """Return Counterpoint's database; opens nothing."""
    return CounterpointDatabase(settings.counterpoint, timeout_seconds=settings.counterpoint_timeout_seconds)


def backend_of(settings: Settings, database: CounterpointDatabase, clock: Clock) -> Backend:
    """Return who enters documents, by setting."""
    if settings.counterpoint_backend == "ncr":
        from dagster_project.counterpoint.ncr import NcrDocuments

        return NcrDocuments.from_settings(settings, database, clock)
    at_once = settings.counterpoint_orders_per_request if database.embedded else 1
    per_transaction = settings.counterpoint_orders_per_transaction or at_once
    return DocumentWriter(
        database, settings.cp_store, clock, per_transaction, settings.counterpoint_quiet_seconds
    )


def _shown(intents: Sequence[Intent], outcomes: Sequence[Outcome]) -> str:
    """What the ledger keeps of an answer: key → document, or why there is none."""
    return json.dumps(
        {
            intent.key: outcome.remote_id
            if isinstance(outcome, Delivered)
            else str(getattr(outcome, "message", ""))
            for intent, outcome in zip(intents, outcomes, strict=True)
        },
        ensure_ascii=False,
    )
