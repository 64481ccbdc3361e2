"""Batches: the reporting unit, one per batch name and run, with counters that are really filled."""

import getpass
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from dagster_project.clock import Clock, new_id
from dagster_project.delivery.destination import Entity, Row
from dagster_project.delivery.report import Tally
from dagster_project.delivery.scope import Run
from dagster_project.delivery.states import RunStatus
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse

SUCCESS = frozenset({"DELIVERED"})
FAILURE = frozenset({"REJECTED", "GONE"})


@dataclass
class Batch:
    """What one batch has seen so far."""

    batch_id: str
    name: str
    total: int
    tally: Tally = field(default_factory=Tally)
    calls: int = 0
    failures: int = 0
    retries: int = 0
    errors: Counter[str] = field(default_factory=Counter)


class Batches:
    """Opens, counts and closes the batches of a run."""

    def __init__(
        self, warehouse: Warehouse, run: Run, clock: Clock, entities: Sequence[Entity], batch_type: str,
        config: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.warehouse = warehouse
        self.run = run
        self.clock = clock
        self.entities = entities
        self.batch_type = batch_type
        self.config = dict(config)
        self.open: dict[str, Batch] = {}
        self._flushed: dict[str, dict[str, Any]] = {}
        self._reported = frozenset(entity.name for entity in entities if entity.staging)

    def start(self, staged: Iterable[Row]) -> None:
        """Open one batch per batch name among the staged rows."""
        totals = Counter(row.batch for row in staged)
        self.open = {name: Batch(new_id(), name, total) for name, total in sorted(totals.items())}
        now = self.clock.now()
        with self.warehouse.begin() as connection:
            rows.insert(
                connection, tables.delivery_batch,
                [
                    {
                        **self._counters(batch), "instance": self.run.instance, "system": self.run.system,
                        "run_id": self.run.run_id, "name": batch.name, "batch_type": self.batch_type,
                        "status": "STAGING_LOADED", "started_at": now, "staged_at": now,
                        "started_by": getpass.getuser(), "config_snapshot": json.dumps(self.config),
                    }
                    for batch in self.open.values()
                ],
            )  # fmt: skip

    def batch_id(self, row: Row) -> str | None:
        """Return the id of the batch a row reports to."""
        batch = self._of(row)
        return batch.batch_id if batch else None

    def count(self, row: Row, outcome: str, error: str | None = None) -> None:
        """Count what became of a row."""
        batch = self._of(row)
        if batch is None:
            return
        batch.tally.put(row, outcome)
        if error:
            batch.errors[error] += 1

    def called(self, involved: Iterable[Row], *, failed: bool = False, retries: int = 0) -> None:
        """Count one request for each batch that had rows in it."""
        for batch in {id(batch): batch for row in involved if (batch := self._of(row))}.values():
            batch.calls += 1
            batch.failures += failed
            batch.retries += retries

    def flush(self, connection: Connection) -> None:
        """Write the counters, in the transaction of the outcomes they count."""
        changes = {batch.batch_id: self._counters(batch) for batch in self.open.values()}
        changed = [counters for key, counters in changes.items() if self._flushed.get(key) != counters]
        if changed:
            rows.update(connection, tables.delivery_batch, ("batch_id",), changed)
            self._flushed = changes

    def completed(self, entity: Entity) -> None:
        """Stamp the stage that ended with an entity."""
        stage = "children_completed_at" if entity.parent else "parents_completed_at"
        now = self.clock.now()
        with self.warehouse.begin() as connection:
            self.flush(connection)
            changes = [
                {"batch_id": batch.batch_id, "status": entity.completed_status, stage: now}
                for batch in self.open.values()
            ]
            if changes:
                rows.update(connection, tables.delivery_batch, ("batch_id",), changes)

    def finish(self, error: str | None = None) -> None:
        """Close every batch: COMPLETED only when every row of it was delivered."""
        now = self.clock.now()
        self._flushed = {}  # whatever came of the transactions in which they were written
        with self.warehouse.begin() as connection:
            self.flush(connection)
            changes = [
                {"batch_id": b.batch_id, "ended_at": now, "status": _status(b, error),
                 "error_summary": _summary(b, error)}
                for b in self.open.values()
            ]  # fmt: skip
            if changes:
                rows.update(connection, tables.delivery_batch, ("batch_id",), changes)

    def _of(self, row: Row) -> Batch | None:
        """Return the batch a row reports to; what is made for others' sake (groups) reports to none."""
        return self.open.get(row.batch) if row.entity in self._reported else None

    def _counters(self, batch: Batch) -> dict[str, Any]:
        children = [entity.name for entity in self.entities if entity.parent]
        parents = [entity.name for entity in self.entities if not entity.parent]
        return {
            "batch_id": batch.batch_id, "total_records": batch.total,
            "successful_records": batch.tally.total(SUCCESS), "failed_records": batch.tally.total(FAILURE),
            "parents_processed": batch.tally.total(SUCCESS, parents),
            "children_processed": batch.tally.total(SUCCESS, children),
            "api_calls": batch.calls, "api_failures": batch.failures, "retries": batch.retries,
        }  # fmt: skip


def _status(batch: Batch, error: str | None) -> str:
    if error is not None:
        return RunStatus.FAILED
    return (
        RunStatus.COMPLETED if batch.tally.total(SUCCESS) == batch.total else RunStatus.COMPLETED_WITH_ERRORS
    )


def _summary(batch: Batch, error: str | None) -> str | None:
    lines = [f"{count} x {text}" for text, count in batch.errors.most_common(5)]
    return "; ".join(filter(None, [error, *lines])) or None
