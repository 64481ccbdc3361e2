"""Order lists for tests: few rows, all columns, and exactly one thing wrong."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.orders_unified import AFTER_SIZES, BEFORE_SIZES, SIZES
from dagster_project.warehouse.relations import quoted

HEADER = (*BEFORE_SIZES, *SIZES, *AFTER_SIZES)


def order(number: int = 1, **cells: Any) -> dict[str, Any]:
    """One row of an order list; cells by column name, a double underscore stands for a blank."""
    return {
        "AAG ORDER NUMBER": f"ORD-{number:05}",
        "CUSTOMER NAME": "KESTREL",
        "CUSTOMER STYLE": "KS030-100",
        "CUSTOMER COLOUR DESCRIPTION": "BLACK",
        "UNIT OF MEASURE": "PCE",
        "M": 12,
        "TOTAL QTY": 12,
        "ORDER DATE PO RECEIVED": "2025-09-10",
        "record_uuid": f"4755D0B1-0000-4000-8000-{number:012}",
        **{name.replace("__", " "): value for name, value in cells.items()},
    }


def write_csv(
    path: Path,
    orders: Iterable[dict[str, Any]],
    header: Sequence[str] = HEADER,
    encoding: str = "utf-8",
    delimiter: str = ",",
    lineterminator: str = "\r\n",
) -> Path:
    """Write rows as CSV; what a row does not name is an empty cell."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=lineterminator)
        writer.writerow(header)
        writer.writerows([row.get(name) for name in header] for row in orders)
    return path


def landed(warehouse: Warehouse, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of what was landed, by order number."""
    with warehouse.begin() as connection:
        names = ", ".join(quoted(connection, column) for column in columns)
        by = quoted(connection, "AAG ORDER NUMBER")
        sql = f"select {names} from {quoted(connection, 'ORDERS_UNIFIED')} order by {by}"
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def landing_errors(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Return (row, key, column, value, reason) of every bad cell, in the file's order."""
    error = tables.landing_error.c
    query = sa.select(error.row_number, error.row_key, error.column_name, error.value, error.reason).order_by(
        error.row_number, error.column_name
    )
    with warehouse.begin() as connection:
        return [tuple(row) for row in connection.execute(query)]
