"""Writes of a few rows in DuckDB: their values are bound in plain statements, which is half of what a relation takes.

An order walked alone writes a row or two at a time. The values are checked by the same rules as those of many rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse.relations import FEW, Record, arrow, quoted, values_of

ROWS = 4
"""So many rows are changed one by one in less time than by one statement from a relation."""
_NAMED = re.compile(r"(?<!:):(\w+)")

Key = Sequence[str]
Keys = set[tuple[Any, ...]]


def bindable(connection: Connection, values: int) -> bool:
    """True when so many values are bound in less time than it takes to register them."""
    return connection.dialect.name == "duckdb" and values <= FEW


def one_by_one(connection: Connection, rows: Sequence[Record]) -> bool:
    """True when rows are changed one by one."""
    return connection.dialect.name == "duckdb" and len(rows) <= ROWS


def checked(columns: Sequence[sa.Column[Any]], rows: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the rows as their columns hold them, every column named; raise ValueError for what one cannot hold."""
    found: list[dict[str, Any]] = arrow(columns, [values_of(one.name, rows) for one in columns]).to_pylist()
    return found


def insert(connection: Connection, table: sa.Table, rows: pa.Table) -> int:
    """Insert checked rows and return how many were written."""
    names = _listed(connection, rows.column_names)
    marks = ", ".join([_marks(rows.num_columns)] * rows.num_rows)
    bound = tuple(chain.from_iterable(zip(*(column.to_pylist() for column in rows.columns), strict=True)))
    statement = f"insert into {quoted(connection, table.name)} ({names}) values {marks}"
    return int(connection.exec_driver_sql(statement, bound).rowcount)


def select(
    connection: Connection, table: sa.Table, wanted: pa.Table, names: Sequence[str] = ()
) -> Sequence[sa.Row[Any]]:
    """Return the stored rows whose key is among those wanted: the columns of these names, or all of them."""
    what = _listed(connection, names) or "*"
    name = quoted(connection, table.name)
    key = wanted.column_names
    bound = tuple(chain.from_iterable(zip(*(column.to_pylist() for column in wanted.columns), strict=True)))
    if wanted.num_rows == 1:
        same = " and ".join(f"{quoted(connection, one)} = ?" for one in key)
        statement = f"select {what} from {name} where {same}"
    else:
        # found by their keys first: in a join DuckDB reads every column of every row of a large table
        marks = ", ".join([_marks(len(key))] * wanted.num_rows)
        same = " and ".join(f"t.{quoted(connection, one)} = r.{quoted(connection, one)}" for one in key)
        joined = f"from {name} as t join (values {marks}) as r ({_listed(connection, key)}) on {same}"
        statement = f"select {what} from {name} where rowid in (select t.rowid {joined})"
    return connection.exec_driver_sql(statement, bound).fetchall()


def insert_absent(connection: Connection, table: sa.Table, key: Key, rows: pa.Table) -> Keys:
    """Insert the checked rows whose key is not there yet; return their keys.

    Nothing comes in between: both statements see the snapshot of one transaction, and a key is unique.
    """
    there = set(map(tuple, select(connection, table, rows.select(list(key)), key)))
    keys = list(zip(*(rows.column(name).to_pylist() for name in key), strict=True))
    absent = [place for place, found in enumerate(keys) if found not in there]
    if absent:
        insert(connection, table, rows if len(absent) == len(keys) else rows.take(absent))
    return {keys[place] for place in absent}


def changed(
    connection: Connection, table: sa.Table, key: Key, rows: Sequence[Mapping[str, Any]], *,
    matching: Sequence[str], when: str, parameters: Record, raise_revision: bool,
) -> Iterator[tuple[tuple[Any, ...], int]]:  # fmt: skip
    """Change checked rows one after the other; yield the key of each with how many stored rows had it."""
    further, bound_further = _positional(when, parameters)
    for row in rows:
        expected = {name: row[f"expected_{name}"] for name in matching}
        values = {n: v for n, v in row.items() if n not in key and not _is_expected(n, matching)}
        sets = [f"{quoted(connection, name)} = ?" for name in values]
        if raise_revision:
            sets.append(f"{quoted(connection, 'revision')} = t.{quoted(connection, 'revision')} + 1")
        same = [f"t.{quoted(connection, name)} = ?" for name in key]
        same += [_expected(connection, name, value) for name, value in expected.items()]
        statement = (
            f"update {quoted(connection, table.name)} as t set {', '.join(sets)} "
            f"where {' and '.join([*same, *further])}"
        )
        mine = tuple(row[name] for name in key)
        bound = (*values.values(), *mine, *(v for v in expected.values() if v is not None), *bound_further)
        yield mine, int(connection.exec_driver_sql(statement, bound).rowcount)


def _is_expected(name: str, matching: Sequence[str]) -> bool:
    return name.removeprefix("expected_") in matching and name.startswith("expected_")


def _expected(connection: Connection, name: str, value: Any) -> str:
    return f"t.{quoted(connection, name)} {'is null' if value is None else '= ?'}"


def _positional(when: str, parameters: Record) -> tuple[list[str], tuple[Any, ...]]:
    """Put marks in the place of named parameters; their values in the order of the marks."""
    if not when:
        return [], ()
    return [f"({_NAMED.sub('?', when)})"], tuple(parameters[name] for name in _NAMED.findall(when))


def _listed(connection: Connection, names: Sequence[str]) -> str:
    return ", ".join(quoted(connection, name) for name in names)


def _marks(count: int) -> str:
    return f"({', '.join('?' * count)})"
