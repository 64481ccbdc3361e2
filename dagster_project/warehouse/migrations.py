"""The versions of the tables Python owns. A version only adds: tables, nullable columns, indexes.

`tables.py` is always the newest shape. What a later version adds says so there, `info={"since": 2}`, so the
script of an earlier version never changes after a DBA has run it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Migration:
    """One numbered step; its number orders it, its name makes the file name."""

    version: int
    name: str
    description: str

    @property
    def file_name(self) -> str:
        """Name of the T-SQL script."""
        return f"{self.version:03}_{self.name}.sql"


MIGRATIONS = (
    Migration(1, "ledger", "ledger, batches, runs, staging context and landing errors"),
    # scripts of sql/ddl are numbered in one row, and 002 is for Counterpoint's own database
    Migration(3, "alerts", "alerts and the mails that tell them"),
    # 004 are the raw tables of Radius
    Migration(5, "views", "what views were made of, so that they are made anew only when that changed"),
)


def since(thing: sa.Table | sa.Column[Any]) -> int:
    """Return the version that added a table or column; a column is never older than its table."""
    own = int(thing.info.get("since", 1))
    return max(own, since(thing.table)) if isinstance(thing, sa.Column) and thing.table is not None else own


def tables_of(metadata: sa.MetaData, version: int) -> Iterator[sa.Table]:
    """Yield the tables a version creates, in the order they are defined."""
    yield from (table for table in metadata.tables.values() if since(table) == version)


def columns_at_birth(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns a table is created with."""
    return [column for column in table.columns if since(column) == since(table)]


def columns_of(metadata: sa.MetaData, version: int) -> Iterator[sa.Column[Any]]:
    """Yield the columns a version adds to tables of earlier ones."""
    for table in metadata.tables.values():
        if since(table) < version:
            yield from (column for column in table.columns if since(column) == version)


def indexes_of(table: sa.Table, version: int) -> Iterator[sa.Index]:
    """Yield the indexes of a table that become possible in a version, by name."""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if max(since(column) for column in index.columns) == version:
            yield index
