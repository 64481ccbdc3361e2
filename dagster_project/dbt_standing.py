"""Which views and seeds stand in the warehouse just as the project defines them, so that a run need not make them anew.

To dbt a view or a seed costs as much as a table, in every run; they change only when the project does, or the
columns of a source a view was written from. Whoever makes them records what they were made of; what somebody
altered or dropped since then is told by the definition that the engine keeps of a view, and by a seed's rows.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.dbt_manifest import Source, project_files
from dagster_project.file_stamps import Stamps, stamps
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.reading import columns_elsewhere, table_exists, view_definitions
from dagster_project.warehouse.rows import insert

_read: dict[Stamps, Sequence[str]] = {}


@dataclass(frozen=True)
class Lasting:
    """Names of what lasts from run to run: views, and seeds with their few rows."""

    views: frozenset[str]
    seeds: frozenset[str]

    @classmethod
    def among(cls, nodes: Mapping[str, Any]) -> "Lasting":
        """Those among dbt's nodes by name."""
        kinds = {name: node.config.materialized for name, node in nodes.items()}
        views, seeds = (
            frozenset(n for n, kind in kinds.items() if kind == wanted) for wanted in ("view", "seed")
        )
        return cls(views, seeds)

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return self.views | self.seeds


class Standing:
    """What lasts in one warehouse, made by the project below `root` from these sources."""

    def __init__(self, warehouse: Warehouse, root: Path, sources: Iterable[Source]) -> None:
        self.warehouse = warehouse
        with warehouse.begin() as connection:
            self.made_of = _fingerprint([*_contents(root), *_shapes(connection, sources)])

    def holds(self, lasting: Lasting) -> bool:
        """True when each of these is there as this project makes it."""
        with self.warehouse.begin() as connection:
            recorded = connection.execute(
                sa.select(tables.project_view).where(tables.project_view.c.made_of == self.made_of)
            ).all()
            known = {row.view_name: row.definition for row in recorded}
            if not known.keys() >= lasting.names:
                return False
            found = _definitions(connection, lasting)
        return all(known[name] == found.get(name) for name in lasting.names)

    def record(self, lasting: Lasting) -> None:
        """Remember what these, just made, were made of."""
        with self.warehouse.begin() as connection:
            found = _definitions(connection, lasting)
            made = [
                {"view_name": name, "made_of": self.made_of, "definition": found[name]}
                for name in sorted(found)
            ]
            connection.execute(
                sa.delete(tables.project_view).where(
                    tables.project_view.c.view_name.in_(sorted(lasting.names))
                )
            )
            insert(connection, tables.project_view, made)


def _definitions(connection: Connection, lasting: Lasting) -> dict[str, str]:
    """Return name → fingerprint of a view's definition or a seed's rows, of those that are there."""
    views = view_definitions(connection) if lasting.views else {}
    found = {name: _fingerprint([views[name.lower()]]) for name in lasting.views if name.lower() in views}
    return found | {
        name: _fingerprint(_rows(connection, name))
        for name in lasting.seeds
        if table_exists(connection, name)
    }


def _rows(connection: Connection, table: str) -> list[str]:
    """Return the rows as texts, in an order of their own."""
    return sorted(map(str, connection.execute(sa.select(sa.text("*")).select_from(sa.table(table)))))


def _contents(root: Path) -> Sequence[str]:
    """Return name and digest of every file of the project, read anew once one has changed: a run asks twice."""
    files = project_files(root)
    now = stamps(files)
    if now not in _read:
        _read.clear()
        digests = [
            (str(path.relative_to(root)), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files
        ]
        _read[now] = [part for pair in digests for part in pair]
    return _read[now]


def _shapes(connection: Connection, sources: Iterable[Source]) -> Iterator[str]:
    wanted = sorted(set(sources))
    for database, schema in sorted({(database, schema) for database, schema, _ in wanted}):
        known = columns_elsewhere(connection, database, schema)
        for name in (name for *place, name in wanted if place == [database, schema]):
            yield f"{database}.{schema}.{name} {known.get(name.lower())}"


def _fingerprint(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
