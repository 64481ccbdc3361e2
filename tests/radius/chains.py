"""Chains through the kernel against the sandbox: a run as a new process would do it, and what came of it."""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dagster_project.clock import Clock
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.chain import Chain
from dagster_project.delivery.destination import Change, Entity, Row
from dagster_project.delivery.engine import Engine
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.records import Record
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.states import State
from dagster_project.radius.destination import RadiusDestination
from dagster_project.radius.entities import ORDERS, STEPS
from dagster_project.settings import Settings
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from sandbox.radius.erp import open_as_pub
from sandbox.radius.server import RunningRadius
from tests.conftest import FakeClock
from tests.radius.kept import Kept, blank_erp

ENTITIES = (Entity(ORDERS, "STG_LWS_Orders", "COMPLETED"), *(Entity(name, "", "") for name in STEPS))
PROFILES = ("documented", "observed")
BAG = "2300-ACM01-0001"
LEAD = 15
MADE, MORE, LESS = 375_500, 450_500, 250_500
"""Feet of 150,000, 180,000 and 100,000 bags, at the sandbox's ratio and spoilage."""
PO = "select OrderedQty from PUB.PV_POrderLine"
SO2 = "select OrderedQty from PUB.PV_SOrderLine where PlantCode = '2'"
SHIPPED = "select ShipQty from PUB.PV_ShipReqLine"
KEPT: dict[tuple[Any, ...], Kept] = {}
"""By what was said until then."""
JOB = "select OrderedQty from PUB.PV_JobLine where PlantCode = '2'"


def today_clock() -> FakeClock:
    """A clock that moves only when somebody sleeps, begun on the day of the sandbox."""
    return FakeClock(dt.datetime.combine(dt.date.today(), dt.time(9)))


