"""Bulk loads a table that takes the place of the old one: all of it or nothing."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import new_id
from dagster_project.warehouse import reading
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing_cells import LONGEST_TEXT
from dagster_project.warehouse.landing_layout import Kind, PlannedColumn
from dagster_project.warehouse.relations import quoted, registered, temporary

TYPES: dict[Kind, Any] = {
    Kind.TEXT: sa.Unicode(LONGEST_TEXT),
    Kind.INTEGER: sa.Integer(),
    Kind.DATE: sa.Date(),
}
_ABANDONED_SECONDS = 86_400


@contextmanager
def loading(
    warehouse: Warehouse, name: str, columns: Sequence[PlannedColumn]
) -> Iterator[tuple[Connection, sa.Table]]:
    """Yield a transaction and an empty table in it; an error in the block leaves no trace of either.

    On SQL Server the table is created in a transaction of its own: the catalogue stays locked until the end
    of the one that creates it, and nobody else could list tables while we load.
    """
    table = sa.Table(
        f"{name}__landing_{new_id()}",
        sa.MetaData(),
        *(sa.Column(column.name, TYPES[column.kind]) for column in columns),
    )
    if warehouse.embedded:
        with warehouse.begin() as connection:
            table.create(connection, checkfirst=False)
            yield connection, table
        return
    with warehouse.begin() as connection:
        _drop_abandoned(connection, name)
        table.create(connection, checkfirst=False)
    try:
        with warehouse.begin() as connection:
            yield connection, table
    except BaseException:
        with suppress(sa.exc.DBAPIError), warehouse.begin() as connection:
            table.drop(connection, checkfirst=True)
        raise


def load(connection: Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    """Append a batch whose columns are the table's, in order."""
    rows = pa.Table.from_batches([batch])
    plain = [sa.Column(f"c{place}", column.type) for place, column in enumerate(table.columns)]
    tsql = connection.dialect.name == "mssql"
    with temporary(connection, plain, rows) if tsql else registered(connection, rows) as source:
        connection.exec_driver_sql(f"insert into {quoted(connection, table.name)} select * from {source}")


def count(connection: Connection, name: str) -> int:
    """Return how many rows a table holds."""
    return int(connection.exec_driver_sql(f"select count(*) from {quoted(connection, name)}").scalar_one())


def swap(connection: Connection, loaded: sa.Table, name: str) -> None:
    """Put a loaded table in the place of the old one."""
    connection.exec_driver_sql(f"drop table if exists {quoted(connection, name)}")
    if connection.dialect.name == "mssql":
        connection.execute(
            sa.text("exec sp_rename :loaded, :name, N'OBJECT'"),
            {"loaded": quoted(connection, loaded.name), "name": name},
        )
        return
    connection.exec_driver_sql(
        f"alter table {quoted(connection, loaded.name)} rename to {quoted(connection, name)}"
    )


def _drop_abandoned(connection: Connection, name: str) -> None:
    """Drop what a killed process left; its name says when it was made."""
    pattern = re.compile(re.escape(f"{name}__landing_".lower()) + r"([0-9a-f]{12})[0-9a-f]{20}")
    for table in reading.tables_and_columns(connection):
        found = pattern.fullmatch(table)
        if found and time.time() - int(found[1], 16) / 1_000 > _ABANDONED_SECONDS:
            connection.exec_driver_sql(f"drop table {quoted(connection, table)}")
