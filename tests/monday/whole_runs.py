"""Whole runs against the sandbox: the real engine and ledger, rows staged without dbt, faults in between."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dagster_project.delivery.batches import Batches
from dagster_project.delivery.engine import Engine, Policy
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.verification import Verification, Verified
from dagster_project.monday.destination import MondayDestination
from dagster_project.settings import Settings
from dagster_project.systems import MONDAY
from dagster_project.warehouse.engine import Warehouse
from sandbox.monday.control import Control
from tests.conftest import FakeClock
from tests.contracts.restaging import Wanted, restage
from tests.monday.acting import ITEM, LINE

BOARD = 4755559751


@dataclass
class Orders:
    """A source, a ledger and a board that outlive runs."""

    warehouse: Warehouse
    clock: FakeClock
    settings: Settings
    monday: Control
    wanted: dict[tuple[str, str], Wanted] = field(default_factory=dict)

    def want(self, key: str, sizes: Mapping[str, int] | None = None, **values: Any) -> None:
        """Put an order, and its sizes, into the source; replaces what was there."""
        self.drop(key)
        named = {name.replace("_", " "): value for name, value in values.items()}
        self.wanted[("items", key)] = Wanted({**ITEM, "Title": key, "AAG ORDER NUMBER": key, **named})
        for size, quantity in (sizes or {}).items():
            told = {**LINE, "Size": size, "Name": f"Size {size}", "Order Qty": quantity}
            self.wanted[("subitems", f"{key}|{size}")] = Wanted(told, key)

    def drop(self, key: str) -> None:
        """Take an order out of the source."""
        for entity, own in list(self.wanted):
            if own.split("|")[0] == key:
                del self.wanted[(entity, own)]

    def run(self, checkpoint: Callable[[str], None] = no_checkpoint) -> Report:
        """Do one whole run, as a new process would."""
        run = Run("monday", MONDAY.instance(self.settings))
        scope = Scope(self.warehouse, run, self.clock, lease_seconds=180)
        scope.take()
        destination = MondayDestination.from_settings(self.settings, self.clock)
        ledger = self.ledger(run)
        ledger.recover_leftovers()
        staged = restage(ledger, tuple(e for e in destination.entities if e.staging), self.wanted)
        engine = Engine(
            destination, ledger, scope,
            Batches(self.warehouse, run, self.clock, destination.entities, "ORDERS", {}), self.clock,
            preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint, policy=Policy(),
        )  # fmt: skip
        report = engine.deliver(staged)
        scope.release()
        return report

    def later(self) -> None:
        """Let leases expire."""
        self.clock.time += dt.timedelta(minutes=10)

    def ledger(self, run: Run | None = None) -> Ledger:
        """The ledger as a run sees it."""
        return Ledger(self.warehouse, run or Run("monday", MONDAY.instance(self.settings)), self.clock)

    def verify(self) -> Verified:
        """Read everything back."""
        destination = MondayDestination.from_settings(self.settings, self.clock)
        staged = [entity for entity in destination.entities if entity.staging]
        return Verification(destination, self.ledger(), self.clock).everything(staged)

    def on_board(self) -> dict[str, dict[str, str]]:
        """Item name → size → quantity, as the board has it; a name that stands there twice is a failure."""
        orders: dict[str, dict[str, str]] = {}
        for group in self.monday.board(BOARD)["groups"]:
            for item in group["items"]:
                assert item["name"] not in orders, f"{item['name']} is there twice"
                lines = item["subitems"]
                orders[item["name"]] = {s["name"]: s["values"]["numeric_mkra7j8e"] for s in lines}
                assert len(orders[item["name"]]) == len(lines), f"{item['name']} has a size twice"
        return orders

    def as_wanted(self) -> dict[str, dict[str, str]]:
        """What the board should have."""
        return {
            str(want.values["Title"]): {
                str(line.values["Name"]): str(line.values["Order Qty"])
                for (entity, _), line in self.wanted.items()
                if entity == "subitems" and line.parent_key == key
            }
            for (kind, key), want in self.wanted.items()
            if kind == "items"
        }

    def agrees(self) -> bool:
        """Board, ledger and source say the same, each order and size exactly once."""
        assert self.on_board() == self.as_wanted()
        verified = self.verify()
        assert not verified.gone
        assert not verified.drifted
        assert not verified.strangers
        return True
