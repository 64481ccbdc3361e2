"""Set-based writes: one statement inserts, updates or finds any number of rows, on both engines.

Keys are compared exactly. SQL Server's usual collations call 'AB1' and 'ab1' equal, and 'A' and 'A '; a
ledger that did would write one order's state over another's.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse.relations import Record, quoted, relation

__all__ = ["Record", "insert", "insert_absent", "relation", "select_by_key", "update"]

CHUNK = 20_000  # rows in one statement
_BINARY = "Latin1_General_100_BIN2"

Key = Sequence[str]
Keys = set[tuple[Any, ...]]


def insert(connection: Connection, table: sa.Table, rows: Sequence[Record]) -> int:
    """Insert rows (column → value; absent columns are null). Return how many; raise if any is missing."""
    written = 0
    columns = _columns(table, rows)
    names = ", ".join(quoted(connection, column.name) for column in columns)
    for chunk in _chunks(rows):
        with relation(connection, columns, chunk) as (source, bound):
            result = connection.execute(
                sa.text(
                    f"insert into {_name(connection, table)} ({names}) select {names} from {source} as r"
                ),
                bound,
            )
            written += _affected(connection, result)
    if written != len(rows):
        raise RuntimeError(f"{table.name}: {len(rows)} rows sent, {written} written")
    return written


def insert_absent(connection: Connection, table: sa.Table, key: Key, rows: Sequence[Record]) -> Keys:
    """Insert the rows whose key is not there yet; return the keys that were inserted.

    Raises ValueError when a key stands twice in `rows`.
    """
    _refuse_twice(table, key, rows)
    columns = _columns(table, rows)
    names = ", ".join(quoted(connection, column.name) for column in columns)
    target = _name(connection, table)
    same = _same_key(connection, table, key)
    hint = " with (updlock, holdlock)" if connection.dialect.name == "mssql" else ""
    output, returning = _returning(connection, key)
    inserted: Keys = set()
    for chunk in _chunks(rows):
        with relation(connection, columns, chunk) as (source, bound):
            statement = (
                f"insert into {target} ({names}){output} select {names} from {source} as r "
                f"where not exists (select 1 from {target} as t{hint} where {same}){returning}"
            )
            inserted.update(tuple(row) for row in connection.execute(sa.text(statement), bound))
    return inserted


def update(
    connection: Connection,
    table: sa.Table,
    key: Key,
    rows: Sequence[Record],
    *,
    matching: Sequence[str] = (),
    when: str = "",
    parameters: Record | None = None,
    raise_revision: bool = False,
) -> Keys:
    """Set the non-key columns that a row names where the key matches; return the keys that were updated.

    Rows may name different columns: what a row does not name stays as it is. A name in `matching` is
    compare-and-swapped: the stored value must equal the row's `expected_<name>`, NULL equals NULL. `when`
    is a further condition on the stored row, written with alias t and bound `parameters`. `raise_revision`
    adds one to the stored revision. Raises ValueError when a key stands twice in `rows`.
    """
    _refuse_twice(table, key, rows)
    expected = {f"expected_{name}": name for name in matching}
    updated: Keys = set()
    for alike in _alike(rows):
        columns = [
            *_columns(table, alike, besides=expected),
            *(sa.Column(alias, table.c[name].type) for alias, name in expected.items()),
        ]
        sets = [
            f"{quoted(connection, c.name)} = r.{quoted(connection, c.name)}"
            for c in columns
            if c.name not in key and c.name not in expected
        ]
        if raise_revision:
            sets.append(f"{quoted(connection, 'revision')} = t.{quoted(connection, 'revision')} + 1")
        if not sets:
            raise ValueError(f"{table.name}: an update names no column but its key")
        condition = " and ".join(
            [
                _same_key(connection, table, key),
                *(_same_or_null(connection, name, alias) for alias, name in expected.items()),
                *([f"({when})"] if when else []),
            ]
        )
        for chunk in _chunks(alike):
            with relation(connection, columns, chunk) as (source, bound):
                statement = _update_statement(connection, table, sets, source, condition, key)
                result = connection.execute(sa.text(statement), {**bound, **(parameters or {})})
                updated.update(tuple(row) for row in result)
    return updated


def _update_statement(
    connection: Connection, table: sa.Table, sets: Sequence[str], source: str, condition: str, key: Key
) -> str:
    target = _name(connection, table)
    output, returning = _returning(connection, key)
    if connection.dialect.name == "mssql":
        assignments = ", ".join(f"t.{assignment}" for assignment in sets)
        return f"update t set {assignments}{output} from {target} as t, {source} as r where {condition}"
    return f"update {target} as t set {', '.join(sets)} from {source} as r where {condition}{returning}"


def select_by_key(
    connection: Connection, table: sa.Table, key: Key, keys: Sequence[Sequence[Any]]
) -> Iterator[sa.Row[Any]]:
    """Yield the stored rows whose key is among `keys`, in no order."""
    wanted = [dict(zip(key, values, strict=True)) for values in dict.fromkeys(map(tuple, keys))]
    columns = [table.c[name] for name in key]
    for chunk in _chunks(wanted):
        with relation(connection, columns, chunk) as (source, bound):
            statement = (
                f"select t.* from {_name(connection, table)} as t "
                f"join {source} as r on {_same_key(connection, table, key)}"
            )
            found = connection.execute(sa.text(statement), bound).fetchall()
        yield from found


def _columns(table: sa.Table, rows: Sequence[Record], besides: Sequence[str] | Record = ()) -> list[Any]:
    """Return every column that any row names, in the order they appear."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [table.c[name] for name in names if name not in besides]


