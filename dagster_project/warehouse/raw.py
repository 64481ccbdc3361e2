"""Raw tables: made when they are missing, and filled by sets. What an extract needs, whatever it extracts."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse import rows as written
from dagster_project.warehouse.ddl import add_column, create_table
from dagster_project.warehouse.reading import tables_and_columns
from dagster_project.warehouse.relations import Record, quoted, relation


def prepare(connection: Connection, metadata: sa.MetaData) -> list[str]:
    """Make the tables and columns that are missing; return their names. Nothing is changed or dropped."""
    existing = tables_and_columns(connection)
    made: list[str] = []
    for table in metadata.tables.values():
        known = {name.lower() for name in existing.get(table.name, {})}
        if not known:
            _create(connection, table)
            made.append(table.name)
            continue
        for column in table.columns:
            if column.name.lower() not in known:
                _add(connection, column)
                made.append(f"{table.name}.{column.name}")
    return made


def statements(metadata: sa.MetaData) -> list[str]:
    """Return the guarded T-SQL that `prepare` runs on SQL Server."""
    return [create_table(table) for table in metadata.tables.values()]


def replace(
    connection: Connection, table: sa.Table, key: str, rows: Sequence[Record], keys: Iterable[Any]
) -> int:
    """Put rows in the place of all rows that have one of `keys` in the column `key`; return how many."""
    remove(connection, table, key, keys)
    return written.insert(connection, table, rows) if rows else 0


def remove(connection: Connection, table: sa.Table, key: str, keys: Iterable[Any]) -> None:
    """Delete the rows that have one of `keys` in the column `key`."""
    wanted = [{key: value} for value in dict.fromkeys(keys)]
    column = sa.Column(key, table.c[key].type)
    for start in range(0, len(wanted), written.CHUNK):
        with relation(connection, [column], wanted[start : start + written.CHUNK]) as source:
            name = quoted(connection, key)
            connection.execute(
                sa.text(
                    f"delete from {quoted(connection, table.name)} "
                    f"where {name} in (select r.{name} from {source} as r)"
                )
            )


def select(connection: Connection, table: sa.Table, key: str, keys: Iterable[Any]) -> Iterator[sa.Row[Any]]:
    """Yield the rows that have one of `keys` in the column `key`, in no order."""
    return written.select_by_key(connection, table, [key], [[value] for value in keys])


def refill(connection: Connection, table: sa.Table, rows: Sequence[Record]) -> int:
    """Put rows in the place of everything a table holds; return how many."""
    connection.execute(sa.delete(table))
    return written.insert(connection, table, rows) if rows else 0


def refill_columns(connection: Connection, table: sa.Table, values: Mapping[str, list[Any]]) -> int:
    """The same for rows that are at hand column by column."""
    connection.execute(sa.delete(table))
    return written.insert_columns(connection, table, values)


def fingerprint(rows: Sequence[Record]) -> str:
    """Return what tells two sets of rows apart, in whatever order they come."""
    digest = hashlib.sha256()
    for line in sorted(repr(tuple(row.items())) for row in rows):
        digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _create(connection: Connection, table: sa.Table) -> None:
    if connection.dialect.name == "mssql":
        connection.exec_driver_sql(create_table(table))
    else:
        table.create(connection, checkfirst=False)


def _add(connection: Connection, column: sa.Column[Any]) -> None:
    if connection.dialect.name == "mssql":
        connection.exec_driver_sql(add_column(column))
        return
    table, name = (quoted(connection, each) for each in (column.table.name, column.name))
    kind = column.type.compile(connection.dialect)
    connection.exec_driver_sql(f"alter table {table} add column {name} {kind}")
