"""What a run did, as numbers: the same report feeds the command line, Dagster's metadata and the ledger."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dagster_project.delivery.destination import Row
from dagster_project.delivery.states import RunStatus

OPEN = ("REJECTED", "GONE", "UNKNOWN", "RETRYABLE")
"""Outcomes that leave a run COMPLETED_WITH_ERRORS."""


class Tally:
    """Counts rows by entity and outcome; a row counted again leaves its earlier outcome."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._last: dict[tuple[str, str], str] = {}

    def put(self, row: Row, outcome: str) -> None:
        """Count a row under an outcome."""
        ref = (row.entity, row.key)
        before = self._last.get(ref)
        if before is not None:
            self.counts[(row.entity, before)] -= 1
        self._last[ref] = outcome
        self.counts[(row.entity, outcome)] += 1

    def of(self, row: Row) -> str | None:
        """Return the outcome a row is counted under now."""
        return self._last.get((row.entity, row.key))

    def keys(self, entity: str, outcome: str) -> list[str]:
        """Return the keys counted under an outcome."""
        return [key for (e, key), name in self._last.items() if e == entity and name == outcome]

    def total(self, names: Iterable[str], entities: Iterable[str] | None = None) -> int:
        """How many rows ended in one of `names`, optionally of some entities only."""
        wanted, within = set(names), None if entities is None else set(entities)
        return sum(
            count
            for (entity, name), count in self.counts.items()
            if name in wanted and (within is None or entity in within)
        )


@dataclass
class Report:
    """Counters by entity and outcome, the first few failures in words, and what the run cost."""

    tally: Tally = field(default_factory=Tally)
    operations: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)  # drift, gone, found by reading back
    refused: dict[str, int] = field(default_factory=dict)  # keys that stand in ERR_, by entity
    unsettled: list[str] = field(
        default_factory=list
    )  # what could not be made anew after the delivery, and why
    warnings: list[str] = field(default_factory=list)
    requests: int = 0
    retries: int = 0
    reads: int = 0
    seconds_waited: float = 0.0
    seconds: float = 0.0
    longest_list: int = 200

    def count(self, row: Row, outcome: str, message: str | None = None, field: str | None = None) -> None:
        """Count what became of a row, and keep the words of a failure."""
        self.tally.put(row, outcome)
        self.failed.pop((row.entity, row.key), None)
        if outcome in OPEN and len(self.failed) < self.longest_list:
            self.failed[(row.entity, row.key)] = {
                "entity": row.entity, "key": row.key, "outcome": outcome, "field": field, "message": message,
            }  # fmt: skip

    def total(self, *names: str) -> int:
        """How many rows ended in one of `names`."""
        return self.tally.total(names)

    @property
    def status(self) -> RunStatus:
        """COMPLETED only when nothing failed, is in doubt or disappeared, and what people read is up to date."""
        if self.total(*OPEN) or self.findings["gone"] or self.unsettled:
            return RunStatus.COMPLETED_WITH_ERRORS
        return RunStatus.COMPLETED

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        counts = self.tally.counts
        entities = sorted({entity for entity, _ in counts})
        return {
            "status": self.status,
            "entities": {
                entity: {name: n for (e, name), n in sorted(counts.items()) if e == entity and n}
                for entity in entities
            },
            "operations": {f"{entity}.{name}": n for (entity, name), n in sorted(self.operations.items())},
            "findings": dict(self.findings),
            "refused": self.refused,
            "failures": list(self.failed.values()),
            "unsettled": self.unsettled,
            "warnings": self.warnings,
            "requests": self.requests,
            "retries": self.retries,
            "reads": self.reads,
            "seconds_waited": round(self.seconds_waited, 3),
            "seconds": round(self.seconds, 3),
        }
