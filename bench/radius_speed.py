"""What a cycle of the LWS workflow costs: over many watched orders of which few changed, and over many new ones.

The watched orders were made by the predecessor and adopted. The baseline of a cycle with changes is the ERP's own
time: all moments in which at least one call of its adapter or one query of its database was under way; the time of
the adapter alone is written beside it. The baseline of new orders is the model that nothing but the adapter limits
them: latency by kind of call times calls, divided by the workers.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from unittest.mock import patch

from bench.figures import Figure, Spent, timed
from bench.world import own_home, run_of, settings_for
from dagster_project.adopting import adopt
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.radius.client import RadiusClient
from dagster_project.radius.database import ErpDatabase
from dagster_project.settings import Settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.radius.erp import Erp
from sandbox.radius.generation import eligible_since, fill
from sandbox.radius.server import RadiusProcess

SEED = 4755
ADAPTER, DATABASE = (RadiusClient, "ask"), (ErpDatabase, "table")
WATCHED, CHANGED, NEW, WORKERS = 5_000, 20, 200, 8
MOST_SECONDS, LEAST_SHARE = 3.0, 0.9
ROUNDS = 3
LATENCY = {
    "P4 job create": 2.0, "P2 job create": 2.0, "PO create": 0.3, "PO update": 0.3, "SO2 create": 0.3,
    "ship request create": 0.3,
}  # fmt: skip
"""Seconds by kind of call; a job takes 6 to 14 s at a real site, the others a fraction of one."""


@dataclass
class UnderWay:
    """The moments in which at least one call was under way, in seconds."""

    seconds: float = 0.0
    calls: int = 0
    _open: int = 0
    _since: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def call(self) -> Iterator[None]:
        """One call."""
        with self._lock:
            self._open += 1
            self.calls += 1
            if self._open == 1:
                self._since = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                if self._open == 0:
                    self.seconds += time.perf_counter() - self._since

    @contextmanager
    def watching(self, *asked: tuple[type, str]) -> Iterator["UnderWay"]:
        """Watch every call of these methods in the block."""
        with ExitStack() as patches:
            for kind, name in asked:
                patches.enter_context(patch.object(kind, name, self._watched(getattr(kind, name))))
            yield self

    def _watched(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*words: Any, **options: Any) -> Any:
            with self.call():
                return plain(*words, **options)

        return watched


@dataclass
class Site:
    """An ERP with orders in a process of its own, and an empty warehouse."""

    settings: Settings
    radius: RadiusProcess

    def cycle(self) -> Report:
        """A whole run over everything."""
        with run_of(self.settings, "radius") as run:
            return run.whole(Filters(everything=True))[2]

    def stage(self) -> None:
        """Stage without delivering: the project is parsed and its views are made, as in daily use."""
        with run_of(self.settings, "radius") as run, run.alone():
            run.extract()
            run.stage()

    def adopt(self) -> None:
        """Take over what the predecessor made."""
        with run_of(self.settings, "radius") as run:
            adopt(run)


@contextmanager
def site_of(orders: int, chains: int, **said: Any) -> Iterator[Site]:
    """Yield an ERP in which the predecessor made so many chains."""
    with own_home() as home:
        file = home / "radius.sqlite"
        erp = Erp(file)
        fill(erp, orders, SEED, chains=chains)
        since = eligible_since(erp)
        with RadiusProcess(file, view_lag_seconds=0) as radius:
            settings = settings_for(
                home, radius_api_url=radius.api, radius_database=file, xlink_runner_url=radius.url,
                radius_quiet_seconds=1, lws_eligibility_start_date=since, max_orders_per_run=orders, **said,
            )  # fmt: skip
            warehouse = Warehouse(settings.warehouse)
            schema.init(warehouse)
            warehouse.release()
            yield Site(settings, radius)


def complete_orders(database: Path, count: int) -> list[int]:
    """Return orders whose P2 job is there."""
    with Erp(database).reading() as session:
        rows = session.rows(
            'select distinct cast(p."SuppRef" as text) as job, l."SOrderNum" as number from "PV_JobSOLink" as l '
            'join "PV_POrder" as p on p."SuppRef" = l."JobCode" where l."PlantCode" = \'4\' order by 2'
        )
    return [int(row["number"]) for row in rows][:count]


@dataclass(frozen=True)
class Round:
    """A cycle after some orders were changed: what it took, what of that was the ERP, and what it did."""

    spent: Spent
    erp: UnderWay
    adapter: UnderWay
    report: Report

    @property
    def own(self) -> float:
        """Seconds beyond the ERP's."""
        return self.spent.seconds - self.erp.seconds


