"""A world for the contract: one destination that outlives runs, one warehouse, and runs over both."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dagster_project.delivery.batches import Batches
from dagster_project.delivery.engine import Engine, Policy
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Registry, Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.verification import Verification, Verified
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.contracts.restaging import Wanted, restage
from tests.contracts.shelf import Shelf, ShelfDestination


class Crash(BaseException):
    """The process ends here: no handler of the product may catch it and go on."""


@dataclass
class World:
    """Everything that survives a crash, and how to run against it."""

    warehouse: Warehouse
    clock: FakeClock
    shelf: Shelf = field(default_factory=Shelf)
    wanted: dict[tuple[str, str], Wanted] = field(default_factory=dict)
    size: int = 4

    def want(self, key: str, name: str = "", lines: int = 0, **values: Any) -> None:
        """Put an order, and some lines of it, into the source."""
        self.wanted[("orders", key)] = Wanted({"name": name or key, "city": "Oslo", **values})
        for number in range(lines):
            self.wanted[("lines", f"{key}|{number}")] = Wanted(
                {"name": f"{key} {number}", "quantity": 1}, key
            )

    def run(self, checkpoint: Callable[[str], None] = no_checkpoint, **policy: Any) -> Report:
        """Do one whole run, as a new process would; a crash leaves the scope lock behind."""
        run = Run("shelf", "shelf:TEST:1")
        scope = Scope(self.warehouse, run, self.clock, lease_seconds=60)
        scope.take()
        report = self.deliver(run, scope, checkpoint, **policy)
        scope.release()
        return report

    def deliver(self, run: Run, scope: Scope, checkpoint: Callable[[str], None], **policy: Any) -> Report:
        """Deliver what is wanted, within a scope that somebody else took."""
        destination = ShelfDestination(self.shelf, self.size)
        ledger = self.ledger(run)
        ledger.recover_leftovers()
        staged = restage(ledger, tuple(destination.entities), self.wanted)
        engine = Engine(
            destination, ledger, scope,
            Batches(self.warehouse, run, self.clock, destination.entities, "ORDERS", {}), self.clock,
            preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint,
            policy=Policy(**policy),
        )  # fmt: skip
        return engine.deliver(staged)

    def ledger(self, run: Run | None = None) -> Ledger:
        """The ledger as a run sees it."""
        return Ledger(self.warehouse, run or Run("shelf", "shelf:TEST:1"), self.clock)

    def verify(self) -> Verified:
        """Read everything back."""
        destination = ShelfDestination(self.shelf)
        return Verification(destination, self.ledger(), self.clock).everything(destination.entities)

    def registry(self) -> Registry:
        """Runs and pauses."""
        return Registry(self.warehouse, self.clock)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.time += dt.timedelta(**time)

    def agrees(self) -> bool:
        """Every wanted key exactly once on the shelf, with the wanted values; ledger and shelf agree."""
        for entity in ("orders", "lines"):
            wanted = sorted(
                (key, dict(want.values)) for (name, key), want in self.wanted.items() if name == entity
            )
            assert self.shelf.live(entity) == wanted
        verified = self.verify()
        assert not verified.gone
        assert not verified.drifted
        assert not verified.strangers
        return True


@pytest.fixture
def world(ledger_warehouse: Warehouse, clock: FakeClock) -> World:
    """An empty source, an empty ledger, an empty shelf."""
    return World(ledger_warehouse, clock)
