"""Whole deliveries through the kernel's engine: staged rows in, a report out, the ledger in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_project.delivery.batches import Batches
from dagster_project.delivery.destination import Destination, Fields
from dagster_project.delivery.engine import Engine, Policy
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.records import Record
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Registry, Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.verification import Verification, Verified
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.contracts.restaging import Wanted, restage

INSTANCE = "counterpoint:TEST:company"


@dataclass
class Deliveries:
    """What survives a run: ledger, clock, and what is wanted; each run builds its destination anew."""

    warehouse: Warehouse
    clock: FakeClock
    build: Callable[[], Destination]
    wanted: dict[tuple[str, str], Wanted] = field(default_factory=dict)

    def want(self, entity: str, key: str | int, values: Fields) -> None:
        """Put a mapped row into the source."""
        self.wanted[entity, str(key)] = Wanted(dict(values))

    def run(self, checkpoint: Callable[[str], None] = no_checkpoint, **policy: Any) -> Report:
        """Do one whole run, as a new process would."""
        run = Run("counterpoint", INSTANCE)
        scope = Scope(self.warehouse, run, self.clock, lease_seconds=60)
        scope.take()
        ledger = Ledger(self.warehouse, run, self.clock)
        ledger.recover_leftovers()
        destination = self.build()
        staged = restage(ledger, tuple(destination.entities), self.wanted)
        engine = Engine(
            destination, ledger, scope,
            Batches(self.warehouse, run, self.clock, destination.entities, "ORDERS", {}), self.clock,
            preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint,
            policy=Policy(**policy),
        )  # fmt: skip
        report = engine.deliver(staged)
        scope.release()
        return report

    def outcomes(self, **policy: Any) -> Mapping[str, Mapping[str, int]]:
        """Rows by entity and outcome of one run."""
        found: Mapping[str, Mapping[str, int]] = self.run(**policy).as_dict()["entities"]
        return found

    @property
    def ledger(self) -> Ledger:
        """The ledger as anybody sees it."""
        return Ledger(self.warehouse, Run("counterpoint", INSTANCE), self.clock)

    @property
    def registry(self) -> Registry:
        """Runs and pauses."""
        return Registry(self.warehouse, self.clock)

    def record(self, entity: str, key: str | int) -> Record:
        """What the ledger holds of a row."""
        return self.ledger.records([(entity, str(key))])[entity, str(key)]

    def verify(self, entities: Sequence[Any] | None = None) -> Verified:
        """Read everything back."""
        destination = self.build()
        chosen = destination.entities if entities is None else entities
        return Verification(destination, self.ledger, self.clock).everything(chosen)
