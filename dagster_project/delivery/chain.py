"""The chain driver: per order a list of dependent objects, each looked up, allowed, made and read back.

It stands on the same engine as the batch driver: an artefact is a ledger row like any other, claimed, intended
and settled there. Orders go in waves: a step is taken for all orders that got so far, so that the outside system
is read once for all of them and their requests may be under way at the same time. An order that cannot go on
stops alone; the others never notice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dagster_project.delivery.conclusion import NAMES, conclude, without_call
from dagster_project.delivery.destination import (
    Artefact,
    ChainDestination,
    Change,
    Entity,
    Fields,
    Finished,
    RemoteObject,
    Row,
    StagedAs,
    Target,
    Walk,
    Wanted,
)
from dagster_project.delivery.engine import Engine
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import DeliveryError, ErrorClass, Held, LeaseLost, Rejected, Retryable
from dagster_project.delivery.records import Record
from dagster_project.delivery.sending import message_of
from dagster_project.delivery.states import RETIRED, State
from dagster_project.delivery.verification import Verification

Obstacle = Held | Rejected | Retryable
Ended = tuple[Target, dict[str, Any], dict[str, Any]]
"""An order, the columns of its ledger row, and its event."""
COMPLETE = "COMPLETE"


@dataclass
class Progress:
    """An order on its way."""

    target: Target
    told: dict[str, dict[str, Fields]]
    hold: str | None
    unsettled: Mapping[str, frozenset[str]]
    made: dict[str, Sequence[RemoteObject]] = field(default_factory=dict)

    @property
    def walk(self) -> Walk:
        """What the destination may know of it."""
        return Walk(self.target.row, self.told, self.made, self.hold, self.unsettled)


class Chain:
    """Drives staged orders through their steps. Build it with the engine of the run."""

    def __init__(self, engine: Engine, destination: ChainDestination, ledger: Ledger) -> None:
        self.engine = engine
        self.destination = destination
        self.ledger = ledger
        self.verification = Verification(destination, ledger, engine.clock)
        self._known: dict[tuple[str, str], Record] = {}
        self._ended: list[Ended] = []

    def drive(self, orders: Sequence[Row]) -> None:
        """Take every order as far as it goes; every order and every artefact is counted once.

        What became of the orders is written at the end, for all at once, also when the outside system ended the run.
        """
        try:
            self._walk(orders)
        except LeaseLost:
            raise  # whoever has the orders now writes what becomes of them
        except DeliveryError:
            self._write()
            raise
        self._write()

    def _walk(self, orders: Sequence[Row]) -> None:
        going = self._set_out(orders)
        total = len(going)
        for step in self.destination.entities[1:]:
            if going:
                going = self._step(step, going)
                self.engine.progress(step.name, len(going), total)
        self._finish([(one, COMPLETE) for one in going.values()])

    def _set_out(self, orders: Sequence[Row]) -> dict[str, Progress]:
        targets = self.engine.targets(orders)
        keys = [target.row.key for target in targets]
        told: dict[str, dict[str, dict[str, Fields]]] = {}
        doubtful: dict[str, dict[str, frozenset[str]]] = {}
        self._known = self.ledger.children(keys)
        for record in self._known.values():
            if record.parent_key is None or record.state in RETIRED:
                continue
            if record.told is not None:
                told.setdefault(record.parent_key, {}).setdefault(record.entity, {})[record.key] = record.told
            if record.state in (State.IN_DOUBT, State.SENDING):
                some = doubtful.setdefault(record.parent_key, {})
                some[record.entity] = some.get(record.entity, frozenset()) | {record.key}
        return {
            key: Progress(target, told.get(key, {}), target.hold, doubtful.get(key, {}))
            for key, target in ((target.row.key, target) for target in targets)
        }

    def _step(self, step: Entity, going: Mapping[str, Progress]) -> dict[str, Progress]:
        """Take one step for all; return those that may take the next."""
        wanted = self.destination.artefacts(step, [one.walk for one in going.values()])
        on = {key: one for key, one in going.items() if _is_list(wanted[key])}
        artefacts = {key: _listed(wanted[key]) for key in on}
        ended = [(one, wanted[key]) for key, one in going.items()]
        self._finish([(one, end.code) for one, end in ended if isinstance(end, Finished)])
        self._stop([(one, end) for one, end in ended if isinstance(end, Held | Rejected)])
        if not any(artefacts.values()):
            return on
        sent, records = self._send(step, on, artefacts)
        found = self._read_back(step, records, sent)
        stopped = {key: o for key in on if (o := _obstacle(step, artefacts[key], records)) is not None}
        self._stop([(on[key], obstacle) for key, obstacle in stopped.items()])
        for key, one in on.items():
            held = [records[artefact.key] for artefact in artefacts[key] if artefact.key in records]
            one.made[step.name] = [
                replace(found[record.remote_id], key=record.key)
                for record in held
                if record.remote_id is not None and record.remote_id in found
            ]
            told = {record.key: record.told for record in held if record.told is not None}
            one.told[step.name] = {**one.told.get(step.name, {}), **told}
        return {key: one for key, one in on.items() if key not in stopped}

    def _send(
        self, step: Entity, on: Mapping[str, Progress], artefacts: Mapping[str, Sequence[Artefact]]
    ) -> tuple[set[str], Mapping[str, Record]]:
        """Deliver what a step lacks; return the keys, and the ledger rows of all its artefacts afterwards.

        What was found there may differ: that is told at once.
        """
        records = self._records(step, artefacts)
        rows = _rows(step, on, artefacts, records)
        if not rows:
            return set(), records
        records = self._delivered(step, artefacts, rows)
        adopted = {key for key, record in records.items() if record.state is State.DELIVERED}
        if rest := [row for row in _rows(step, on, artefacts, records) if row.key in adopted]:
            records = self._delivered(step, artefacts, rest)
        return {row.key for row in rows}, records

    def _delivered(
        self, step: Entity, artefacts: Mapping[str, Sequence[Artefact]], rows: Sequence[Row]
    ) -> dict[str, Record]:
        """Deliver rows; return the ledger rows of all artefacts of the step afterwards."""
        self.engine.entity(step, rows)
        for row in rows:
            self._known.pop((row.entity, row.key), None)
        return self._records(step, artefacts)

    def _records(self, step: Entity, artefacts: Mapping[str, Sequence[Artefact]]) -> dict[str, Record]:
        """Return ledger rows; those of orders that set out are known, and nobody else changes them while we walk."""
        refs = dict.fromkeys((step.name, artefact.key) for some in artefacts.values() for artefact in some)
        self._known |= self.ledger.records(ref for ref in refs if ref not in self._known)
        return {ref[1]: self._known[ref] for ref in refs if ref in self._known}

    def _read_back(
        self, step: Entity, records: Mapping[str, Record], sent: set[str]
    ) -> dict[str, RemoteObject]:
        """Read what a step holds; the next step builds on what is there, not on what was asked.

        What was sent just now and does not show yet is not gone: some systems show things late.
        """
        by_id = {r.remote_id: r for r in records.values() if r.remote_id is not None and r.live}
        if not by_id:
            return {}
        read = self.destination.read_back(step.name, list(by_id))
        late = {i for i, record in by_id.items() if read.get(i) is None and record.key in sent}
        self.verification.against({i: record for i, record in by_id.items() if i not in late}, read)
        return {remote_id: found for remote_id, found in read.items() if found is not None}

    # -- how an order ends --------------------------------------------------------------------------

    def _finish(self, finished: Sequence[tuple[Progress, str]]) -> None:
        now, versions = self.engine.clock.now(), self.engine.versions
        for one, code in finished:
            self._ended.append(
                (one.target, conclude(one.target, [], versions, now), self._event(one, "DELIVERED", code))
            )

    def _stop(self, stopped: Sequence[tuple[Progress, Obstacle]]) -> None:
        now, versions = self.engine.clock.now(), self.engine.versions
        for one, why in stopped:
            said, name = message_of(why), NAMES[type(why)]
            columns = without_call(one.target.row, why, versions, now, _since(one, why))
            event = self._event(one, name, getattr(why, "code", None), said)
            self._ended.append((one.target, columns, event))

    def _event(
        self, one: Progress, outcome: str, code: str | None, message: str | None = None
    ) -> dict[str, Any]:
        """How far an order came in this run: its history, and what people are told."""
        target = one.target
        return {
            "kind": "OUTCOME", "entity": target.row.entity, "business_key": target.row.key,
            "incarnation": target.incarnation, "operation": code, "outcome": outcome,
            "message": message, "batch_id": self.engine.batches.batch_id(target.row),
        }  # fmt: skip

    def _write(self) -> None:
        """Write and count what orders became, each with its event, and which objects are there as they were told."""
        ended, self._ended = self._ended, []
        rows = [
            (target, {"attempt": target.attempt, **columns, "incarnation": target.incarnation})
            for target, columns, _ in ended
        ]
        self.engine.sender.scope.keep()
        for target, _, event in ended:
            self._count(target.row, event["outcome"], event["message"])
        with self.ledger.warehouse.begin() as connection:
            self.verification.stamp(connection)
            self.ledger.amend(connection, [columns for target, columns in rows if target.revision])
            self.ledger.record_new(connection, [columns for target, columns in rows if not target.revision])
            self.engine.batches.flush(connection)
            self.ledger.events(connection, [event for _, _, event in ended])

    def _count(self, row: Row, outcome: str, message: str | None) -> None:
        if outcome == "DELIVERED":
            self.engine.sender.delivered(row, "complete")
        else:
            self.engine.count(row, outcome, message)


def _is_list(wanted: Wanted) -> bool:
    return not isinstance(wanted, Held | Rejected | Finished)


def _listed(wanted: Wanted) -> Sequence[Artefact]:
    return () if isinstance(wanted, Held | Rejected | Finished) else wanted


def _since(one: Progress, why: Obstacle) -> Any:
    """A hold ages while it is the same one; another hold begins anew."""
    return one.target.held_since if isinstance(why, Held) and why.code == one.hold else None


def _obstacle(step: Entity, wanted: Sequence[Artefact], records: Mapping[str, Record]) -> Obstacle | None:
    """Return why an order cannot go on after a step: its artefacts must all be delivered."""
    return next(_obstacles(step, wanted, records), None)


def _obstacles(step: Entity, wanted: Sequence[Artefact], records: Mapping[str, Record]) -> Iterator[Obstacle]:
    for artefact in wanted:
        record = records.get(artefact.key)
        what = f"{step.name} {artefact.key}"
        if record is None:
            yield Retryable("NotTaken", f"{what} was taken by another run")
        elif record.state is State.HELD:
            yield Held(record.hold_reason or f"{what} is held", record.error_code)
        elif record.state in (State.REJECTED, State.GONE, State.AMBIGUOUS, State.FORGOTTEN, State.ARCHIVED):
            yield Rejected(
                step.name, f"{what}: {record.error_message or record.state}",
                ErrorClass(record.error_class or ErrorClass.FIX_ELSEWHERE),
            )  # fmt: skip
        elif record.state is not State.DELIVERED:
            yield Retryable(step.name, f"{what}: {record.error_message or record.state}")


def _rows(
    step: Entity,
    on: Mapping[str, Progress],
    artefacts: Mapping[str, Sequence[Artefact]],
    records: Mapping[str, Record],
) -> list[Row]:
    """Compare what a step wants with what was told; only what differs or is unsettled is sent."""
    rows: dict[str, Row] = {}
    for key, some in artefacts.items():
        for artefact in some:
            row = _row(on[key].target.row, step, artefact, records.get(artefact.key))
            if row is not None:
                rows.setdefault(artefact.key, row)  # two orders may want the same shared one
    return list(rows.values())


def _row(order: Row, step: Entity, artefact: Artefact, record: Record | None) -> Row | None:
    row = Row(
        step.name,
        artefact.key,
        Change.NEW,
        artefact.values,
        batch=order.batch,
        parent_key=None if artefact.shared else order.key,
        together=None if artefact.shared else order.key,
    )
    if record is None or record.state in RETIRED:
        return row
    told = record.told or {}
    changed = frozenset(name for name, value in artefact.values.items() if told.get(name) != value)
    if record.state in (State.IN_DOUBT, State.SENDING):
        change = Change.CHANGED if record.remote_id else Change.NEW
        return replace(row, status=StagedAs.IN_DOUBT, change=change, changed=changed)
    if record.remote_id is None and record.state is not State.DELIVERED:
        return row
    # what was held or refused and put back is not in its way any more: it has nothing to say, and is delivered
    if changed or record.state in (State.RETRY, State.HELD, State.REJECTED):
        return replace(row, change=Change.CHANGED, changed=changed)
    return None
