"""Creates and upgrades the tables Python owns, and refuses to work on ones it does not understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from dagster_project.clock import Clock, SystemClock
from dagster_project.warehouse import ddl, tables
from dagster_project.warehouse.ddl import render_ddl
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.migrations import (
    MIGRATIONS,
    Migration,
    columns_at_birth,
    columns_of,
    tables_of,
)
from dagster_project.warehouse.reading import table_exists, tables_and_columns

__all__ = ["SchemaError", "SchemaReport", "SchemaTooNew", "SchemaTooOld", "check", "init", "render_ddl"]

Existing = dict[str, dict[str, str]]
_REMADE = tables.project_view.name
"""Holds nothing but what the next run finds out again."""


class SchemaError(Exception):
    """The warehouse's tables do not fit this program. The message says what to run."""


class SchemaTooNew(SchemaError):
    """A newer program upgraded the warehouse; this one could misread its ledger."""


class SchemaTooOld(SchemaError):
    """The warehouse has no ledger yet, or an older one."""


@dataclass(frozen=True)
class SchemaReport:
    """What `init` found and did."""

    before: int  # 0: there was no ledger
    version: int
    tables: tuple[str, ...]  # created
    columns: tuple[str, ...]  # added, as table.column

    @property
    def status(self) -> str:
        """One of: created, upgraded, repaired (something was missing), up to date."""
        if self.before == 0:
            return "created"
        if self.before < self.version:
            return "upgraded"
        return "repaired" if self.tables or self.columns else "up to date"

    def __str__(self) -> str:
        if self.status == "up to date":
            return f"ledger version {self.version} is up to date"
        added = [f"{len(self.tables)} tables"] + ([f"{len(self.columns)} columns"] if self.columns else [])
        return f"ledger {self.status}: version {self.version}, {' and '.join(added)} added"


def init(
    warehouse: Warehouse,
    clock: Clock | None = None,
    *,
    metadata: sa.MetaData = tables.metadata,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> SchemaReport:
    """Bring the warehouse to the newest version by adding what is missing, in one transaction.

    Nothing is changed or dropped, so it may run at every start. Raises SchemaTooNew, and SchemaError for a column
    that somebody renamed or dropped.
    """
    clock = clock or SystemClock()
    with warehouse.begin() as connection:
        before = version_of(connection)
        _refuse_newer(before, migrations)
        existing = tables_and_columns(connection)
        created: list[str] = []
        added: list[str] = []
        for migration in migrations:
            new_tables = [t for t in tables_of(metadata, migration.version) if t.name not in existing]
            new_columns = [c for c in columns_of(metadata, migration.version) if _missing(c, existing)]
            if warehouse.embedded:
                _migrate_embedded(connection, migration, new_tables, new_columns, clock)
            else:
                for statement in ddl.statements(metadata, migration):
                    connection.exec_driver_sql(statement)
            created += [table.name for table in new_tables]
            added += [f"{c.table.name}.{c.name}" for c in new_columns]
        if before == migrations[-1].version:
            _refuse_lost_columns(metadata, tables_and_columns(connection))
    return SchemaReport(before, migrations[-1].version, tuple(created), tuple(added))


def check(warehouse: Warehouse, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Return the warehouse's version; raise SchemaTooNew, SchemaTooOld or SchemaError when it is not ours."""
    with warehouse.begin() as connection:
        version = version_of(connection)
        there = tables_and_columns(connection)
    _refuse_newer(version, migrations)
    if version == 0:
        raise SchemaTooOld("the warehouse has no ledger yet: run `order-staging init`")
    if version < migrations[-1].version:
        raise SchemaTooOld(
            f"the ledger is version {version}, this program needs {migrations[-1].version}: "
            "run `order-staging init`"
        )
    if lost := sorted(set(tables.metadata.tables) - there.keys()):
        besides = " It makes them empty; what they held is in a backup only" if lost != [_REMADE] else ""
        raise SchemaError(f"the warehouse has lost {', '.join(lost)}: run `order-staging init`.{besides}")
    _refuse_lost_columns(tables.metadata, there)
    return version


def _refuse_lost_columns(metadata: sa.MetaData, existing: Existing) -> None:
    """Raise SchemaError when a table of ours is there without one of its columns: nobody knows what it held."""
    columns = (c for table in metadata.sorted_tables if table.name in existing for c in table.c)
    if lost := [f"{column.table.name}.{column.name}" for column in columns if _missing(column, existing)]:
        raise SchemaError(
            f"the warehouse has lost {', '.join(lost)}: somebody renamed or dropped it by hand. Give the column its "
            "name again, or take the table from a backup"
        )


def version_of(connection: Connection) -> int:
    """Return the version of the ledger's tables, 0 when there are none."""
    if not table_exists(connection, tables.ledger_schema.name):
        return 0
    version = tables.ledger_schema.c.version
    return int(connection.execute(sa.select(sa.func.max(version))).scalar_one() or 0)


def _refuse_newer(version: int, migrations: Sequence[Migration]) -> None:
    newest = migrations[-1].version
    if version > newest:
        raise SchemaTooNew(
            f"the ledger is version {version}, this program knows {newest}: install the order-staging that "
            "upgraded it, or restore the warehouse it belongs to"
        )


def _missing(column: sa.Column[Any], existing: Existing) -> bool:
    return column.name not in existing.get(column.table.name, {})


def _migrate_embedded(
    connection: Connection,
    migration: Migration,
    new_tables: Sequence[sa.Table],
    new_columns: Sequence[sa.Column[Any]],
    clock: Clock,
) -> None:
    """Apply a version to DuckDB. Secondary indexes are left out: it joins by hashing and would only pay."""
    for table in new_tables:
        born = columns_at_birth(table)
        connection.execute(CreateTable(_only(table, born)))
    quoted = connection.dialect.identifier_preparer.quote_identifier
    for column in new_columns:
        kind = column.type.compile(connection.dialect)
        connection.exec_driver_sql(
            f"alter table {quoted(column.table.name)} add column {quoted(column.name)} {kind}"
        )
    known = sa.select(tables.ledger_schema.c.version).where(
        tables.ledger_schema.c.version == migration.version
    )
    if connection.execute(known).first() is None:
        connection.execute(
            sa.insert(tables.ledger_schema).values(
                version=migration.version, applied_at=clock.now(), description=migration.description
            )
        )


def _only(table: sa.Table, columns: Sequence[sa.Column[Any]]) -> sa.Table:
    """Return a table with some of its columns, without indexes."""
    return sa.Table(
        table.name,
        sa.MetaData(),
        *(
            sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable, autoincrement=False)
            for c in columns
        ),
    )
