"""A world for the contract: an outside system that outlives runs, one warehouse, and runs over both."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from dagster_project.delivery.adoption import Adoption, Candidate, Matches, check_first_contact
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.destination import Entity, Row
from dagster_project.delivery.engine import Engine, Policy
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.records import Record
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Registry, Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.verification import Verification, Verified
from dagster_project.warehouse.engine import Warehouse
from sandbox.monday.server import RunningMonday
from tests.conftest import FakeClock
from tests.contracts.board import BoardOutside
from tests.contracts.outside import Outside, People, Recording, Sent
from tests.contracts.restaging import Wanted, restage
from tests.contracts.shelf import Shelf, ShelfOutside
from tests.crashes import Crash, crash_at


@dataclass
class World:
    """Everything that survives a crash, and how to run against it."""

    warehouse: Warehouse
    clock: FakeClock
    outside: Outside = field(default_factory=ShelfOutside)
    wanted: dict[tuple[str, str], Wanted] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    size: int = 4

    @property
    def shelf(self) -> Shelf:
        """The shelf, for what only it can tell."""
        assert isinstance(self.outside, ShelfOutside)
        return self.outside.shelf

    @property
    def people(self) -> People:
        """Those who change things by hand there."""
        assert isinstance(self.outside, People)
        return self.outside

    # -- the source ---------------------------------------------------------------------------------

    def want(self, key: str, name: str = "", lines: int = 0, **values: Any) -> None:
        """Put an order, and some lines of it, into the source."""
        self.wanted[("orders", key)] = Wanted({"name": name or key, "city": "Oslo", **values})
        for number in range(lines):
            self.wanted[("lines", f"{key}|{number}")] = Wanted(
                {"name": f"{key} {number}", "quantity": 1}, key
            )

    def mapped(self) -> dict[tuple[str, str], Wanted]:
        """The source in the destination's words."""
        return {
            (self.outside.words[word], key): Wanted(self.outside.values(word, want.values), want.parent_key)
            for (word, key), want in self.wanted.items()
        }

    # -- an empty ledger ----------------------------------------------------------------------------

    def first_contact(self, *, start_empty: bool = False) -> str | None:
        """What a run asks before it creates anything."""
        return check_first_contact(
            self.destination(), self.ledger(), self.registry(), self.verify(), start_empty=start_empty
        )

    def dies_and_is_no_stranger(self, occurrence: int) -> None:
        """A run dies after an answer; what it may have made is known for ours, and the next run ends it."""
        with pytest.raises(Crash):
            self.run(crash_at("after_answer", occurrence))
        self.later(minutes=5)
        self.ledger().recover_leftovers()
        assert self.verify().strangers == []
        assert self.first_contact() is None
        self.run()
        assert self.agrees()

    # -- runs ---------------------------------------------------------------------------------------

    def run(self, checkpoint: Callable[[str], None] = no_checkpoint, **policy: Any) -> Report:
        """Do one whole run, as a new process would; a crash leaves the scope lock behind."""
        run = self.new_run()
        scope = self.scope(run)
        scope.take()
        report = self.deliver(run, scope, checkpoint, **policy)
        scope.release()
        return report

    def deliver(
        self, run: Run, scope: Scope, checkpoint: Callable[[str], None] = no_checkpoint, **policy: Any
    ) -> Report:
        """Deliver what is wanted, within a scope that somebody else took."""
        ledger = self.ledger(run)
        ledger.recover_leftovers()
        staged = restage(ledger, self.entities(), self.mapped())
        return self.deliver_rows(run, scope, staged, checkpoint, **policy)

    def deliver_rows(
        self, run: Run, scope: Scope, staged: list[Row],
        checkpoint: Callable[[str], None] = no_checkpoint, **policy: Any,
    ) -> Report:  # fmt: skip
        """Deliver these rows, however they were staged."""
        destination = self.destination()
        engine = Engine(
            destination, self.ledger(run), scope,
            Batches(self.warehouse, run, self.clock, destination.entities, "ORDERS", {}), self.clock,
            preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint,
            policy=Policy(**policy),
        )  # fmt: skip
        return engine.deliver(staged)

    def run_rows(self, *staged: Row) -> Report:
        """Do one run on rows that were staged by hand."""
        run = self.new_run()
        scope = self.scope(run)
        scope.take()
        return self.deliver_rows(run, scope, list(staged))

    def new_run(self) -> Run:
        """A run that has not begun."""
        return Run(self.outside.system, self.outside.instance)

    def scope(self, run: Run | None = None) -> Scope:
        """The right to deliver, not taken yet."""
        return Scope(self.warehouse, run or self.new_run(), self.clock, lease_seconds=60)

    def destination(self) -> Any:
        """A destination as a new process builds it; what it sends is remembered in `sent`."""
        return Recording(self.outside.destination(self.clock, self.size), self.outside.words, self.sent)

    def entities(self) -> tuple[Entity, ...]:
        """The entities that are staged, parents first."""
        return tuple(e for e in self.destination().entities if e.staging)

    def later(self, **time: float) -> None:
        """Let time pass."""
        passed = dt.timedelta(**time)
        self.clock.time += passed
        self.outside.later(passed.total_seconds())

    # -- first contact ------------------------------------------------------------------------------

    def adopt(self) -> Matches:
        """Match the orders on the other side to those of the source."""
        entity = next(e for e in self.entities() if e.name == self.outside.words["orders"])
        candidates = [
            Candidate(key, want.values) for (name, key), want in self.mapped().items() if name == entity.name
        ]
        return Adoption(self.destination(), self.ledger(), self.registry()).adopt(entity, candidates)

    # -- what came of it ----------------------------------------------------------------------------

    def counts(self, report: Report) -> dict[str, dict[str, int]]:
        """Rows by outcome, in the contract's words; prerequisites left out."""
        entities = report.as_dict()["entities"]
        return {word: entities[name] for word, name in self.outside.words.items() if name in entities}

    def row(self, word: str, key: str, **row: Any) -> Row:
        """A staged row, made by hand: `change`, `values`, `changed`, `revision` …"""
        values = self.outside.values(word, row.pop("values"))
        changed = frozenset(self.outside.fields[name] for name in row.pop("changed", ()))
        return Row(self.outside.words[word], key, row.pop("change"), values, changed=changed, **row)

    def ledger(self, run: Run | None = None) -> Ledger:
        """The ledger as a run sees it."""
        return Ledger(self.warehouse, run or self.new_run(), self.clock)

    def record(self, word: str, key: str) -> Record:
        """What the ledger holds of an order or a line."""
        ref = (self.outside.words[word], key)
        return self.ledger().records([ref])[ref]

    def verify(self) -> Verified:
        """Read everything back."""
        return Verification(self.destination(), self.ledger(), self.clock).everything(self.entities())

    def registry(self) -> Registry:
        """Runs and pauses."""
        return Registry(self.warehouse, self.clock)

    def live(self, word: str) -> list[tuple[str, dict[str, Any]]]:
        """(key, values) of what is there, by the outside system's own count."""
        return [(key, dict(values)) for key, values in self.outside.live(word)]

    def agrees(self) -> bool:
        """Every wanted key is there exactly once, with the wanted values; the ledger says the same."""
        for word in self.outside.words:
            wanted = sorted(
                (key, dict(want.values)) for (name, key), want in self.wanted.items() if name == word
            )
            assert self.live(word) == wanted
        verified = self.verify()
        assert not verified.gone
        assert not verified.drifted
        assert not verified.strangers
        return True


@pytest.fixture
def world(warehouse: Warehouse, clock: FakeClock) -> World:
    """An empty source, an empty ledger, an empty shelf."""
    return World(warehouse, clock)


@pytest.fixture
def shelf_world(warehouse: Warehouse, clock: FakeClock) -> World:
    """For what only a shelf can do, where `world` stands for every destination."""
    return World(warehouse, clock)


@pytest.fixture(scope="session")
def monday_server() -> Iterator[RunningMonday]:
    """The sandbox, running for as long as the suite."""
    with RunningMonday() as server:
        yield server


@pytest.fixture(params=["shelf", "monday"])
def any_world(request: pytest.FixtureRequest, warehouse: Warehouse, clock: FakeClock) -> World:
    """An empty source, an empty ledger, and each outside system in turn, empty."""
    if request.param == "shelf":
        return World(warehouse, clock)
    return World(warehouse, clock, BoardOutside(request.getfixturevalue("monday_server")))
