"""Bulk loads a table that takes the place of the old one: all of it or nothing."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse.landing_cells import LONGEST_TEXT
from dagster_project.warehouse.landing_layout import Kind, PlannedColumn
from dagster_project.warehouse.relations import quoted, registered

BUFFER_BYTES = 64 << 20
_TYPES: dict[Kind, Any] = {
    Kind.TEXT: sa.Unicode(LONGEST_TEXT),
    Kind.INTEGER: sa.Integer(),
    Kind.DATE: sa.Date(),
}


class CountMismatch(Exception):
    """The warehouse holds another number of rows than it was given."""


def create(connection: Connection, name: str, columns: Sequence[PlannedColumn]) -> sa.Table:
    """Create the table to load into; a leftover of a load that died is dropped first."""
    table = sa.Table(name, sa.MetaData(), *(sa.Column(c.name, _TYPES[c.kind]) for c in columns))
    table.drop(connection, checkfirst=True)
    table.create(connection)
    return table


def load(connection: Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    """Append a batch whose columns are the table's, in order."""
    if connection.dialect.name == "mssql":
        _load_sqlserver(connection, table, batch)
        return
    with registered(connection, pa.Table.from_batches([batch])) as source:
        connection.exec_driver_sql(f"insert into {quoted(connection, table.name)} select * from {source}")


def _load_sqlserver(connection: Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    """Append by fast_executemany, telling the driver real widths: it reserves the declared ones per row."""
    import pyodbc

    names = ", ".join(quoted(connection, column.name) for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    sizes = []
    width = 0
    for column, cells in zip(table.columns, batch.columns, strict=True):
        if isinstance(column.type, sa.Unicode):
            longest = 2 * (pc.max(pc.utf8_length(cells)).as_py() or 1)
            sizes.append((pyodbc.SQL_WVARCHAR, min(max(longest, 1), LONGEST_TEXT), 0))
            width += 2 * longest + 8
        elif isinstance(column.type, sa.Date):
            sizes.append((pyodbc.SQL_TYPE_DATE, 10, 0))
            width += 24
        else:
            sizes.append((pyodbc.SQL_INTEGER, 0, 0))
            width += 24
    step = max(1, BUFFER_BYTES // width)
    cursor: Any = connection.connection.cursor()
    try:
        cursor.fast_executemany = connection.dialect.fast_executemany  # type: ignore[attr-defined]
        cursor.setinputsizes(sizes)
        for start in range(0, batch.num_rows, step):
            part = batch.slice(start, step)
            values = list(zip(*(column.to_pylist() for column in part.columns), strict=True))
            cursor.executemany(
                f"insert into {quoted(connection, table.name)} ({names}) values ({marks})", values
            )
    finally:
        cursor.close()


def count(connection: Connection, name: str) -> int:
    """Return how many rows a table holds."""
    return int(connection.exec_driver_sql(f"select count(*) from {quoted(connection, name)}").scalar_one())


def swap(connection: Connection, loaded: sa.Table, name: str) -> None:
    """Put a loaded table in the place of the old one."""
    connection.exec_driver_sql(f"drop table if exists {quoted(connection, name)}")
    if connection.dialect.name == "mssql":
        connection.execute(
            sa.text("exec sp_rename :old, :new, N'OBJECT'"),
            {"old": quoted(connection, loaded.name), "new": name},
        )
        return
    connection.exec_driver_sql(
        f"alter table {quoted(connection, loaded.name)} rename to {quoted(connection, name)}"
    )
