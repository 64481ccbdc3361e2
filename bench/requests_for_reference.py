"""How many requests the reference purchase order takes: 69 items and 264 subitems in one group.

The baseline is one call each, counted by really doing it. Both are whole runs on the sandbox's orders, staged
by dbt; the board's server counts, not we. What is read is listed beside: preflight, and reading back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.figures import Figure
from bench.world import World, world_with_board
from dagster_project.clock import SystemClock
from dagster_project.delivery.staging import Filters
from sandbox.monday.control import Control
from sandbox.source import orders, reference

MOST = 18
ALIASES = 25


@dataclass(frozen=True)
class Requests:
    """What the board's server counted."""

    mutations: int
    reads: int
    made: Mapping[str, int]
    read: Mapping[str, int]

    @property
    def objects(self) -> int:
        """Groups, items and subitems that were made."""
        return sum(self.made.values())


def counted(monday: Control) -> Requests:
    """Ask the server what arrived since its counters were set back."""
    calls = monday.calls()
    queries = [entry["fields"] for entry in calls["log"] if entry["kind"] == "query"]
    read: dict[str, int] = {}
    for fields in queries:
        what = " + ".join(sorted(name for name in fields if name != "complexity"))
        read[what] = read.get(what, 0) + 1
    return Requests(calls["mutations"], calls["queries"], calls["committed"], read)


def whole_run(aliases: int) -> Requests:
    """Stage the sandbox's orders, deliver the reference purchase order, and count."""
    with world_with_board(SystemClock(), monday_aliases_per_request=aliases) as world:
        assert world.monday is not None
        world.land(orders.generate(orders.SCENES))
        with world.run() as run:
            _, _, report = run.whole(Filters.said(customer=reference.CUSTOMER, po=reference.PO))
        assert report.total("DELIVERED") == reference.ROWS + reference.LINES + 1, report.as_dict()
        _agrees(world)
        return counted(world.monday)


def _agrees(world: World) -> None:
    """The board has what was to be delivered, counted by the server."""
    assert world.monday is not None
    items: list[Any] = [
        item for g in world.monday.board(world.settings.monday_board_id)["groups"] for item in g["items"]
    ]
    found = (len(items), sum(len(item["subitems"]) for item in items))
    assert found == (reference.ROWS, reference.LINES), found


def measure(quick: bool = False) -> list[Figure]:  # noqa: ARG001 - the order is small as it is
    """Both ways."""
    ours, one_each = whole_run(ALIASES), whole_run(1)
    return [
        Figure(
            f"{reference.ROWS} items + {reference.LINES} subitems",
            f"{ours.mutations} mutation requests, {ours.reads} reads",
            f"one call each: {one_each.mutations} mutation requests, {one_each.reads} reads",
            f"1 : {one_each.mutations / ours.mutations:.1f}",
            f"<= {MOST} mutation requests",
            ours.mutations <= MOST,
            {"ours": vars(ours), "one call each": vars(one_each), "aliases per request": ALIASES},
        )
    ]