def changed_cycle(site: Site, orders: Sequence[int]) -> Round:
    """Change every other order's reference and the others' quantities, and take a cycle."""
    people = site.radius.people
    for place, order in enumerate(orders):
        if place % 2:
            people.change_custref(order, f"9{place:03} 0001 Z")
        else:
            people.change_quantity(order, 12_000 + place)
    reports: list[Report] = []
    with UnderWay().watching(ADAPTER) as adapter, UnderWay().watching(ADAPTER, DATABASE) as erp:
        spent = timed(lambda: reports.append(site.cycle()))
    return Round(spent, erp, adapter, reports[0])


def cycle_figure(watched: int, changed: int) -> Figure:
    """A cycle in which few of many watched orders changed: the middle one of three, each with orders of its own."""
    with site_of(watched, watched) as site:
        site.adopt()
        site.cycle()  # what is not complete comes to its end
        quiet = timed(site.cycle)
        complete = iter(complete_orders(site.radius.database, ROUNDS * changed))
        rounds = [changed_cycle(site, [next(complete) for _ in range(changed)]) for _ in range(ROUNDS)]
    middle = sorted(rounds, key=lambda one: one.own)[ROUNDS // 2]
    erp, adapter = middle.erp, middle.adapter
    return Figure(
        f"a cycle over {watched:,} watched orders, {changed} of them changed", f"{middle.spent}",
        f"ERP: {erp.seconds:.2f} s; {adapter.seconds:.2f} s of it in {adapter.calls} calls of the adapter, the rest in "
        f"{erp.calls - adapter.calls} queries", f"{middle.own:.2f} s beyond it", f"<= {MOST_SECONDS:g} s beyond it",
        middle.own <= MOST_SECONDS,
        {"beyond it, each time": [one.own for one in rounds],
         "beyond the adapter alone": middle.spent.seconds - adapter.seconds, "without changes": vars(quiet),
         "report": middle.report.as_dict()},
    )  # fmt: skip


def new_figure(orders: int, latency: Mapping[str, float], workers: int) -> Figure:
    """Many new orders in one cycle, an adapter that takes its time."""
    with site_of(orders, 0, radius_workers=workers) as site:
        site.stage()
        site.radius.control.settings(latency=dict(latency))
        reports: list[Report] = []
        spent = timed(lambda: reports.append(site.cycle()))
        deeds: Mapping[str, int] = site.radius.control.calls(log=False)["routes"]
    model = sum(seconds * deeds.get(f"POST {deed}", 0) for deed, seconds in latency.items()) / workers
    share = model / spent.seconds
    return Figure(
        f"{orders} new orders in one cycle, {workers} workers", f"{spent}",
        f"latency x calls / workers: {model:.2f} s", f"{share:.0%} of it", f">= {LEAST_SHARE:.0%}",
        share >= LEAST_SHARE,
        {"latency": dict(latency), "calls": dict(deeds), "report": reports[0].as_dict()},
    )  # fmt: skip


def measure(quick: bool = False) -> list[Figure]:
    """Take both."""
    if quick:
        return [cycle_figure(60, 4), new_figure(12, dict.fromkeys(LATENCY, 0.05), 4)]
    return [cycle_figure(WATCHED, CHANGED), new_figure(NEW, LATENCY, WORKERS)]
