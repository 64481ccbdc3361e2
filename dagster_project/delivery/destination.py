"""What a system implements so that the engine can deliver to it, and the values that pass between them.

A destination writes its own outside system and nothing else. It never touches the ledger; the engine
never learns what a board, a document or a job is.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from dagster_project.delivery.outcomes import Held, Outcome, Rejected

Fields = Mapping[str, Any]
"""Mapped column → JSON value: text, int, bool, None; decimals as text, dates as YYYY-MM-DD."""


class Change(StrEnum):
    """How a row differs from what the destination was told; decided by dbt, nowhere else."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    CANCELLED = "CANCELLED"
    REMOVED = "REMOVED"
    REKEYED = "REKEYED"
    UNCHANGED = "UNCHANGED"


class StagedAs(StrEnum):
    """Whether a staged row may go now."""

    PENDING = "PENDING"
    RETRY = "RETRY"
    IN_DOUBT = "IN_DOUBT"
    HELD = "HELD"
    BLOCKED = "BLOCKED"


class Kind(StrEnum):
    """What repeating an operation does, hence how an unknown answer is resolved."""

    CREATE = "create"  # makes another object: probe first
    SET = "set"  # idempotent: send the newest values again
    ARCHIVE = "archive"  # idempotent
    APPEND = "append"  # adds again: carries a marker that the probe finds


@dataclass(frozen=True)
class Row:
    """One staged row. `changed` names the fields whose mapped value differs from the told one."""

    entity: str
    key: str
    change: Change
    values: Fields
    status: StagedAs = StagedAs.PENDING
    changed: frozenset[str] = frozenset()
    revision: int | None = None
    parent_key: str | None = None
    previous_key: str | None = None
    batch: str = ""
    reason: str | None = None
    source_version: str | None = None
    together: str | None = None  # rows that share it travel in one request, alone; None: fill requests up


@dataclass(frozen=True)
class Target:
    """A row that this run has read from the ledger: what the destination may look at when it plans."""

    row: Row
    incarnation: int
    remote_id: str | None
    parent_remote_id: str | None
    told: Fields | None
    resend: frozenset[str] = frozenset()  # changed fields plus those still in doubt
    revision: int = 0  # of the ledger row this was planned on; 0 when there is none
    attempt: int = 0
    held_since: dt.datetime | None = None
    hold: str | None = None  # code of the hold it stands in

    @property
    def ref(self) -> tuple[str, str]:
        """(entity, key), unique within an instance."""
        return self.row.entity, self.row.key


@dataclass(frozen=True)
class Operation:
    """One thing asked of the destination for one row; accepted or refused on its own.

    `tells` is merged into the ledger when the operation is accepted. `payload` is the destination's.
    """

    target: Target
    name: str
    kind: Kind
    tells: Fields
    payload: Any = None


@dataclass(frozen=True)
class Intent:
    """An operation whose request was committed before it was sent, as the ledger remembers it."""

    intent_id: str
    entity: str
    key: str
    incarnation: int
    operation: str
    kind: Kind
    fields: Fields
    request_id: str
    parent_remote_id: str | None = None


@dataclass(frozen=True)
class Found:
    """The probe found remote objects carrying the key; more than one is for a person to clear up."""

    remote_ids: tuple[str, ...]


@dataclass(frozen=True)
class Absent:
    """The probe looked where the object would be, after the quiet period, and it is not there."""


Probe = Found | Absent


@dataclass(frozen=True)
class RemoteObject:
    """An object as the destination holds it now. `values` are in ledger form, sent columns only."""

    entity: str
    remote_id: str
    values: Fields
    key: str | None = None  # external id, when the destination carries one
    parent_remote_id: str | None = None
    created_by_us: bool = True


@dataclass(frozen=True)
class Answer:
    """The server's answer to one request: an outcome per operation, in order, and what to keep of it."""

    outcomes: Sequence[Outcome]
    text: str = ""
    vendor_request_id: str | None = None


@dataclass(frozen=True)
class Preflight:
    """What the destination looks like before anything is sent."""

    schema_version: str
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Entity:
    """One kind of remote object, in the order parents before children."""

    name: str
    staging: str
    completed_status: str
    parent: str | None = None
    batch_field: str | None = None
    identity: Sequence[str] = field(default_factory=tuple)
    likeness: Sequence[str] = field(default_factory=tuple)  # what of the identity never changes
    listed: bool = (
        True  # False: the objects are the destination's own, none of them can be missing or strange
    )


@dataclass(frozen=True)
class Artefact:
    """What one step of a chain has to bring about for an order, given what the steps before it made."""

    key: str
    values: Fields
    shared: bool = False  # orders may want the same one: it belongs to none of them


@dataclass(frozen=True)
class Finished:
    """Nothing is left to be brought about for an order, although not every step was taken."""

    code: str


Wanted = Sequence[Artefact] | Held | Rejected | Finished


@dataclass(frozen=True)
class Walk:
    """How far an order has come: what was told before this run or by its earlier steps, and what those hold."""

    order: Row
    told: Mapping[str, Mapping[str, Fields]]  # entity → artefact key → values, from the ledger
    made: Mapping[str, Sequence[RemoteObject]]
    """entity → objects as they were read back after their step, with the artefacts' keys"""
    hold: str | None = None  # code of the hold it stood in when this run began
    unsettled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """entity → artefact keys that an earlier run asked for without a definite answer"""


class Destination(Protocol):
    """A system that accepts rows. One object per run; it owns its connections."""

    entities: Sequence[Entity]
    quiet_seconds: float
    lanes: int  # requests that may be under way at once; above 1, `send` is called in threads

    def preflight(self) -> Preflight:
        """Check access, version and schema. Raise AccessRefused or PreflightFailed; change nothing."""

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:
        """Return rows of the first entity that staged rows need and the destination lacks (e.g. groups).

        They are delivered by the same engine, each once; empty when the system has no such thing.
        """

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:
        """Look, once before rows are planned together, at what stands there for them.

        Returns, by key, objects that a row without a remote id may adopt instead of making its own; often none.
        """

    def may_send(self, target: Target) -> Held | Rejected | None:
        """Say no without a call: a business hold, or a refusal the destination is known to give."""

    def operations(self, target: Target) -> Sequence[Operation]:
        """Plan a row: no operation means that telling it needs no call."""

    def request_size(self, entity: str) -> int:
        """How many operations the next request may carry; adapts to what was observed."""

    def compose(self, operations: Sequence[Operation]) -> str:
        """Return the exact body of the request, without headers, so that it can be repeated byte for byte."""

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:
        """Send one request; `intents` are its operations in body order, for reading the answer.

        Raises MustWait, RequestRefused, NoDefiniteAnswer or AccessRefused.
        """

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        """Look for what unresolved intents may have made, by intent id. Reads only."""

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:
        """Read objects by remote id; None means it is not there (or archived)."""

    def listing(self, entity: str) -> Iterator[RemoteObject]:
        """Read every live object of an entity."""

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:
        """Compare told with found through per-type normalisers: field → (told, found)."""

    def overwrites(self, entity: str, name: str) -> bool:
        """True when drift of this field is set back rather than only reported."""

    @property
    def calls(self) -> int:
        """Requests made so far, reads included."""


class ChainDestination(Destination, Protocol):
    """A system in which an order is a chain of dependent objects, each made from the ones before it.

    `entities` are the steps, in order; the first is the staged order itself, which is never sent.
    """

    def artefacts(self, step: Entity, walks: Sequence[Walk]) -> Mapping[str, Wanted]:
        """Return, by order key, what a step must bring about; asked once for all orders that got so far."""
