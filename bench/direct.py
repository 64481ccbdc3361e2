"""Rows as staging would hand them over, and their delivery by the real engine: no dbt in between.

For measurements of the delivery alone. The rows are as wide as real ones.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from bench.world import World
from dagster_project.clock import Clock
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.destination import Change, Row
from dagster_project.delivery.engine import Engine
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.mapping import MappedColumn, load_all
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Run, Scope
from dagster_project.systems import MONDAY

GROUP = "GREYSON CLOTHIERS 2025 FALL"
CUSTOMER = "GREYSON CLOTHIERS"
LABELS = {"UNIT OF MEASURE": "PCS", "ORDER TYPE": "RECEIVED"}
"""Columns that take no new labels: what the board knows."""
SIZES = ("XS", "S", "M", "L", "XL", "XXL")


def item(number: int) -> Row:
    """An item with a value in every column."""
    values = _filled("items", number)
    values |= {"Title": f"MSP26B{number:05}WHITEGRE-{number:05}", "Group": GROUP, "CUSTOMER": "GREYSON"}
    values |= {"SOURCE CUSTOMER NAME": CUSTOMER, "AAG ORDER NUMBER": f"GRE-{number:05}"}
    return Row("items", f"order-{number:06}", Change.NEW, values, batch=CUSTOMER)


def subitem(parent: Row, size: str) -> Row:
    """A size of an item."""
    values = _filled("subitems", 10) | {"Size": size, "Name": f"Size {size}"}
    key = f"{parent.key}|{size}"
    return Row("subitems", key, Change.NEW, values, parent_key=parent.key, batch=CUSTOMER)


def order(items: int, subitems: int) -> list[Row]:
    """So many items of one group with so many sizes between them, spread as evenly as it goes."""
    parents = [item(number) for number in range(items)]
    lines = [subitem(parents[n % items], SIZES[n // items]) for n in range(subitems)]
    return [*parents, *lines]


def _filled(entity: str, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in _columns()[entity]}


@cache
def _columns() -> Mapping[str, Sequence[MappedColumn]]:
    return {mapping.entity: mapping.columns for mapping in load_all("monday")}


def _value(column: MappedColumn, number: int) -> Any:
    values: Mapping[str, Any] = {
        "integer": number % 900 + 1,
        "decimal": f"{number % 90 + 1}.5000",
        "date": "2025-05-20",
    }
    if column.target.get("type") in ("dropdown", "status"):
        return LABELS.get(column.name, f"{column.name} {number % 7}")
    return values.get(column.kind, f"{column.name} {number}")


def deliver(world: World, rows: Sequence[Row], clock: Clock) -> Report:
    """Deliver rows as one run of the engine does, preflight included."""
    destination = world.destination(clock)
    run = Run("monday", MONDAY.instance(world.settings))
    scope = Scope(world.warehouse, run, clock, world.settings.lease_seconds)
    scope.take()
    try:
        engine = Engine(
            destination, Ledger(world.warehouse, run, clock), scope,
            Batches(world.warehouse, run, clock, destination.entities, "BENCH", {}), clock,
            preflight=destination.preflight(), mapping_versions={},
        )  # fmt: skip
        return engine.deliver(rows)
    finally:
        scope.release()
