"""Set-based writes: one statement inserts, updates or finds any number of rows, on both engines.

Keys are compared exactly. SQL Server's usual collations call 'AB1' and 'ab1' equal, and 'A' and 'A '; a
ledger that did would write one order's state over another's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse import few_rows, tables
from dagster_project.warehouse.relations import Record, arrow, held, quoted, relation, values_of

__all__ = [
    "Record",
    "insert",
    "insert_absent",
    "insert_columns",
    "relation",
    "select_by_key",
    "update",
]

CHUNK = 20_000  # rows in one statement
_ALIAS = re.compile(r"\bt\.")  # of the stored row, as `when` writes it

Key = Sequence[str]
Keys = set[tuple[Any, ...]]


def insert(connection: Connection, table: sa.Table, rows: Sequence[Record]) -> int:
    """Insert rows (column → value; absent columns are null). Return how many; raise if any is missing."""
    names = [column.name for column in _columns(table, rows)]
    return insert_columns(connection, table, {name: values_of(name, rows) for name in names})


def insert_columns(connection: Connection, table: sa.Table, values: Mapping[str, list[Any]]) -> int:
    """Insert as many rows as each column has values, the same as `insert` for those who have columns."""
    columns = [table.c[name] for name in values]
    whole = arrow(columns, list(values.values()))
    if few_rows.bindable(connection, whole.num_rows * whole.num_columns):
        return _all_written(table, whole.num_rows, few_rows.insert(connection, table, whole) if whole else 0)
    names = ", ".join(quoted(connection, column.name) for column in columns)
    statement = f"insert into {_name(connection, table)} ({names}) select {names} from "
    written = 0
    for start in range(0, whole.num_rows, CHUNK):
        with held(connection, columns, whole.slice(start, CHUNK)) as source:
            written += _affected(connection, _execute(connection, f"{statement}{source} as r"))
    return _all_written(table, whole.num_rows, written)


def _all_written(table: sa.Table, sent: int, written: int) -> int:
    if written != sent:
        raise RuntimeError(f"{table.name}: {sent} rows sent, {written} written")
    return written


def insert_absent(connection: Connection, table: sa.Table, key: Key, rows: Sequence[Record]) -> Keys:
    """Insert the rows whose key is not there yet; return the keys that were inserted.

    Raises ValueError when a key stands twice in `rows`.
    """
    _refuse_twice(table, key, rows)
    columns = _columns(table, rows)
    if rows and few_rows.bindable(connection, len(rows) * len(columns)):
        whole = arrow(columns, [values_of(column.name, rows) for column in columns])
        return few_rows.insert_absent(connection, table, key, whole)
    names = ", ".join(quoted(connection, column.name) for column in columns)
    target = _name(connection, table)
    same = _same_key(connection, table, key)
    hint = " with (updlock, holdlock)" if connection.dialect.name == "mssql" else ""
    output, returning = _returning(connection, key)
    inserted: Keys = set()
    for chunk in _chunks(rows):
        with relation(connection, columns, chunk) as source:
            statement = (
                f"insert into {target} ({names}){output} select {names} from {source} as r "
                f"where not exists (select 1 from {target} as t{hint} where {same}){returning}"
            )
            inserted.update(map(tuple, _execute(connection, statement).fetchall()))
    return inserted


def update(
    connection: Connection, table: sa.Table, key: Key, rows: Sequence[Record], *,
    when: str = "", parameters: Record | None = None, raise_revision: bool = False,
) -> int:  # fmt: skip
    """Set the non-key columns that a row names where the key matches; return how many stored rows were updated.

    `key` may be one that several stored rows share: all of them are set. Rows may name different columns:
    what a row does not name stays as it is. `when` is a further condition on the stored row, written with alias t
    and bound `parameters`. `raise_revision` adds one to the stored revision. Raises ValueError when a key stands
    twice in `rows`.
    """
    if few_rows.one_by_one(connection, rows):
        few = _few(connection, table, key, rows, (), when, parameters or {}, raise_revision)
        return sum(count for _, count in few)
    changes = _changes(connection, table, key, rows, (), when, parameters or {}, raise_revision)
    return sum(_change(connection, table, change) for change in changes)


def compare_and_swap(
    connection: Connection, table: sa.Table, key: Key, rows: Sequence[Record], *,
    matching: Sequence[str], when: str = "", raise_revision: bool = False,
) -> Keys:  # fmt: skip
    """Update where stored values are as expected; return the keys that were updated.

    Each name in `matching` is compared: the stored value must equal the row's `expected_<name>`, NULL equals NULL.
    """
    if few_rows.one_by_one(connection, rows):
        few = _few(connection, table, key, rows, matching, when, {}, raise_revision)
        return {found for found, count in few if count}
    execute = _swap_duckdb if connection.dialect.name == "duckdb" else _swap_tsql
    changes = _changes(connection, table, key, rows, matching, when, {}, raise_revision)
    return set().union(*(execute(connection, table, key, change) for change in changes))


def _few(
    connection: Connection, table: sa.Table, key: Key, rows: Sequence[Record], matching: Sequence[str],
    when: str, parameters: Record, raise_revision: bool,
) -> Iterator[tuple[tuple[Any, ...], int]]:  # fmt: skip
    """Yield the key of each row with how many stored rows were changed; the same as `_changes` for a few rows."""
    _refuse_twice(table, key, rows)
    expected = {f"expected_{name}": name for name in matching}
    for alike in _alike(rows):
        columns = _changed_columns(table, key, alike, expected, raise_revision)
        yield from few_rows.changed(
            connection, table, key, few_rows.checked(columns, alike), matching=matching, when=when,
            parameters=parameters, raise_revision=raise_revision,
        )  # fmt: skip


def _changed_columns(
    table: sa.Table, key: Key, rows: Sequence[Record], expected: Mapping[str, str], raise_revision: bool
) -> list[Any]:
    """Return the columns that rows name, and those of what is expected of stored rows."""
    named = _columns(table, rows, besides=expected)
    if not raise_revision and all(column.name in key for column in named):
        raise ValueError(f"{table.name}: an update names no column but its key")
    return [*named, *(sa.Column(alias, table.c[name].type) for alias, name in expected.items())]


@dataclass(frozen=True)
class _Change:
    """One statement's worth of changes: what is set from which relation, and on what condition."""

    sets: str
    source: str
    condition: str
    bound: Record


