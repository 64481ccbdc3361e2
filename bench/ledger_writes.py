"""Ledger and landing writes against executemany on the same table.

    python -m bench.ledger_writes                      a DuckDB file in a temporary folder
    python -m bench.ledger_writes --url mssql+pyodbc://…   a T-SQL server; makes and drops bench_…

The baseline is one bound statement per row by the driver's executemany, on fewer rows since it takes that
long. Figures are rows a second, the best of three tries, measured one after the other in one process.
"""

import argparse
import datetime as dt
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse import landing_writers, rows, tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing_layout import Kind, PlannedColumn
from dagster_project.warehouse.orders_unified import ORDERS_UNIFIED
from sandbox.source.orders import generate

TRIES = 3
NOW = dt.datetime(2026, 11, 21, 9, 0)
KEY = ("instance", "entity", "business_key")


@dataclass(frozen=True)
class Figure:
    """One kind of write, measured both ways."""

    what: str
    rows: int
    rows_per_second: float
    baseline_rows: int
    baseline_rows_per_second: float

    @property
    def ratio(self) -> float:
        """How many times faster than executemany."""
        return self.rows_per_second / self.baseline_rows_per_second

    def __str__(self) -> str:
        return (
            f"{self.what:<34} {self.rows_per_second:>11,.0f} rows/s   executemany "
            f"{self.baseline_rows_per_second:>7,.0f} rows/s   {self.ratio:>6,.0f}x"
        )


def measure(warehouse: Warehouse, many: int = 20_000, few: int = 300) -> list[Figure]:
    """Measure inserts, updates and landing; `many` rows our way, `few` by executemany."""
    ledger = tables.delivery.to_metadata(sa.MetaData(), name="bench_delivery")
    ledger.indexes.clear()
    orders = generate(many)
    landed = sa.Table("bench_orders", sa.MetaData(), *_order_columns(orders.schema.names))
    with _tables(warehouse, ledger, landed):
        return [
            _compare(warehouse, "ledger: insert", ledger, _records, (many, few), _insert, _insert_each),
            _compare(
                warehouse, "ledger: claim", ledger, _claims, (many, few), _claim, _claim_each, filled=True
            ),
            _compare(
                warehouse,
                "landing, 268 columns",
                landed,
                lambda n: orders.slice(0, n),
                (many, few),
                _land,
                _land_each,
            ),
        ]


Write = Callable[[Connection, sa.Table, Any], None]


def _compare(
    warehouse: Warehouse,
    what: str,
    table: sa.Table,
    data: Callable[[int], Any],
    sizes: tuple[int, int],
    ours: Write,
    each: Write,
    filled: bool = False,
) -> Figure:
    many, few = sizes

    def best(write: Write, count: int) -> float:
        return min(
            _seconds(warehouse, table, data(count), count if filled else 0, write) for _ in range(TRIES)
        )

    return Figure(what, many, many / best(ours, many), few, few / best(each, few))


def _seconds(warehouse: Warehouse, table: sa.Table, data: Any, filled: int, write: Write) -> float:
    """Return the seconds of one transaction on a table that holds `filled` rows before."""
    with warehouse.begin() as connection:
        connection.execute(sa.delete(table))
        rows.insert(connection, table, _records(filled))
    started = time.perf_counter()
    with warehouse.begin() as connection:
        write(connection, table, data)
    return time.perf_counter() - started


def _records(count: int) -> list[dict[str, Any]]:
    told = json.dumps({f"COLUMN {number}": f"value {number}" for number in range(45)})
    return [
        {
            "instance": "monday:SANDBOX:1", "entity": "items", "business_key": f"{number:036}",
            "incarnation": 1, "state": "DELIVERED", "revision": 1, "attempt": 0, "told": told,
            "remote_id": str(9_000_000_000 + number), "mapping_version": "m1", "created_at": NOW,
            "updated_at": NOW,
        }
        for number in range(count)
    ]  # fmt: skip


def _claims(count: int) -> list[dict[str, Any]]:
    return [
        {"instance": "monday:SANDBOX:1", "entity": "items", "business_key": f"{number:036}",
         "state": "SENDING", "lease_run": "r1", "lease_until": NOW, "revision": 2, "expected_revision": 1}
        for number in range(count)
    ]  # fmt: skip


def _insert(connection: Connection, table: sa.Table, records: list[dict[str, Any]]) -> None:
    rows.insert(connection, table, records)


def _claim(connection: Connection, table: sa.Table, claims: list[dict[str, Any]]) -> None:
    assert len(rows.compare_and_swap(connection, table, KEY, claims, matching=("revision",))) == len(claims)


def _land(connection: Connection, table: sa.Table, orders: pa.Table) -> None:
    for batch in orders.combine_chunks().to_batches():
        landing_writers.load(connection, table, batch)
    assert landing_writers.count(connection, table.name) == orders.num_rows


def _insert_each(connection: Connection, table: sa.Table, records: list[dict[str, Any]]) -> None:
    columns = list(records[0])
    quote = connection.dialect.identifier_preparer.quote_identifier
    names, marks = ", ".join(map(quote, columns)), ", ".join("?" for _ in columns)
    values = [tuple(record[name] for name in columns) for record in records]
    _executemany(connection, f"insert into {table.name} ({names}) values ({marks})", values)


def _claim_each(connection: Connection, table: sa.Table, claims: list[dict[str, Any]]) -> None:
    statement = (
        f"update {table.name} set state = ?, lease_run = ?, lease_until = ?, revision = ? "
        "where instance = ? and entity = ? and business_key = ? and revision = ?"
    )
    order = ("state", "lease_run", "lease_until", "revision", *KEY, "expected_revision")
    _executemany(connection, statement, [tuple(claim[name] for name in order) for claim in claims])


def _land_each(connection: Connection, table: sa.Table, orders: pa.Table) -> None:
    _insert_each(connection, table, orders.to_pylist())


def _executemany(connection: Connection, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
    if connection.dialect.name == "duckdb":
        first, *others = statement.split("?")
        statement = first + "".join(f"${number}{part}" for number, part in enumerate(others, start=1))
    cursor: Any = connection.connection.cursor()
    cursor.executemany(statement, values)
    cursor.close()


def _order_columns(names: Sequence[str]) -> list[sa.Column[Any]]:
    integers = {*ORDERS_UNIFIED.sizes, *ORDERS_UNIFIED.integers}
    kinds = dict.fromkeys(integers, Kind.INTEGER) | dict.fromkeys(ORDERS_UNIFIED.dates, Kind.DATE)
    planned = [PlannedColumn(n, name, kinds.get(name, Kind.TEXT)) for n, name in enumerate(names)]
    return [sa.Column(column.name, landing_writers.TYPES[column.kind]) for column in planned]


@contextmanager
def _tables(warehouse: Warehouse, *made: sa.Table) -> Iterator[None]:
    with warehouse.begin() as connection:
        for table in made:
            table.drop(connection, checkfirst=True)
            table.create(connection)
    try:
        yield
    finally:
        with warehouse.begin() as connection:
            for table in made:
                table.drop(connection)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger_writes", description=__doc__)
    parser.add_argument("--url", help="warehouse to measure (default: a DuckDB file in a temporary folder)")
    parser.add_argument("--rows", type=int, default=20_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(chosen.url or f"duckdb:///{Path(folder) / 'bench.duckdb'}")
        print(f"{warehouse.dialect}, {chosen.rows:,} rows a write")
        for figure in measure(warehouse, chosen.rows):
            print(figure)
        warehouse.release()


if __name__ == "__main__":
    main()