@dataclass
class Company:
    """The ERP, the ledger, and runs over both. `home` is where a process would live."""

    radius: RunningRadius
    warehouse: Warehouse
    profile: str
    clock: Clock
    lanes: int = 1
    said: dict[str, Any] = field(default_factory=dict)
    orders: list[int] = field(default_factory=list)
    bags: list[tuple[Any, ...]] = field(default_factory=list)
    _settings: dict[str, Settings] = field(default_factory=dict, init=False)

    # -- people -------------------------------------------------------------------------------------

    def bag(self, item: str = BAG, derived: str | None = "APP", **known: Any) -> str:
        """A bag, and what is derived of it unless that is still to be made."""
        self.bags.append((item, derived, *sorted(known.items())))
        self.radius.people.add_item(item, **known)
        if derived is not None:
            self.radius.people.add_derived_items(item, derived)
        return item

    def order(self, item: str = BAG, quantity: float = 150_000, **said: Any) -> int:
        """An order that the next runs walk."""
        number = self.radius.people.add_order(item, quantity, **said)
        self.orders.append(number)
        return number

    # -- runs ---------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """As an operator would set them; the same ones as long as nobody says anything else."""
        said = {
            "radius_profile": self.profile, "radius_workers": self.lanes, "radius_quiet_seconds": 1,
            "radius_timeout_seconds": 20, **self.said,
        }  # fmt: skip
        if repr(said) not in self._settings:
            self._settings[repr(said)] = Settings(
                _env_file=None, radius_api_url=self.radius.api, radius_database=self.radius.database,
                xlink_runner_url=self.radius.url, required_date_lead_days=LEAD, **said,
            )  # fmt: skip
        return self._settings[repr(said)]

    def destination(self, by_hand: frozenset[str] = frozenset()) -> RadiusDestination:
        """A destination as a new process builds it."""
        return RadiusDestination(self.settings, self.clock, ENTITIES, by_hand)

    def run(
        self, *orders: int, by_hand: Sequence[int] = (), checkpoint: Callable[[str], None] = no_checkpoint
    ) -> Report:
        """Walk orders (all, unless some are named); a crash leaves the scope lock behind."""
        run = Run("radius", "radius:TEST:erp")
        scope = Scope(self.warehouse, run, self.clock, 60)
        scope.take()
        ledger = Ledger(self.warehouse, run, self.clock)
        ledger.recover_leftovers()
        destination = self.destination(frozenset(str(order) for order in by_hand))
        batches = Batches(self.warehouse, run, self.clock, destination.entities, "ORDERS", {})
        engine = Engine(
            destination, ledger, scope, batches, self.clock,
            preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint,
        )  # fmt: skip
        staged = [self._staged(number) for number in (orders or self.orders)]
        report = engine.deliver(staged, Chain(engine, destination, ledger).drive)
        scope.release()
        return report

    def _staged(self, number: int) -> Row:
        record = self.ledger().records([(ORDERS, str(number))]).get((ORDERS, str(number)))
        revision = record.revision if record else None
        return Row(ORDERS, str(number), Change.NEW, {"sordernum": number}, revision=revision, batch="b")

    # -- what came of it ----------------------------------------------------------------------------

    def ledger(self) -> Ledger:
        """The ledger as a run sees it."""
        return Ledger(self.warehouse, Run("radius", "radius:TEST:erp"), self.clock)

    def record(self, order: int, entity: str = ORDERS) -> Record:
        """The ledger row of an order, or of one of its artefacts with the order's own key."""
        return self.ledger().records([(entity, str(order))])[(entity, str(order))]

    def chain(self, order: int, entity: str) -> list[Record]:
        """The ledger rows of an order's artefacts of an entity, by key."""
        return sorted(
            (r for r in self.ledger().children([str(order)]).values() if r.entity == entity),
            key=lambda record: record.key,
        )

    def told(self, order: int, entity: str) -> list[dict[str, Any]]:
        """What was told of them."""
        return [dict(record.told or {}) for record in self.chain(order, entity)]

    def ended(self, order: int) -> str:
        """Where an order stands: COMPLETE, the code of its hold, or where it was refused."""
        record = self.record(order)
        if record.state is State.DELIVERED:
            return "COMPLETE"
        return record.error_code or str(record.state)

    def walk(self, order: int, **run: Any) -> str:
        """Run one order and say where it stands."""
        self.run(order, **run)
        return self.ended(order)

    def complete(self, runs: int = 1, **said: Any) -> int:
        """The first order, whose chain is made; deeds count from here. It is made once for all who say the same."""

        def make() -> int:
            order = self.order(**said)
            for _ in range(runs):
                assert self.walk(order) == "COMPLETE"
            return order

        return self.once((runs, *self.bags, *sorted(said.items()), *sorted(self.said.items())), make)

    def once(self, what: tuple[Any, ...], make: Callable[[], int]) -> int:
        """Make an order as the first thing that is done here, or take over what it came to elsewhere."""
        assert self.orders == []
        assert isinstance(self.clock, FakeClock)
        begun = (self.profile, self.lanes, self.clock.time, *what)
        kept = KEPT.get(begun)
        if kept is None:
            order = make()
            self.quiet()
            folder = self.radius.database.parent.parent / "kept" / str(len(KEPT))
            KEPT[begun] = Kept.of(folder, self.radius.erp, self.warehouse, order, self.clock.time)
            return order
        kept.put_back(self.radius.erp, self.warehouse)
        self.clock.time = kept.time
        self.orders.append(kept.order)
        return kept.order

    def deeds(self) -> dict[str, int]:
        """What adapter and SQL changed since `quiet`, by kind."""
        found: dict[str, int] = self.radius.control.audit(log=False)["deeds"]
        return found

    def quiet(self) -> None:
        """Count from here."""
        self.radius.control.reset_audit()

    def sql(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the ERP."""
        rows = self.pub.execute(sql, values).fetchall()
        self.pub.commit()
        return rows

    @cached_property
    def pub(self) -> sqlite3.Connection:
        """The ERP as SQL sees it; opened once, for to open it takes longer than to ask."""
        return open_as_pub(self.radius.database)

    def one(self, sql: str, *values: Any) -> Any:
        """The one value of a query."""
        ((value,),) = self.sql(sql, *values)
        return value

    def requests(self) -> list[list[dict[str, Any]]]:
        """Bodies of requests, oldest first."""
        query = sa.select(tables.delivery_request.c.body).order_by(tables.delivery_request.c.sent_at)
        with self.warehouse.begin() as connection:
            return [json.loads(row.body) for row in connection.execute(query)]

    def answers(self, call: str) -> list[list[dict[str, Any]]]:
        """What was kept of the answers to bodies that ask for this."""
        query = sa.select(tables.delivery_request.c.body, tables.delivery_request.c.answer)
        with self.warehouse.begin() as connection:
            found = [(json.loads(row.body), row.answer) for row in connection.execute(query)]
        return [json.loads(answer) for body, answer in found if any(c["name"] == call for c in body)]

    def so2(self, order: int) -> int:
        """The plant-2 order that was made for an order."""
        (first, *_) = self.chain(order, "so2_lines")
        return int(str(first.remote_id).partition("/")[0])

    def po(self, order: int) -> int:
        """The purchase order that was made for an order."""
        (first, *_) = self.chain(order, "po_lines")
        return int(str(first.remote_id).partition("/")[0])

    def status(self, so2: int) -> int:
        """Status of a plant-2 order."""
        found: int = self.one("select SOrderStat from PUB.PV_SOrder where SOrderNum = ?", so2)
        return found

    def feet(self) -> tuple[float, float, float, float]:
        """Purchase order, plant-2 order, ship request, P2 job, where there is one line of each."""
        return self.one(PO), self.one(SO2), self.one(SHIPPED), self.one(JOB)

    # -- what there is in the ERP -------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Everything that was made, by kind: nothing may be there twice."""
        return {
            "jobs P4": self.one("select count(distinct JobCode) from PUB.PV_JobSOLink where PlantCode = '4'"),
            "POs": self.one("select count(*) from PUB.PV_POrder"),
            "PO lines": self.one("select count(*) from PUB.PV_POrderLine"),
            "SO2s": self.one("select count(*) from PUB.PV_SOrder where PlantCode = '2'"),
            "SO2 lines": self.one("select count(*) from PUB.PV_SOrderLine where PlantCode = '2'"),
            "ship requests": self.one("select count(*) from PUB.PV_ShipReq"),
            "ship lines": self.one("select count(*) from PUB.PV_ShipReqLine"),
            "jobs P2": self.one("select count(distinct JobCode) from PUB.PV_JobSOLink where PlantCode = '2'"),
        }


def once(orders: int, lines: int | None = None) -> dict[str, int]:
    """What has to be there for so many orders, with so many lines in all."""
    lines = orders if lines is None else lines
    return {
        "jobs P4": orders, "POs": orders, "PO lines": lines, "SO2s": orders, "SO2 lines": lines,
        "ship requests": orders, "ship lines": lines, "jobs P2": orders,
    }  # fmt: skip


@contextmanager
def company(
    tmp_path: Path, warehouse: Warehouse, profile: str = "observed", *, lanes: int = 1, lag: float = 0,
    clock: Clock | None = None, **said: Any,
) -> Iterator[Company]:  # fmt: skip
    """An ERP with a bag that is approved, and what is derived of it."""
    with RunningRadius(blank_erp(tmp_path), view_lag_seconds=lag) as radius:
        found = Company(radius, warehouse, profile, clock or today_clock(), lanes, said)
        yield found
        found.pub.close()
