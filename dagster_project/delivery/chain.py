"""The chain driver: per order a list of dependent objects, each looked up, allowed, made and verified.

It stands on the same engine as the batch driver: an artefact is a ledger row like any other, claimed,
intended and settled there. An order that cannot go on stops alone; the others never notice.
"""

from collections.abc import Sequence
from dataclasses import replace

from dagster_project.delivery.conclusion import NAMES, conclude, without_call
from dagster_project.delivery.destination import (
    Artefact,
    ChainDestination,
    Change,
    Entity,
    RemoteObject,
    Row,
    StagedAs,
    Target,
)
from dagster_project.delivery.engine import Engine
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import Held, Rejected
from dagster_project.delivery.records import Record
from dagster_project.delivery.report import Report
from dagster_project.delivery.sending import message_of
from dagster_project.delivery.states import RETIRED, State
from dagster_project.delivery.verification import Verification

Made = dict[str, Sequence[RemoteObject]]


class Chain:
    """Drives staged orders through their steps. Build it with the engine of the run."""

    def __init__(self, engine: Engine, destination: ChainDestination, ledger: Ledger) -> None:
        self.engine = engine
        self.destination = destination
        self.ledger = ledger
        self.verification = Verification(destination, ledger, engine.clock)

    def deliver(self, orders: Sequence[Row]) -> Report:
        """Take every order as far as it goes; return what became of each order and each artefact."""
        self.engine.batches.start(orders)
        for number, order in enumerate(orders, start=1):
            targets = self.engine.targets([order])
            if targets:
                self._order(targets[0])
            self.engine.progress(order.entity, number, len(orders))
        self.engine.batches.finish()
        return self.engine.report

    def _order(self, target: Target) -> None:
        made: Made = {}
        for step in self.destination.entities[1:]:
            wanted = self.destination.artefacts(target.row, step, made)
            if isinstance(wanted, Held | Rejected):
                self._stop(target, wanted)
                return
            rows = self._rows(target.row, step, wanted)
            self.engine.entity(step, rows)
            obstacle = self._obstacle(step, wanted)
            if obstacle is not None:
                self._stop(target, obstacle)
                return
            made[step.name] = self._verified(step, wanted)
        self._write(target, conclude(target, [], self.engine.versions, self.engine.clock.now()))
        self.engine.sender.delivered(target.row, "complete")

    def _rows(self, order: Row, step: Entity, wanted: Sequence[Artefact]) -> list[Row]:
        """Compare what a step wants with what was told; only what differs or is unsettled is sent."""
        records = self.ledger.records((step.name, artefact.key) for artefact in wanted)
        rows = []
        for artefact in wanted:
            row = _row(order, step, artefact, records.get((step.name, artefact.key)))
            if row is not None:
                rows.append(row)
        return rows

    def _obstacle(self, step: Entity, wanted: Sequence[Artefact]) -> Held | Rejected | None:
        """Return why an order cannot go on after a step: its artefacts must all be delivered."""
        records = self.ledger.records((step.name, artefact.key) for artefact in wanted)
        for artefact in wanted:
            record = records.get((step.name, artefact.key))
            if record is None or record.state is State.HELD:
                return Held(record.hold_reason if record and record.hold_reason else f"{step.name} is held")
            if record.state is not State.DELIVERED:
                return Held(f"{step.name} {artefact.key}: {record.state}")
        return None

    def _verified(self, step: Entity, wanted: Sequence[Artefact]) -> list[RemoteObject]:
        """Read back what a step made; the next step builds on what is there, not on what was asked."""
        records = self.ledger.records((step.name, artefact.key) for artefact in wanted)
        self.verification.some(step, [artefact.key for artefact in wanted])
        ids = [record.remote_id for record in records.values() if record.remote_id is not None]
        found = self.destination.read_back(step.name, ids) if ids else {}
        return [remote for remote in found.values() if remote is not None]

    def _stop(self, target: Target, verdict: Held | Rejected) -> None:
        columns = without_call(
            target.row, verdict, self.engine.versions, self.engine.clock.now(), target.held_since
        )
        self._write(target, columns)
        self.engine.count(target.row, NAMES[type(verdict)], message_of(verdict))

    def _write(self, target: Target, columns: dict[str, object]) -> None:
        columns = {"attempt": target.attempt, **columns, "incarnation": target.incarnation}
        with self.ledger.warehouse.begin() as connection:
            if target.revision:
                self.ledger.amend(connection, [columns])
            else:
                self.ledger.record_new(connection, [columns])
            self.engine.batches.flush(connection)


def _row(order: Row, step: Entity, artefact: Artefact, record: Record | None) -> Row | None:
    row = Row(
        step.name,
        artefact.key,
        Change.NEW,
        artefact.values,
        batch=order.batch,
        parent_key=artefact.parent_key,
    )
    if record is None or record.state in RETIRED:
        return row
    told = record.told or {}
    changed = frozenset(name for name, value in artefact.values.items() if told.get(name) != value)
    if record.state in (State.IN_DOUBT, State.SENDING):
        change = Change.CHANGED if record.remote_id else Change.NEW
        return replace(row, status=StagedAs.IN_DOUBT, change=change, changed=changed)
    if record.remote_id is None:
        return row
    if changed or record.state is State.RETRY:
        return replace(row, change=Change.CHANGED, changed=changed)
    return None
