"""Staging against the predecessor's way (predecessor_staging.py): a million rows at its rate, and 10,000.

What is compared is not the same work; ours does more. The predecessor maps each row and inserts it, one
statement each, and its size lines likewise. A stage of ours maps, compares with what was told, keeps history,
finds errors, and builds items and lines; warm, in this process, on the same kind of file. Landing is part of
neither. dbt's tests, which the predecessor has no counterpart of, are left out, and reported beside.

Ours has a fixed cost - dbt's own seconds, whatever the rows - and the predecessor's has none: so the ratio
grows with the rows. What counts is a million, as in every other figure of staging, by rows a second: the predecessor's
way would take two hours for them, so its rate is that of 10,000. Both at 10,000 are reported beside it.
"""

import duckdb

from bench.figures import Figure, Spent, least, timed
from bench.predecessor_staging import stage_predecessor_way
from bench.world import World, empty_world, own_home
from dagster_project.runs import SystemRun
from sandbox.source import orders

ROWS = 10_000
MORE = 1_000_000
REPETITIONS = 3
LEAST = 100


def predecessor(rows: int, *, lines: bool) -> Spent:
    """What the predecessor's way takes, in a file as ours is; making its data frame is CPU, but no seconds."""
    landed = orders.generate(rows)
    seconds: list[float] = []
    with own_home() as home:
        connection = duckdb.connect(str(home / "predecessor.duckdb"), config={"threads": 2})
        try:
            spent = timed(lambda: seconds.append(stage_predecessor_way(landed, connection, lines)))
        finally:
            connection.close()
    return Spent(seconds[0], spent.cpu)


def stage_anew(world: World, *, tested: bool = False) -> Spent:
    """Stage against an empty ledger and an empty history: every row is new."""
    world.execute("drop table if exists orders_unified_snapshot")
    with world.run() as run, run.held():
        return timed(lambda: _build(run, tested))


def _build(run: SystemRun, tested: bool) -> None:
    run._set_context()
    nodes = run.dbt.refresh("monday", "stage", tested=tested)
    failed = [node.name for node in nodes if node.blocks]
    if failed:
        raise RuntimeError(f"staging failed: {failed}")


def lines_of(world: World) -> int:
    """How many size lines are staged."""
    return int(world.value('select count(*) from "STG_MON_CustMasterSchedule_Subitems"'))


def measure(quick: bool = False) -> list[Figure]:
    """Both sizes."""
    rows, more = (2_000, 20_000) if quick else (ROWS, MORE)
    items_only, theirs = predecessor(rows, lines=False), predecessor(rows, lines=True)
    with empty_world() as world:
        world.land(orders.generate(rows))
        ours = least([stage_anew(world) for _ in range(REPETITIONS + 1)][1:])
        tested, lines = stage_anew(world, tested=True), lines_of(world)
        world.land(orders.generate(more))
        many = stage_anew(world)
        many_lines = lines_of(world)
    ratio = theirs.seconds / ours.seconds
    per_row = theirs.seconds / rows / (many.seconds / more)
    details = {
        "ours": vars(ours), "ours with dbt's tests": vars(tested), "predecessor": vars(theirs),
        "predecessor, items only": vars(items_only), f"ours, {more} rows": vars(many),
        f"lines of {more} rows": many_lines,
    }  # fmt: skip
    return [
        Figure(
            f"staging {rows:,} rows with their {lines:,} lines, warm",
            f"{ours}; {tested} with dbt's tests",
            f"the predecessor's way: {theirs}; {items_only} without lines",
            f"{ratio:.0f}x ({items_only.seconds / ours.seconds:.0f}x if it left out lines)",
            "reported beside",
            None,
            details,
        ),
        Figure(
            f"the same per row, {more:,} rows with {many_lines:,} lines",
            f"{many}: {more / many.seconds:,.0f} rows/s",
            f"the predecessor's way, {rows:,} rows: {rows / theirs.seconds:,.0f} rows/s",
            f"{per_row:.0f}x ({per_row * items_only.seconds / theirs.seconds:.0f}x if it left out lines)",
            f">= {LEAST}x",
            per_row >= LEAST,
        ),
    ]
