"""The whole database as values, to compare before and after: what was undone must have left no trace."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint.tables import metadata

Snapshot = dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]
"""By table name: key values and the whole row."""


def snapshot(connection: Connection, *tables: str) -> Snapshot:
    """Every row of these tables, of all when none are named."""
    chosen = [table for table in metadata.sorted_tables if not tables or table.name in tables]
    return {table.name: _rows(connection, table) for table in chosen}


def differences(before: Snapshot, after: Snapshot) -> dict[str, dict[str, int]]:
    """Rows added, removed and changed, by table; tables without any are left out."""
    found = {}
    for table in before.keys() | after.keys():
        counts = _compared(before.get(table, {}), after.get(table, {}))
        if any(counts.values()):
            found[table] = counts
    return found


def _rows(connection: Connection, table: sa.Table) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    keys = [column.name for column in table.primary_key]
    return {
        tuple(row[name] for name in keys): tuple(row.values())
        for row in connection.execute(sa.select(table)).mappings()
    }


def _compared(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[str, int]:
    return {
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "changed": sum(before[key] != after[key] for key in before.keys() & after.keys()),
    }
