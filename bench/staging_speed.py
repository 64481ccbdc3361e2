"""Staging a million order lines, as ratios to bare hand-written statements run beside it on the same data.

First: everything is new. Unchanged: everything was delivered and nothing differs. Changed: one order line in a
thousand does. The bare statements do the least that could do for each: copy the columns the mapping reads and
unpivot the sizes; compare both, NULL-safe, with such copies. dbt's tests are timed apart.
"""

import argparse
import resource
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from bench.figures import Figure, Spent, least, timed
from bench.pretended import deliver_staged
from bench.world import World, empty_world
from dagster_project.delivery.mapping import load_all
from sandbox.source import columns as c
from sandbox.source import orders

ORDERS = 1_000_000
TARGETS = {"first": 6.0, "unchanged": 3.0, "changed": 3.0}
MOST_MEMORY_GB = 4.0
SIZES = ", ".join(f'"{size}"' for size in c.SIZES)
MELTED = (
    f'select * from (unpivot (select record_uuid, {SIZES} from "ORDERS_UNIFIED") on {SIZES}'
    " into name size_label value quantity) where quantity > 0"
)


def read_columns() -> list[str]:
    """The key and the source columns the item mapping reads, quoted."""
    (items,) = [mapping for mapping in load_all("monday") if mapping.parent is None]
    names = [source for column in items.columns for source in column.sources]
    return [f'"{name}"' for name in dict.fromkeys([c.RECORD_UUID, *names])]


# -- the bare statements --------------------------------------------------------------------------------


def bare_first(world: World) -> Spent:
    """Copy the source columns the mapping reads, and melt the sizes."""
    return timed(
        lambda: world.execute(
            f'create or replace table bare_items as select {", ".join(read_columns())} from "ORDERS_UNIFIED"',
            f"create or replace table bare_lines as {MELTED}",
        )
    )


def bare_difference(world: World) -> Spent:
    """Compare the order list with those copies column by column, and its melted sizes line by line."""
    key, *names = read_columns()
    differing = " or ".join(f"now.{name} is distinct from before.{name}" for name in names)
    items = f'select count(*) from "ORDERS_UNIFIED" as now full join bare_items as before using ({key})'
    lines = f"select count(*) from ({MELTED}) as now full join bare_lines as before using ({key}, size_label)"

    def compare() -> None:
        world.value(f"{items} where {differing}")
        world.value(f"{lines} where now.quantity is distinct from before.quantity")

    return timed(compare)


# -- ours -----------------------------------------------------------------------------------------------


def land(world: World, rows: int) -> None:
    """ORDERS_UNIFIED at its real width with about 5 sizes per row, a batch at a time."""
    with world.warehouse.begin() as connection:
        native: Any = connection.connection.driver_connection
        for place, batch in enumerate(orders.generate_batches(rows, seed=1, empty_share=0.0)):
            native.register("landed", pa.Table.from_batches([batch]))
            made = "insert into" if place else "create or replace table"
            native.execute(f'{made} "ORDERS_UNIFIED" {"" if place else "as"} select * from landed')
            native.unregister("landed")
    world.warehouse.release()


def stage(world: World, nodes: dict[str, float] | None = None, *, tests: bool = False) -> Spent:
    """Stage, with dbt's data tests or without; note the seconds of each node in `nodes`."""
    with world.run(start_empty=True) as run, run.held():
        run._set_context()

        def build() -> None:
            results = run.dbt.refresh("monday", "stage", tested=tests)
            broken = [result.name for result in results if result.blocks]
            if broken:
                raise RuntimeError(f"dbt failed: {', '.join(broken)}")
            if nodes is not None:
                nodes.update({r.name: round(r.seconds, 2) for r in results if not tests or r.kind == "test"})

        return timed(build)


def change_some(world: World) -> None:
    """Another price and, where there is one, another quantity on one order line in a thousand."""
    world.execute(
        """
        update "ORDERS_UNIFIED" set "CUSTOMER PRICE" = '77.77', "M" = coalesce("M", 0) + 1
        where hash(record_uuid) % 1000 = 0 and upper("ORDER TYPE") = 'ACTIVE'
        """
    )


def approve_everybody(world: World) -> None:
    """Held orders would be staged again each run, and what is measured is a run with nothing to do."""
    world.execute(
        'update "ORDERS_UNIFIED" set "CUSTOMER NAME" = \'GREYSON CLOTHIERS\' where upper(trim("CUSTOMER NAME")) in'
        " (select upper(trim(source_name)) from monday_customers where status = 'review')"
    )


def measure(quick: bool = False) -> list[Figure]:
    """The three kinds of run, each beside its bare statements."""
    rows = 50_000 if quick else ORDERS
    repetitions = 1 if quick else 2
    with empty_world() as world:
        land(world, rows)
        with world.run(start_empty=True) as run, run.held():
            run.dbt.parse()
            run.dbt.invoke(["build", "--select", "monday_customers"])
        approve_everybody(world)
        figures = [_figure("first", rows, [bare_first(world)], *_staged(world, 1))]
        deliver_staged(world, "first")
        unpacking = stage(world)
        figures.append(_compared("unchanged", rows, world, repetitions))
        change_some(world)
        figures.append(_compared("changed", rows, world, 1))
        tests: dict[str, float] = {}
        stage(world, tests, tests=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return [
        *figures,
        Figure("the first run after a delivery of everything", f"{unpacking}", "", "", "reported beside", None),
        Figure(
            f"the {len(tests)} data tests of one staging", f"{sum(tests.values()):.1f} s", "", "",
            "reported beside", None, {"seconds of dbt's nodes": _slowest(tests)},
        ),
        Figure("peak memory", f"{peak:.1f} GB", "", "", f"<= {MOST_MEMORY_GB:.0f} GB", peak <= MOST_MEMORY_GB),
    ]  # fmt: skip


def _compared(name: str, rows: int, world: World, repetitions: int) -> Figure:
    """A staging beside the bare difference, taken before it and after it: the machine changes its speed in between."""
    before = bare_difference(world)
    staged = _staged(world, repetitions)
    return _figure(name, rows, [before, bare_difference(world)], *staged)


def _staged(world: World, repetitions: int) -> tuple[list[Spent], dict[str, float]]:
    nodes: dict[str, float] = {}
    return [stage(world, nodes) for _ in range(repetitions)], nodes


def _figure(
    name: str, rows: int, bare: Sequence[Spent], ours: Sequence[Spent], nodes: dict[str, float]
) -> Figure:
    before, took = least(bare), least(ours)
    ratio = took.seconds / before.seconds
    return Figure(
        f"staging {rows:,} orders, {name}", f"{took}", f"bare statements: {before}",
        f"{ratio:.1f}x ({took.cpu / before.cpu:.1f}x by CPU)", f"<= {TARGETS[name]:.0f}x", ratio <= TARGETS[name],
        {"seconds of dbt's nodes": _slowest(nodes), "bare": vars(before), "ours": vars(took)},
    )  # fmt: skip


def _slowest(nodes: dict[str, float]) -> dict[str, float]:
    return dict(sorted(nodes.items(), key=lambda node: -node[1])[:9])


def main() -> None:
    """Measure by itself."""
    parser = argparse.ArgumentParser(prog="python -m bench.staging_speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="50,000 orders")
    for figure in measure(parser.parse_args().quick):
        print(*figure.cells(), sep=" | ")
        for node, seconds in figure.details.get("seconds of dbt's nodes", {}).items():
            print(f"    {seconds:6.2f} s  {node}")


if __name__ == "__main__":
    main()
