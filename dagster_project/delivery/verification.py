"""Reading back: what the destination holds against what it was told.

A value somebody changed there is *drift*, an object somebody removed there is *Gone*. Both are written
down for people; only fields whose policy says overwrite are staged again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.delivery.destination import Destination, Entity, Intent, Kind, RemoteObject
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import ErrorClass
from dagster_project.delivery.records import Record
from dagster_project.delivery.states import RETIRED, State

SETTLED = frozenset({State.DELIVERED, State.RETRY, State.REJECTED, State.HELD})


@dataclass
class Verified:
    """What reading back found. `strangers` are objects our user made that the ledger does not know."""

    seen: int = 0
    agreed: int = 0
    drifted: list[tuple[str, str, Mapping[str, tuple[Any, Any]]]] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    strangers: list[RemoteObject] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return counts and the first findings as JSON-ready values."""
        return {
            "seen": self.seen,
            "agreed": self.agreed,
            "drift": [
                {"entity": entity, "key": key, "fields": {n: list(pair) for n, pair in fields.items()}}
                for entity, key, fields in self.drifted[:200]
            ],
            "gone": [{"entity": entity, "key": key} for entity, key in self.gone[:200]],
            "strangers": [{"entity": s.entity, "remote_id": s.remote_id} for s in self.strangers[:200]],
        }


class Verification:
    """Compares the destination with the ledger and writes verified times, drift and Gone."""

    def __init__(self, destination: Destination, ledger: Ledger, clock: Clock) -> None:
        self.destination = destination
        self.ledger = ledger
        self.clock = clock
        self._agreed: dict[tuple[str, str], None] = {}

    def everything(self, entities: Iterable[Entity]) -> Verified:
        """Read every live object of the entities that are listed; also finds objects the ledger does not know."""
        verified = Verified()
        for entity in entities:
            if not entity.listed:
                continue
            owned = self.ledger.owned(entity.name)
            remote = {found.remote_id: found for found in self.destination.listing(entity.name)}
            live = {remote_id: record for remote_id, record in owned.items() if _expected(record)}
            self._compare(live, {remote_id: remote.get(remote_id) for remote_id in live}, verified)
            unknown = [
                found for remote_id, found in remote.items() if remote_id not in owned and found.created_by_us
            ]
            verified.strangers += self._strangers(entity, unknown)
        return verified

    def _strangers(self, entity: Entity, unknown: Sequence[RemoteObject]) -> list[RemoteObject]:
        """Leave out what a row in doubt may have made: by its key or, where that is none, by all values."""
        if not unknown:
            return []
        doubtful = self.ledger.in_state(entity.name, State.IN_DOUBT, State.SENDING)
        keys = {record.key for record in doubtful if record.remote_id is None}
        unresolved = self.ledger.unresolved((entity.name, key) for key in keys)
        creates = [i for intents in unresolved.values() for i in intents if i.kind is Kind.CREATE]
        return [
            found
            for found in unknown
            if found.key not in keys and not any(self._made(intent, found) for intent in creates)
        ]

    def _made(self, intent: Intent, found: RemoteObject) -> bool:
        return (
            found.key is None
            and intent.parent_remote_id == found.parent_remote_id
            and not self.destination.differences(intent.entity, intent.fields, found.values)
        )

    def some(self, entity: Entity, keys: Sequence[str]) -> Verified:
        """Read back the objects of some keys, in particular those just delivered."""
        verified = Verified()
        records = self.ledger.records((entity.name, key) for key in keys)
        live = {r.remote_id: r for r in records.values() if r.remote_id is not None and _expected(r)}
        if live:
            self._compare(live, self.destination.read_back(entity.name, list(live)), verified)
        return verified

    def against(self, owned: Mapping[str, Record], remote: Mapping[str, RemoteObject | None]) -> None:
        """Compare rows, by remote id, with what was read of them already; `stamp` writes which of them agree."""
        expected = {remote_id: record for remote_id, record in owned.items() if _expected(record)}
        agreed, changes = self._compared(expected, remote, Verified())
        self._agreed.update(dict.fromkeys(agreed))
        if changes:
            with self.ledger.warehouse.begin() as connection:
                self.ledger.amend(connection, changes)

    def stamp(self, connection: Connection) -> None:
        """Write when rows were read back and agreed that were compared `against` what was there."""
        agreed, self._agreed = self._agreed, {}
        self.ledger.verified(connection, list(agreed))

    def _compare(
        self, live: Mapping[str, Record], remote: Mapping[str, RemoteObject | None], verified: Verified
    ) -> None:
        agreed, changes = self._compared(live, remote, verified)
        with self.ledger.warehouse.begin() as connection:
            self.ledger.amend(connection, changes)
            self.ledger.verified(connection, agreed)

    def _compared(
        self, live: Mapping[str, Record], remote: Mapping[str, RemoteObject | None], verified: Verified
    ) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
        """Return which rows agree, and what is to be changed of the others."""
        agreed: list[tuple[str, str]] = []
        changes: list[dict[str, Any]] = []
        for remote_id, record in live.items():
            found = remote.get(remote_id)
            verified.seen += 1
            if found is None:
                verified.gone.append((record.entity, record.key))
                changes.append(self._gone(record))
                continue
            drift = self.destination.differences(record.entity, record.told or {}, found.values)
            if drift:
                verified.drifted.append((record.entity, record.key, drift))
            else:
                verified.agreed += 1
                agreed.append((record.entity, record.key))
            changes += self._drift(record, drift)
        return agreed, changes

    def _gone(self, record: Record) -> dict[str, Any]:
        return {
            **_verdict(record, None), "state": State.GONE, "error_class": ErrorClass.FIX_ELSEWHERE,
            "error_code": "Gone",
            "error_message": f"{record.entity} {record.key} is not in the destination any more; "
            "retry it with --recreate, or --forget it",
        }  # fmt: skip

    def _drift(self, record: Record, drift: Mapping[str, tuple[Any, Any]]) -> list[dict[str, Any]]:
        """Return the change of the ledger row, if what is known about its drift changes."""
        written = {name: {"told": told, "found": found} for name, (told, found) in sorted(drift.items())}
        known = json.dumps(written, ensure_ascii=False) if written else None
        back = sorted(name for name in drift if self.destination.overwrites(record.entity, name))
        if record.state is not State.DELIVERED or (known == record.drift and not back):
            return []
        change = _verdict(record, known)
        if back:
            change |= {"state": State.RETRY, "doubtful": json.dumps(back)}
        return [change]


def _verdict(record: Record, drift: str | None) -> dict[str, Any]:
    return {
        "entity": record.entity, "business_key": record.key, "state": record.state, "drift": drift,
        "doubtful": None, "error_class": None, "error_code": None, "error_message": None,
    }  # fmt: skip


def _expected(record: Record) -> bool:
    return record.state not in RETIRED and record.state in SETTLED