def _changes(
    connection: Connection, table: sa.Table, key: Key, rows: Sequence[Record], matching: Sequence[str],
    when: str, parameters: Record, raise_revision: bool,
) -> Iterator[_Change]:  # fmt: skip
    """Yield the changes of rows, a statement for those alike; each has to be made before the next is asked for."""
    _refuse_twice(table, key, rows)
    expected = {f"expected_{name}": name for name in matching}
    stored = "t" if connection.dialect.name == "duckdb" else _name(connection, table)
    condition = " and ".join(
        [
            _same_key(connection, table, key, stored),
            *(_same_or_null(connection, stored, name, alias) for alias, name in expected.items()),
            *([f"({re.sub(_ALIAS, f'{stored}.', when)})"] if when else []),
        ]
    )
    for alike in _alike(rows):
        columns = _changed_columns(table, key, alike, expected, raise_revision)
        values = {
            column.name: f"r.{quoted(connection, column.name)}"
            for column in columns
            if column.name not in key and column.name not in expected
        }
        if raise_revision:
            values["revision"] = f"{stored}.{quoted(connection, 'revision')} + 1"
        sets = ", ".join(f"{quoted(connection, name)} = {value}" for name, value in values.items())
        for chunk in _chunks(alike):
            with relation(connection, columns, chunk) as source:
                yield _Change(sets, source, condition, parameters)


def _swap_duckdb(connection: Connection, table: sa.Table, key: Key, change: _Change) -> Keys:
    """Find the rows, then change them. With `returning`, DuckDB would delete and insert whole rows.

    Nothing comes in between: both statements see the snapshot of one transaction.
    """
    names = ", ".join(f"t.{quoted(connection, name)}" for name in key)
    find = (
        f"select {names} from {_name(connection, table)} as t join {change.source} as r on {change.condition}"
    )
    found = _execute(connection, find, change.bound).fetchall()
    changed = _change(connection, table, change)
    if changed != len(found):
        raise RuntimeError(f"{table.name}: {len(found)} rows found, {changed} updated")
    return set(map(tuple, found))


def _swap_tsql(connection: Connection, table: sa.Table, key: Key, change: _Change) -> Keys:
    """Change rows and return their keys in one statement, so that no other session comes in between."""
    output, _ = _returning(connection, key)
    statement = f"update {_name(connection, table)} set {change.sets}{output} from {change.source} as r"
    found = _execute(connection, f"{statement} where {change.condition}", change.bound)
    return set(map(tuple, found.fetchall()))


