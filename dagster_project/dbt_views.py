"""Which views stand in the warehouse just as the project defines them, so that a run need not make them anew.

To dbt a view costs as much as a table, in every run; a view changes only when the project does, or the columns
of a source it was written from. Whoever makes views records what they were made of; a view that somebody
altered or dropped since then is told by the definition that the engine keeps.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.dbt_manifest import Source, project_files
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.reading import columns_elsewhere, view_definitions
from dagster_project.warehouse.rows import insert


class Views:
    """The views of one warehouse, made by the project below `root` from these sources."""

    def __init__(self, warehouse: Warehouse, root: Path, sources: Iterable[Source]) -> None:
        self.warehouse = warehouse
        with warehouse.begin() as connection:
            self.made_of = _fingerprint([*_contents(root), *_shapes(connection, sources)])

    def stand(self, names: Collection[str]) -> bool:
        """True when each of these views is there as this project makes it."""
        with self.warehouse.begin() as connection:
            found = _definitions(connection)
            recorded = connection.execute(
                sa.select(tables.project_view).where(tables.project_view.c.made_of == self.made_of)
            ).all()
        known = {row.view_name: row.definition for row in recorded}
        return all(name in known and known[name] == found.get(name.lower()) for name in names)

    def record(self, names: Collection[str]) -> None:
        """Remember what these views, just made, were made of."""
        with self.warehouse.begin() as connection:
            found = _definitions(connection)
            made = [
                {"view_name": name, "made_of": self.made_of, "definition": found[name.lower()]}
                for name in sorted(names)
                if name.lower() in found
            ]
            connection.execute(
                sa.delete(tables.project_view).where(tables.project_view.c.view_name.in_(sorted(names)))
            )
            insert(connection, tables.project_view, made)


def _definitions(connection: Connection) -> dict[str, str]:
    """Return view in lower case → fingerprint of its definition."""
    return {name: _fingerprint([said]) for name, said in view_definitions(connection).items()}


def _contents(root: Path) -> Iterator[str]:
    for path in project_files(root):
        yield str(path.relative_to(root))
        yield hashlib.sha256(path.read_bytes()).hexdigest()


def _shapes(connection: Connection, sources: Iterable[Source]) -> Iterator[str]:
    wanted = sorted(set(sources))
    for database, schema in sorted({(database, schema) for database, schema, _ in wanted}):
        known = columns_elsewhere(connection, database, schema)
        for name in (name for *place, name in wanted if place == [database, schema]):
            yield f"{database}.{schema}.{name} {known.get(name.lower())}"


def _fingerprint(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
