"""What operators may decide about single rows: retry, recreate, forget, pair, resync. All leave a note.

A decision only changes the ledger; the next run stages and sends what follows from it.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import ErrorClass
from dagster_project.delivery.records import Record
from dagster_project.delivery.states import State

UNSETTLED = frozenset({State.SENDING, State.IN_DOUBT})
WAITS_FOR_A_PERSON = frozenset({State.GONE, State.AMBIGUOUS})
SETTLED: Mapping[str, Any] = {
    "tried": None, "next_attempt": None, "error_class": None, "error_code": None, "error_field": None,
    "error_message": None, "drift": None,
}  # fmt: skip
"""Columns of a row about which nothing is left to be said."""
GIVEN_UP = {
    "error_class": ErrorClass.BUSINESS_HOLD,
    "error_code": "Forgotten",
    "error_message": "an operator gave it up",
}


@dataclass(frozen=True)
class Decision:
    """How many rows an operator's decision changed, and which it could not."""

    changed: int
    untouched: Sequence[str] = ()


class Operators:
    """Operators' decisions about rows of one instance."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger = ledger
        self.clock = clock

    def find(self, keys: Iterable[str]) -> list[Record]:
        """Return the ledger rows of business keys, whatever entity they are."""
        return list(self.ledger.of_keys(keys).values())

    def retry(self, records: Sequence[Record]) -> Decision:
        """Stage refused rows again, although nothing about them changed."""
        able = [r for r in records if r.state in (State.REJECTED, State.RETRY)]
        return self._decide(records, able, State.RETRY, "an operator retries it")

    def recreate(self, records: Sequence[Record]) -> Decision:
        """Give up what is gone: the key is staged as new, as its next incarnation, with its children."""
        able = [r for r in records if r.state in WAITS_FOR_A_PERSON or r.state is State.FORGOTTEN]
        return self._decide([*records], self._with_children(able), State.ARCHIVED, "an operator recreates it")

    def forget(self, records: Sequence[Record]) -> Decision:
        """Give a key and its children up: they stand in ERR_ as such and are not delivered any more."""
        able = [r for r in records if r.state in WAITS_FOR_A_PERSON or r.state is State.REJECTED]
        children = self._with_children(able)
        return self._decide([*records], children, State.FORGOTTEN, "an operator forgets it", GIVEN_UP)

    def put(
        self, entity: str, key: str, state: State, note: str, operation: str, words: Mapping[str, str],
    ) -> bool:  # fmt: skip
        """Put a key into a state whatever it is in, also one that the ledger does not know yet.

        What was told is kept; a hold or a refusal is over, `words` are the columns that say why. False when the
        row is being sent or in doubt: that has to be settled first.
        """
        record = self.ledger.records([(entity, key)]).get((entity, key))
        if record is not None and record.state in UNSETTLED:
            return False
        row = {"entity": entity, "business_key": key, "state": state, **words}
        with self.ledger.warehouse.begin() as connection:
            if record is None:
                put = len(self.ledger.record_new(connection, [{**row, "incarnation": 1, "attempt": 0}]))
            else:
                put = self.ledger.amend(
                    connection, [{**SETTLED, "hold_reason": None, "hold_since": None, **row}]
                )
            if put:
                self._note(connection, [(entity, key, record.incarnation if record else 1)], note, operation)
        return put > 0

    def pair(self, record: Record, remote_id: str, told: str) -> Decision:
        """Say which remote object an ambiguous row is."""
        if record.state is not State.AMBIGUOUS:
            return Decision(0, [record.key])
        change = {
            "entity": record.entity, "business_key": record.key, "state": State.DELIVERED,
            "remote_id": remote_id, "told": told,
            "error_class": None, "error_code": None, "error_message": None,
        }  # fmt: skip
        return self._write([record], [change], f"an operator pairs it with {remote_id}")

    def resync(
        self, records: Sequence[Record], names: Sequence[str] | None = None, kept: Collection[str] = ()
    ) -> Decision:
        """Send told values again although nothing changed: the named fields, or all but those in `kept`.

        `kept` are fields that were written once and belong to the destination's users since.
        """
        able = [r for r in records if r.state is State.DELIVERED and r.told]
        changes = [
            {
                "entity": r.entity, "business_key": r.key, "state": State.RETRY,
                "doubtful": json.dumps(
                    [n for n in (r.told or {}) if (n not in kept if names is None else n in names)]
                ),
            }
            for r in able
        ]  # fmt: skip
        return self._write(able, changes, f"an operator sends {', '.join(names) if names else 'it'} again")

    def _with_children(self, records: Sequence[Record]) -> list[Record]:
        chosen = {(r.entity, r.key): r for r in records}
        chosen.update(self.ledger.children({r.key for r in records}))
        return list(chosen.values())

    def _decide(
        self, asked: Sequence[Record], able: Sequence[Record], state: State, note: str,
        words: Mapping[str, str] | None = None,
    ) -> Decision:  # fmt: skip
        changes = [
            {
                "entity": r.entity, "business_key": r.key, "state": state, **SETTLED, **(words or {}),
            }
            for r in able
        ]  # fmt: skip
        decision = self._write(able, changes, note)
        chosen = {(r.entity, r.key) for r in able}
        return Decision(decision.changed, [r.key for r in asked if (r.entity, r.key) not in chosen])

    def _write(self, records: Sequence[Record], changes: Sequence[Mapping[str, Any]], note: str) -> Decision:
        with self.ledger.warehouse.begin() as connection:
            changed = self.ledger.amend(connection, changes)
            self._note(connection, [(r.entity, r.key, r.incarnation) for r in records], note)
        return Decision(changed)

    def _note(
        self, connection: Connection, refs: Iterable[tuple[str, str, int]], note: str,
        operation: str | None = None,
    ) -> None:  # fmt: skip
        self.ledger.events(
            connection,
            [
                {"kind": "NOTE", "entity": entity, "business_key": key, "incarnation": incarnation,
                 "operation": operation, "message": note}
                for entity, key, incarnation in refs
            ],
        )  # fmt: skip
