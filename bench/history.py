"""Whether a run grows dearer with the history behind it: the same run before and after 100 others.

Two copies of one warehouse: in one, 100 runs have gone by, each of which changed 0.1 % of the orders. Then the
same run - change 0.1 %, stage with all tests, deliver, settle - is measured in turns on both.

The hundred runs are written down set-based, with everything a real one leaves behind; `--real` makes every one
of them a real staging instead, which takes about half an hour. Deliveries are pretended in both.
"""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Figure, Spent, least, timed
from bench.pretended import deliver_staged, pretend_runs
from bench.world import World, empty_world, own_home, settings_for
from dagster_project.warehouse.engine import Warehouse
from sandbox.source import orders

ORDERS = 50_000
RUNS = 100
SHARE = 0.001
REPETITIONS = 3
MOST = 1.2


def change(world: World, number: int, share: float = SHARE) -> int:
    """Write a note on a share of the orders; return how many."""
    rows = int(world.value('select count(*) from "ORDERS_UNIFIED"'))
    changed = max(1, int(rows * share))
    world.execute(
        f'update "ORDERS_UNIFIED" set "NOTES" = \'changed {number:04}\' where record_uuid in (select record_uuid '
        f"from \"ORDERS_UNIFIED\" where record_uuid is not null order by hash(record_uuid || '{number}') "
        f"limit {changed})"
    )
    return changed


def one_run(world: World, number: int) -> Spent:
    """Change, then measure: stage, pretended delivery and settling."""
    change(world, number)

    def work() -> None:
        with world.run() as run, run.held():
            run.stage()
            deliver_staged(world, f"run {number:04}")
            run.settle()

    return timed(work)


def delivered_world(world: World, rows: int) -> None:
    """Land so many orders, stage them for the first time and call them delivered."""
    world.land(orders.generate(rows))
    with world.run(start_empty=True) as run, run.held():
        run.stage()
        deliver_staged(world, "first")
        run.settle()


@contextmanager
def copied(world: World) -> Iterator[World]:
    """The same warehouse once more."""
    with own_home() as home:
        shutil.copy(str(world.warehouse.path), home / "warehouse.duckdb")
        settings = settings_for(home)
        warehouse = Warehouse(settings.warehouse)
        try:
            yield World(home, settings, warehouse)
        finally:
            warehouse.release()


def with_history(world: World, runs: int, real: bool) -> None:
    """Let runs go by."""
    if real:
        for number in range(runs):
            one_run(world, number)
    else:
        pretend_runs(world, runs, SHARE)


def measure(quick: bool = False, real: bool = False) -> list[Figure]:
    """The same run without and with a history, in turns."""
    rows = 5_000 if quick else ORDERS
    with empty_world() as young:
        delivered_world(young, rows)
        with copied(young) as old:
            with_history(old, RUNS, real)
            spent: dict[str, list[Spent]] = {"young": [], "old": []}
            for turn in range(REPETITIONS + 1):  # the first one warms up, and delivers what history left over
                for name, world in (("young", young), ("old", old)):
                    spent[name].append(one_run(world, 1_000 + turn))
            before, after = least(spent["young"][1:]), least(spent["old"][1:])
            left = _left_behind(old)
    ratio, cpu = after.seconds / before.seconds, after.cpu / before.cpu
    return [
        Figure(
            f"a run of 0.1 % changes after {RUNS} such runs, {rows:,} orders",
            f"{after}",
            f"the same run without that history: {before}",
            f"{ratio:.2f}x ({cpu:.2f}x by CPU)",
            f"<= {MOST}x",
            ratio <= MOST,
            {"runs": "real" if real else "written down set-based", "left behind": left,
             "spent": {name: [vars(s) for s in some] for name, some in spent.items()}},
        )
    ]  # fmt: skip


def _left_behind(world: World) -> dict[str, int]:
    tables = ("orders_unified_snapshot", "delivery", "delivery_event", "delivery_request", "delivery_batch")
    return {table: int(world.value(f"select count(*) from {table}")) for table in tables}


def main() -> None:
    """Measure by itself."""
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer orders")
    parser.add_argument("--real", action="store_true", help="really stage each of the hundred runs")
    chosen = parser.parse_args()
    for figure in measure(chosen.quick, chosen.real):
        print(*figure.cells(), sep=" | ")


if __name__ == "__main__":
    main()
