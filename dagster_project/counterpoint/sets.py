"""Rows as an SQL relation inside one statement: typed VALUES, or an Arrow table where DuckDB gets many.

An order has few rows per table, so a temporary table per statement would cost more than it brings. Every value
is cast to its column's type: an untyped null or a text for a money column is not what the server is left to guess.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.counterpoint.tables import SCHEMA
from dagster_project.warehouse.relations import FEW, quoted, relation

PARAMETERS = 2_000  # SQL Server takes 2,100
Row = Mapping[str, Any]
Columns = Sequence[sa.Column[Any]]


@contextmanager
def source(
    connection: Connection, columns: Columns, rows: Sequence[Row]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield (relation, positional parameters) for `from {relation} as r`."""
    if connection.dialect.name == "mssql" or len(rows) * len(columns) <= FEW:
        yield _values(connection, columns, rows)
        return
    with relation(connection, columns, rows) as name:
        yield f"(select * from {name})", ()


def _values(connection: Connection, columns: Columns, rows: Sequence[Row]) -> tuple[str, tuple[Any, ...]]:
    one = ", ".join(f"cast(? as {column.type.compile(connection.dialect)})" for column in columns)
    names = ", ".join(quoted(connection, column.name) for column in columns)
    cells = ", ".join([f"({one})"] * len(rows))
    bound = tuple(row.get(column.name) for row in rows for column in columns)
    return f"(select * from (values {cells}) as v ({names}))", bound


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows; columns that none of them names keep their default. Raises when one is missing after it."""
    if not rows:
        return
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [table.c[name] for name in names]
    listed = ", ".join(quoted(connection, name) for name in names)
    written = 0
    for chunk in _chunks(connection, rows, len(columns)):
        with source(connection, columns, chunk) as (found, bound):
            statement = f"insert into {name_of(table)} ({listed}) select {listed} from {found} as r"
            written += run(connection, statement, bound)
    if written != len(rows):
        raise RuntimeError(f"{table.name}: {len(rows)} rows sent, {written} written")


def update(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Set what each row names besides its primary key; return how many stored rows were changed."""
    keys = [column.name for column in table.primary_key.columns]
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple(row), []).append(row)
    changed = 0
    stored = name_of(table)
    same = " and ".join(f"{stored}.{name} = r.{name}" for name in keys)
    for names, some in alike.items():
        sets = ", ".join(f"{name} = r.{name}" for name in names if name not in keys)
        for chunk in _chunks(connection, some, len(names)) if sets else ():
            with source(connection, [table.c[name] for name in names], chunk) as (found, bound):
                changed += run(
                    connection, f"update {stored} set {sets} from {found} as r where {same}", bound
                )
    return changed


def run(connection: Connection, statement: str, bound: Sequence[Any] = ()) -> int:
    """Run a statement with positional parameters; return how many rows it changed."""
    return int(connection.exec_driver_sql(statement, tuple(bound)).rowcount)


def name_of(table: sa.Table) -> str:
    """The table with its schema."""
    return f"{SCHEMA}.{table.name}"


def marks(values: Sequence[Any]) -> str:
    """Placeholders for `in (…)`."""
    return ", ".join("?" * len(values))


def locked(connection: Connection) -> str:
    """The table hint that keeps a row ours from reading to writing it; DuckDB notices a conflict by itself."""
    return " with (updlock, rowlock)" if connection.dialect.name == "mssql" else ""


def now(connection: Connection) -> dt.datetime:
    """The database's own clock, which CREATED_DT is by, too."""
    clock = "sysdatetime()" if connection.dialect.name == "mssql" else "localtimestamp"
    found: dt.datetime = connection.exec_driver_sql(f"select {clock}").scalar_one()
    return found


def typed(table: sa.Table, row: Row) -> dict[str, Any]:
    """Return a row of texts, as JSON has it, with the values its columns take."""
    return {name: _typed(table.c[name], value) for name, value in row.items()}


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if isinstance(column.type, sa.DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return dt.date.fromisoformat(value)
    if isinstance(column.type, sa.Numeric):
        return Decimal(value)
    return int(value) if isinstance(column.type, sa.Integer) else value


def _chunks(connection: Connection, rows: Sequence[Row], width: int) -> Iterator[Sequence[Row]]:
    size = max(1, PARAMETERS // width) if connection.dialect.name == "mssql" else max(1, len(rows))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
