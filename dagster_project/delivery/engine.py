"""The engine: the one entry point for delivering staged rows, and the batch driver.

Schedule, targeted run, retry, resync and chain (chain.py) all end here. A row passes: business hold, claim, intent,
call, outcome. Rows are never dropped: each is counted under exactly one outcome.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dagster_project.clock import Clock
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.conclusion import NAMES, Versions, conclude, without_call
from dagster_project.delivery.destination import (
    Change,
    Destination,
    Entity,
    Preflight,
    RemoteObject,
    Row,
    StagedAs,
    Target,
)
from dagster_project.delivery.doubt import Doubts
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import AccessRefused, Held, Rejected
from dagster_project.delivery.records import Record, dump
from dagster_project.delivery.rekeying import Move
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Registry, Scope
from dagster_project.delivery.sending import Patience, Sender, message_of, no_checkpoint
from dagster_project.delivery.states import RETIRED, State
from dagster_project.delivery.transport import Plan

CHUNK = 500
Progress = Callable[[str, int, int], None]


def silent(_entity: str, _done: int, _total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Policy:
    """What an operator may set about delivering."""

    retry_after: dt.timedelta = dt.timedelta(hours=24)
    patience: Patience = field(default_factory=Patience)
    rounds_of_doubt: int = 3


class Engine:
    """Delivers the staged rows of one run to one destination."""

    def __init__(
        self, destination: Destination, ledger: Ledger, scope: Scope, batches: Batches, clock: Clock, *,
        preflight: Preflight, mapping_versions: Mapping[str, str], policy: Policy | None = None,
        checkpoint: Callable[[str], None] = no_checkpoint, progress: Progress = silent,
    ) -> None:  # fmt: skip
        self.policy = policy or Policy()
        self.destination = destination
        self.ledger = ledger
        self.batches = batches
        self.clock = clock
        self.progress = progress
        self.report = Report()
        self.versions = Versions(mapping_versions, preflight.schema_version, self.policy.retry_after)
        self.sender = Sender(
            destination, ledger, scope, batches, clock, self.versions, self.report,
            self.policy.patience, checkpoint,
        )  # fmt: skip
        self.doubts = Doubts(destination, ledger, self.sender, self.targets)

    def deliver(self, staged: Sequence[Row], drive: Callable[[Sequence[Row]], None] | None = None) -> Report:
        """Deliver rows, parents before children or as `drive` takes them; return what became of each.

        Raises AccessRefused (the destination is paused by then), MustWait and LeaseLost after having
        written down everything that was answered. Rows not reached stay staged.
        """
        started = self.clock.now()
        staged = self._once_each(staged)
        self.batches.start(staged)
        error: str | None = None
        try:
            (drive or self._batch)(staged)
        except AccessRefused as refused:
            Registry(self.ledger.warehouse, self.clock).pause(self.ledger.run.system, str(refused))
            error = str(refused)
            raise
        except BaseException as stopped:
            error = f"{type(stopped).__name__}: {stopped}"
            raise
        finally:
            self.report.seconds = (self.clock.now() - started).total_seconds()
            self.batches.finish(error)
        return self.report

    def _batch(self, staged: Sequence[Row]) -> None:
        for entity in self.destination.entities:
            self.entity(entity, self._rows_of(entity, staged))

    def _once_each(self, staged: Sequence[Row]) -> list[Row]:
        """A key staged twice is a defect upstream; sending it twice would make it ours."""
        rows = {(row.entity, row.key): row for row in staged}
        if len(rows) < len(staged):
            self.report.warnings.append(f"{len(staged) - len(rows)} rows were staged more than once")
        return list(rows.values())

    def _rows_of(self, entity: Entity, staged: Sequence[Row]) -> list[Row]:
        if entity.staging:
            return [row for row in staged if row.entity == entity.name]
        needed = [
            row for row in staged if row.status is not StagedAs.HELD and row.change is not Change.REMOVED
        ]
        rows = {row.key: row for row in self.destination.prerequisites(needed)}
        for record in self.ledger.in_state(entity.name, State.IN_DOUBT):
            values = record.told or {}
            rows[record.key] = Row(entity.name, record.key, Change.NEW, values, StagedAs.IN_DOUBT)
        return list(rows.values())

    def entity(self, entity: Entity, rows: Sequence[Row]) -> None:
        """Deliver the rows of one entity; the step both drivers are made of."""
        rows = self._rekey(rows)
        self._hold([row for row in rows if row.status is StagedAs.HELD])
        for row in rows:
            if row.status is StagedAs.BLOCKED:
                self.count(row, "BLOCKED", row.reason)
        doubtful = [row for row in rows if row.status is StagedAs.IN_DOUBT]
        ready = [row for row in rows if row.status in (StagedAs.PENDING, StagedAs.RETRY)]
        self._send(entity, [*self.doubts.resolve(doubtful), *ready])
        self._resolve_own_doubts(entity, rows)
        if entity.staging:
            self.batches.completed(entity)

    def _resolve_own_doubts(self, entity: Entity, rows: Sequence[Row]) -> None:
        """Resolve what went into doubt within this run, a few times, before leaving it to the next one."""
        by_key = {row.key: row for row in rows}
        for _ in range(self.policy.rounds_of_doubt):
            if not any(self.report.tally.of(row) == "UNKNOWN" for row in rows):
                return
            records = [r for r in self.ledger.in_state(entity.name, State.IN_DOUBT) if r.key in by_key]
            again = [self._in_doubt(by_key[record.key], record) for record in records]
            again = [row for row in again if self.report.tally.of(row) == "UNKNOWN"]
            if not again:
                return
            self._send(entity, self.doubts.resolve(again))

    def _in_doubt(self, row: Row, record: Record) -> Row:
        change = row.change if record.remote_id or row.change is Change.REMOVED else Change.NEW
        return replace(row, revision=record.revision, status=StagedAs.IN_DOUBT, change=change)

    # -- planning -----------------------------------------------------------------------------------

    def targets(self, rows: Sequence[Row]) -> list[Target]:
        """Join rows with the ledger; those staged on another revision or without parent are counted out."""
        entities = {entity.name: entity for entity in self.destination.entities}
        refs = [(row.entity, row.key) for row in rows]
        parents = [
            (parent, row.parent_key)
            for row in rows
            if (parent := entities[row.entity].parent) and row.parent_key
        ]
        records = self.ledger.records([*refs, *parents])
        targets = []
        for row in rows:
            target = self._target(row, entities[row.entity], records)
            if target is not None:
                targets.append(target)
        return targets

    def _target(self, row: Row, entity: Entity, records: Mapping[tuple[str, str], Record]) -> Target | None:
        record = records.get((row.entity, row.key))
        if entity.staging and (record.revision if record else None) != row.revision:
            self.count(row, "SKIPPED", "another run changed this row after it was staged")
            return None
        parent = records.get((entity.parent, row.parent_key)) if entity.parent and row.parent_key else None
        if entity.parent and (parent is None or not parent.live or parent.state is State.GONE):
            self.count(row, "BLOCKED", f"its {entity.parent} row {row.parent_key} is not delivered")
            return None
        parent_remote_id = parent.remote_id if parent else None
        if record is None:
            return Target(row, 1, None, parent_remote_id, None, frozenset(row.values))
        # a prerequisite asked for anew is not there any more, whatever the ledger says
        anew = not entity.staging and row.change is Change.NEW and record.live
        starts_over = record.state in RETIRED or anew
        if starts_over:
            return Target(
                row, record.incarnation + 1, None, parent_remote_id, None, frozenset(row.values),
                record.revision, record.attempt,
            )  # fmt: skip
        return Target(
            row, record.incarnation, record.remote_id, parent_remote_id, record.told,
            row.changed | record.doubtful, record.revision, record.attempt, record.hold_since,
            record.error_code if record.state is State.HELD else None,
        )  # fmt: skip

    def _send(self, entity: Entity, rows: Sequence[Row]) -> None:
        done = 0

        def further(count: int) -> None:
            nonlocal done
            done += count
            self.progress(entity.name, done, len(rows))

        for chunk in _chunks(rows):
            self.sender.send(self._groups(entity, self._plans(self.targets(chunk))), further)
        if rows:
            self.progress(entity.name, len(rows), len(rows))

    def _plans(self, targets: Sequence[Target]) -> Iterator[Plan]:
        existing = self.destination.look_up(targets)
        quiet: list[dict[str, Any]] = []
        fresh: list[dict[str, Any]] = []
        notes: list[dict[str, Any]] = []
        for target in targets:
            verdict = self.destination.may_send(target)
            if target.remote_id is None and target.row.change is Change.REMOVED:
                self._never_made(target, quiet, fresh)
                notes.append(_retired(target))
            elif verdict is not None:
                self._without_call(target, verdict, quiet, fresh)
            elif target.remote_id is None and target.row.key in existing:
                self._existing(target, existing[target.row.key], quiet, fresh)
                notes.append(_found_there(target, existing[target.row.key]))
            elif operations := self.destination.operations(target):
                yield Plan(target, operations)
            else:
                self._nothing_to_say(target, quiet, fresh)
        if not (quiet or fresh or notes):
            return
        with self.ledger.warehouse.begin() as connection:
            self.ledger.amend(connection, quiet)
            self.ledger.record_new(connection, fresh)
            self.ledger.events(connection, notes)
            self.batches.flush(connection)

    def _groups(self, entity: Entity, plans: Iterator[Plan]) -> Iterator[list[Plan]]:
        """Fill requests up."""
        group: list[Plan] = []
        size = 0
        for plan in plans:
            full = size + len(plan.operations) > self.destination.request_size(entity.name)
            if group and (full or plan.target.row.together != group[-1].target.row.together):
                yield group
                group, size = [], 0
            group.append(plan)
            size += len(plan.operations)
        if group:
            yield group

    # -- rows that need no call ---------------------------------------------------------------------

    def _without_call(
        self,
        target: Target,
        verdict: Held | Rejected,
        quiet: list[dict[str, Any]],
        fresh: list[dict[str, Any]],
    ) -> None:
        columns = without_call(target.row, verdict, self.versions, self.clock.now(), target.held_since)
        self._write(target, columns, quiet, fresh)
        self.count(target.row, NAMES[type(verdict)], message_of(verdict), getattr(verdict, "field", None))

    def _existing(
        self, target: Target, found: RemoteObject, quiet: list[dict[str, Any]], fresh: list[dict[str, Any]]
    ) -> None:
        columns = without_call(target.row, Held(""), self.versions, self.clock.now())
        adopted = {
            **columns, "state": State.DELIVERED, "hold_reason": None, "hold_since": None,
            "remote_id": found.remote_id,
            "told": dump(found.values),
        }  # fmt: skip
        self._write(target, adopted, quiet, fresh)
        self.sender.delivered(target.row, "adopted")

    def _nothing_to_say(
        self, target: Target, quiet: list[dict[str, Any]], fresh: list[dict[str, Any]]
    ) -> None:
        columns = conclude(target, [], self.versions, self.clock.now())
        self._write(target, columns, quiet, fresh)
        self.sender.delivered(target.row, "without a call")

    def _never_made(self, target: Target, quiet: list[dict[str, Any]], fresh: list[dict[str, Any]]) -> None:
        columns = conclude(target, [], self.versions, self.clock.now())
        retired = {**columns, "state": State.ARCHIVED, "told": None, "tried": dump(target.row.values)}
        self._write(target, retired, quiet, fresh)
        self.sender.delivered(target.row, "never made")

    def _write(
        self,
        target: Target,
        columns: dict[str, Any],
        quiet: list[dict[str, Any]],
        fresh: list[dict[str, Any]],
    ) -> None:
        columns = {"attempt": target.attempt, **columns}
        if target.revision:
            quiet.append({**columns, "incarnation": target.incarnation})
        else:
            fresh.append({**columns, "incarnation": target.incarnation})

    def _hold(self, rows: Sequence[Row]) -> None:
        """Write holds found by staging, with what would have been told; one that lasts keeps the time it began."""
        if not rows:
            return
        records = self.ledger.records((row.entity, row.key) for row in rows)
        known: list[dict[str, Any]] = []
        fresh: list[dict[str, Any]] = []
        for row in rows:
            reason = row.reason or "held"
            record = records.get((row.entity, row.key))
            self.count(row, "HELD", reason)
            retired = record is not None and record.state in RETIRED
            if record and not retired and (record.remote_id is not None or record.state is State.HELD):
                continue
            columns = without_call(row, Held(reason), self.versions, self.clock.now())
            columns["tried"] = dump(row.values)
            if record is None:
                fresh.append({**columns, "attempt": 0, "incarnation": 1})
            elif retired:
                anew = {"incarnation": record.incarnation + 1, "remote_id": None, "told": None}
                known.append({**columns, **anew})
            else:
                known.append(columns)
        with self.ledger.warehouse.begin() as connection:
            self.ledger.amend(connection, known)
            self.ledger.record_new(connection, fresh)

    def _rekey(self, rows: Sequence[Row]) -> list[Row]:
        """Move told values to new keys (a reload issued new ones); nothing is sent for that."""
        moved = [row for row in rows if row.previous_key]
        ours = self.ledger.rekey(
            [Move(r.entity, r.previous_key or "", r.key, r.parent_key, r.revision) for r in moved]
        )
        kept: list[Row] = []
        for row in rows:
            if row.previous_key is None:
                kept.append(row)
            elif (row.entity, row.key) not in ours:
                self.count(row, "SKIPPED", f"{row.previous_key} changed after staging")
            elif row.change is Change.REKEYED and row.status is StagedAs.PENDING:
                self.sender.delivered(row, "re-keyed")
            else:
                kept.append(replace(row, previous_key=None, revision=(row.revision or 0) + 1))
        return kept

    def count(self, row: Row, outcome: str, message: str | None = None, field: str | None = None) -> None:
        """Count a row under an outcome, in the report and in its batch."""
        self.report.count(row, outcome, message, field)
        self.batches.count(row, outcome, message if outcome == "REJECTED" else None)


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into pieces that are planned at once; what travels together stays together."""
    start = 0
    while start < len(rows):
        end = min(start + CHUNK, len(rows))
        while (
            end < len(rows)
            and rows[end].together is not None
            and rows[end].together == rows[end - 1].together
        ):
            end += 1
        yield rows[start:end]
        start = end


def _retired(target: Target) -> dict[str, Any]:
    """The event of a row that left the source before anything was made of it."""
    return {
        "kind": "NOTE", "entity": target.row.entity, "business_key": target.row.key,
        "incarnation": target.incarnation, "operation": "retired",
        "message": "it left the source, and nothing was ever made of it",
    }  # fmt: skip


def _found_there(target: Target, found: RemoteObject) -> dict[str, Any]:
    """The event of an object that was adopted instead of made: what it said before anything was told."""
    return {
        "kind": "NOTE", "entity": target.row.entity, "business_key": target.row.key,
        "incarnation": target.incarnation, "operation": "adopted", "remote_id": found.remote_id,
        "fields": dump(found.values), "message": "it was there already",
    }  # fmt: skip
