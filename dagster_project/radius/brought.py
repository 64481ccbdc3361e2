"""What the ERP brought for a raw table: rows as the driver gave them, typed column by column when somebody asks.

Thousands of orders are read in each run, most of them as they were. Of a table that says what it said last time only
the numbers are typed that the next question is asked by.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dagster_project.radius import cells
from dagster_project.radius.database import Table

Columns = dict[str, list[Any]]
"""Rows of a raw table, column by column."""
_CELLS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (sa.Integer, cells.whole),
    (sa.Numeric, cells.number),
    (sa.Date, cells.day),
    (sa.Unicode, cells.text),
)


class Brought:
    """Rows of the ERP as a raw table keeps them; those without a key are none of them."""

    def __init__(self, table: sa.Table, *parts: Table) -> None:
        self.table = table
        self._names = next((part.names for part in parts if part.values), ())
        self._rows: list[Sequence[Any]] = [row for part in parts for row in part.values]
        self._typed: Columns = {}

    @cached_property
    def fingerprint(self) -> str:
        """What tells these rows from others, and from the same read or kept in another way."""
        columns = [(column.name, str(column.type)) for column in self.table.columns]
        said = repr((_READ_BY, columns, self._names, list(map(tuple, self._rows))))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()

    def column(self, name: str) -> list[Any]:
        """Return the values of a column, those of each row at its place."""
        values = self._all(name)
        return values if self._whole is None else list(compress(values, self._whole))

    @property
    def columns(self) -> Columns:
        """All of them."""
        return {column.name: self.column(column.name) for column in self.table.columns}

    def distinct(self, name: str) -> set[Any]:
        """Return the values that a column has."""
        return set(self.column(name)) - {None}

    @cached_property
    def _whole(self) -> list[bool] | None:
        """Which rows have a key; None: all."""
        keys = [self._all(key.name) for key in self.table.primary_key]
        if not any(None in key for key in keys):
            return None
        return [None not in key for key in zip(*keys, strict=True)]

    def _all(self, name: str) -> list[Any]:
        if name not in self._typed:
            given = self._given.get(name.lower(), ())
            self._typed[name] = list(map(_cell(self.table.c[name]), given))
        return self._typed[name]

    @cached_property
    def _given(self) -> dict[str, Sequence[Any]]:
        return dict(zip(self._names, zip(*self._rows, strict=True), strict=True))


def _cell(column: sa.Column[Any]) -> Callable[[Any], Any]:
    return next(cell for kind, cell in _CELLS if isinstance(column.type, kind))


def _made_by() -> str:
    """The code that reads cells: what it made of the same values before it was changed may differ."""
    files = (Path(str(cells.__file__)), Path(__file__))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


_READ_BY = _made_by()