def _alike(rows: Sequence[Record]) -> Iterator[list[Record]]:
    """Group rows that name the same columns."""
    groups: dict[frozenset[str], list[Record]] = {}
    for row in rows:
        groups.setdefault(frozenset(row), []).append(row)
    yield from groups.values()


def _refuse_twice(table: sa.Table, key: Key, rows: Sequence[Record]) -> None:
    seen: Keys = set()
    for row in rows:
        found = tuple(row[name] for name in key)
        if found in seen:
            raise ValueError(f"{table.name}: {dict(zip(key, found, strict=True))} stands twice in one write")
        seen.add(found)


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _affected(connection: Connection, result: sa.CursorResult[Any]) -> int:
    if result.rowcount >= 0:
        return int(result.rowcount)
    return int(connection.exec_driver_sql("select @@rowcount").scalar_one())


def _same_key(connection: Connection, table: sa.Table, key: Key) -> str:
    return " and ".join(_same(connection, table.c[name]) for name in key)


def _same(connection: Connection, column: sa.Column[Any]) -> str:
    stored, given = (f"{alias}.{quoted(connection, column.name)}" for alias in ("t", "r"))
    equal = f"{stored} = {given}"
    if connection.dialect.name != "mssql" or not isinstance(column.type, sa.String):
        return equal
    # the first condition finds the row by its index, the others keep only what is equal in truth
    return f"{equal} and {equal} collate {_BINARY} and datalength({stored}) = datalength({given})"


def _same_or_null(connection: Connection, name: str, alias: str) -> str:
    stored, given = f"t.{quoted(connection, name)}", f"r.{quoted(connection, alias)}"
    return f"({stored} = {given} or ({stored} is null and {given} is null))"


def _returning(connection: Connection, key: Key) -> tuple[str, str]:
    if connection.dialect.name == "mssql":
        return " output " + ", ".join(f"inserted.{quoted(connection, n)}" for n in key), ""
    return "", " returning " + ", ".join(quoted(connection, n) for n in key)


def _name(connection: Connection, table: sa.Table) -> str:
    return quoted(connection, table.name)
