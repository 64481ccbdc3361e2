"""What an order takes from stock: QTY_COMMIT and QTY_ON_ORD by stocking units, per item and location.

QTY_AVAIL follows by itself, being computed from QTY_COMMIT. QTY_ON_SO is for special orders and is not ours.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.counterpoint.sets import insert, locked, name_of, run, source
from dagster_project.counterpoint.tables import INVENTORY, PRICE, QUANTITY

Stock = tuple[str, str, Decimal]
_COLUMNS = (INVENTORY.c.ITEM_NO, INVENTORY.c.LOC_ID, sa.Column("QTY", QUANTITY))


class StockRefused(Exception):
    """An item has no stock row where one is needed; the message names both."""


def added_up(stock: Iterable[Stock]) -> list[Stock]:
    """Return one entry per item and location, in an order all writers share."""
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for item, location, quantity in stock:
        total[item, location] += quantity
    return [(item, location, quantity) for (item, location), quantity in sorted(total.items())]


def commit_stock(connection: Connection, stock: Iterable[Stock]) -> None:
    """Take ordered quantities; a stock row that is missing is made with zeros first."""
    total = added_up(stock)
    changed = _change(connection, total)
    if changed == len(total):
        return
    missing = _missing(connection, total)
    insert(connection, INVENTORY, [_empty(item, location) for item, location, _ in missing])
    if changed + _change(connection, missing) != len(total):
        raise RuntimeError(f"{INVENTORY.name}: not every row of {total} was changed")


def release_stock(connection: Connection, stock: Iterable[Stock]) -> None:
    """Give back what an order had taken. Raises StockRefused when a stock row is not there."""
    total = added_up(stock)
    if _change(connection, [(item, location, -quantity) for item, location, quantity in total]) != len(total):
        missing = ", ".join(f"{item} at {location}" for item, location, _ in _missing(connection, total))
        raise StockRefused(f"{INVENTORY.name} has no row for {missing}")


def _rows(stock: Sequence[Stock]) -> list[dict[str, object]]:
    return [{"ITEM_NO": item, "LOC_ID": location, "QTY": quantity} for item, location, quantity in stock]


def _change(connection: Connection, stock: Sequence[Stock]) -> int:
    if not stock:
        return 0
    table = name_of(INVENTORY)
    with source(connection, _COLUMNS, _rows(stock)) as (found, bound):
        return run(
            connection,
            f"update {table} set QTY_COMMIT = {table}.QTY_COMMIT + r.QTY, "
            f"QTY_ON_ORD = {table}.QTY_ON_ORD + r.QTY from {found} as r "
            f"where {table}.ITEM_NO = r.ITEM_NO and {table}.LOC_ID = r.LOC_ID",
            bound,
        )


def _missing(connection: Connection, stock: Sequence[Stock]) -> list[Stock]:
    hint = locked(connection).replace("rowlock", "holdlock")
    with source(connection, _COLUMNS, _rows(stock)) as (found, bound):
        there = {
            (item, location)
            for item, location in connection.exec_driver_sql(
                f"select t.ITEM_NO, t.LOC_ID from {name_of(INVENTORY)} as t{hint} "
                f"join {found} as r on t.ITEM_NO = r.ITEM_NO and t.LOC_ID = r.LOC_ID",
                bound,
            )
        }
    return [entry for entry in stock if entry[:2] not in there]


def _empty(item: str, location: str) -> dict[str, object]:
    """A stock row as Counterpoint makes it: every quantity and amount is there and zero."""
    zeros = {c.name: Decimal(0) for c in INVENTORY.columns if c.type in (QUANTITY, PRICE)}
    return {"ITEM_NO": item, "LOC_ID": location, **zeros, "RS_STAT": 1}