def _change(connection: Connection, table: sa.Table, change: _Change) -> int:
    alias = " as t" if connection.dialect.name == "duckdb" else ""
    statement = f"update {_name(connection, table)}{alias} set {change.sets} from {change.source} as r"
    return _affected(connection, _execute(connection, f"{statement} where {change.condition}", change.bound))


def select_by_key(
    connection: Connection,
    table: sa.Table,
    key: Key,
    keys: Sequence[Sequence[Any]],
    names: Sequence[str] = (),
) -> Iterator[sa.Row[Any]]:
    """Yield the stored rows whose key is among `keys`, in no order, at least with the columns of these `names`.

    DuckDB takes half as long for half of the columns.
    """
    distinct = list(dict.fromkeys(map(tuple, keys)))
    if not distinct:
        return
    columns = [table.c[name] for name in key]
    wanted = arrow(columns, [list(values) for values in zip(*distinct, strict=True)])
    if few_rows.bindable(connection, len(distinct) * len(key)):
        yield from few_rows.select(connection, table, wanted, names)
        return
    for start in range(0, wanted.num_rows, CHUNK):
        with held(connection, columns, wanted.slice(start, CHUNK)) as source:
            statement = _matching(connection, table, key, f"{source} as r")
            found = _execute(connection, statement).fetchall()
        yield from found


def _matching(connection: Connection, table: sa.Table, key: Key, source: str) -> str:
    """Return the query for the stored rows whose key is in `source`, which has the alias r.

    DuckDB finds the rows by their keys first: in a join it reads every column of every row of a large table.
    """
    name = _name(connection, table)
    joined = f"from {name} as t join {source} on {_same_key(connection, table, key)}"
    if connection.dialect.name == "duckdb":
        return f"select * from {name} where rowid in (select t.rowid {joined})"
    return f"select t.* {joined}"


def _execute(connection: Connection, statement: str, bound: Record | None = None) -> sa.CursorResult[Any]:
    """Run a statement of ours. SQLAlchemy takes one apart that has nothing bound for as long as DuckDB runs it."""
    return connection.execute(sa.text(statement), bound) if bound else connection.exec_driver_sql(statement)


def _columns(table: sa.Table, rows: Sequence[Record], besides: Sequence[str] | Record = ()) -> list[Any]:
    """Return every column that any row names, in the order they appear."""
    names = dict.fromkeys(name for alike in dict.fromkeys(map(tuple, rows)) for name in alike)
    return [table.c[name] for name in names if name not in besides]


def _alike(rows: Sequence[Record]) -> Iterator[list[Record]]:
    """Group rows that name the same columns in the same order."""
    groups: dict[tuple[str, ...], list[Record]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    yield from groups.values()


def _refuse_twice(table: sa.Table, key: Key, rows: Sequence[Record]) -> None:
    """Raise ValueError with the first key that stands twice."""
    keys = [tuple(map(row.__getitem__, key)) for row in rows]
    if len(set(keys)) == len(keys):
        return
    seen: Keys = set()
    for found in keys:
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


def _same_key(connection: Connection, table: sa.Table, key: Key, stored: str = "t") -> str:
    return " and ".join(_same(connection, table.c[name], stored) for name in key)


def _same(connection: Connection, column: sa.Column[Any], alias: str) -> str:
    stored, given = (f"{side}.{quoted(connection, column.name)}" for side in (alias, "r"))
    equal = f"{stored} = {given}"
    if connection.dialect.name != "mssql" or not isinstance(column.type, sa.String):
        return equal
    # the first condition finds the row by its index, the others keep only what is equal in truth
    return f"{equal} and {equal} collate {tables.BINARY} and datalength({stored}) = datalength({given})"


def _same_or_null(connection: Connection, stored: str, name: str, alias: str) -> str:
    left, right = f"{stored}.{quoted(connection, name)}", f"r.{quoted(connection, alias)}"
    return f"({left} = {right} or ({left} is null and {right} is null))"


def _returning(connection: Connection, key: Key) -> tuple[str, str]:
    if connection.dialect.name == "mssql":
        return " output " + ", ".join(f"inserted.{quoted(connection, n)}" for n in key), ""
    return "", " returning " + ", ".join(quoted(connection, n) for n in key)


def _name(connection: Connection, table: sa.Table) -> str:
    return quoted(connection, table.name)
