"""What the engine sees of ledger rows and events, read from the tables."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dagster_project.delivery.destination import Fields, Intent, Kind
from dagster_project.delivery.states import RETIRED, State


@dataclass(frozen=True)
class Record:
    """A ledger row, as far as the engine looks at it."""

    entity: str
    key: str
    state: State
    revision: int
    incarnation: int
    attempt: int
    told: Fields | None
    doubtful: frozenset[str]
    remote_id: str | None
    parent_key: str | None
    hold_since: dt.datetime | None
    drift: str | None = None
    hold_reason: str | None = None
    error_class: str | None = None
    error_code: str | None = None
    error_message: str | None = None

    @property
    def live(self) -> bool:
        """True when, by our word, a remote object exists for this key."""
        return self.remote_id is not None and self.state not in RETIRED


def dump(fields: Fields | None) -> str | None:
    """Return fields as the ledger's JSON; keys keep their order, characters stay readable."""
    return None if fields is None else json.dumps(dict(fields), ensure_ascii=False)


COLUMNS = (
    "entity", "business_key", "state", "revision", "incarnation", "attempt", "told", "doubtful", "remote_id",
    "parent_key", "hold_since", "drift", "hold_reason", "error_class", "error_code", "error_message",
)  # fmt: skip
"""Of a ledger row, what a record is read from."""


def record_of(row: sa.Row[Any]) -> Record:
    """Read a ledger row."""
    return Record(
        entity=row.entity,
        key=row.business_key,
        state=State(row.state),
        revision=row.revision,
        incarnation=row.incarnation,
        attempt=row.attempt,
        told=json.loads(row.told) if row.told else None,
        doubtful=frozenset(json.loads(row.doubtful)) if row.doubtful else frozenset(),
        remote_id=row.remote_id,
        parent_key=row.parent_key,
        hold_since=row.hold_since,
        drift=row.drift,
        hold_reason=row.hold_reason,
        error_class=row.error_class,
        error_code=row.error_code,
        error_message=row.error_message,
    )


def intent_of(event: sa.Row[Any]) -> Intent:
    """Read an intent from its event."""
    kind, _, operation = event.operation.partition(":")
    return Intent(
        intent_id=event.intent_id,
        entity=event.entity,
        key=event.business_key,
        incarnation=event.incarnation,
        operation=operation,
        kind=Kind(kind),
        fields=json.loads(event.fields) if event.fields else {},
        request_id=event.request_id,
        parent_remote_id=event.remote_id,
    )
