"""Set-based writes: rows become a relation that one statement inserts or updates from.

A bound statement per row makes 960 rows a second in DuckDB; through Arrow it makes two million. SQL Server
reads the same rows from one JSON parameter with OPENJSON. Callers never see the difference.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

Record = Mapping[str, Any]
CHUNK = 20_000


def insert(connection: Connection, table: sa.Table, rows: Sequence[Record]) -> int:
    """Insert rows (column → value; absent columns are null). Return how many; raise if any is missing."""
    written = 0
    for chunk in _chunks(rows):
        columns = _columns(table, chunk[0])
        names = ", ".join(_quoted(connection, column.name) for column in columns)
        with relation(connection, columns, chunk) as (source, bound):
            result = connection.execute(
                sa.text(f"insert into {_name(connection, table)} ({names}) select {names} from {source}"),
                bound,
            )
            written += _affected(result, len(chunk))
    if written != len(rows):
        raise RuntimeError(f"{table.name}: {len(rows)} rows sent, {written} written")
    return written


def insert_absent(
    connection: Connection, table: sa.Table, key: Sequence[str], rows: Sequence[Record]
) -> set[tuple[Any, ...]]:
    """Insert the rows whose key is not there yet; return the keys that were inserted."""
    inserted: set[tuple[Any, ...]] = set()
    for chunk in _chunks(rows):
        columns = _columns(table, chunk[0])
        names = ", ".join(_quoted(connection, column.name) for column in columns)
        target = _name(connection, table)
        same = _same(connection, key, "t", "r")
        hint = " with (updlock, holdlock)" if connection.dialect.name == "mssql" else ""
        output, returning = _returning(connection, key)
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
    key: Sequence[str],
    rows: Sequence[Record],
    *,
    matching: Sequence[str] = (),
    when: str = "",
    parameters: Record | None = None,
    raise_revision: bool = False,
) -> set[tuple[Any, ...]]:
    """Set every non-key column of `rows` where the key matches; return the keys that were updated.

    A name in `matching` is compare-and-swapped: the stored value must equal the row's `expected_<name>`.
    `when` is a further condition on the stored row, written with alias t and bound `parameters`.
    `raise_revision` adds one to the stored revision.
    """
    updated: set[tuple[Any, ...]] = set()
    for chunk in _chunks(rows):
        expected = {f"expected_{name}": name for name in matching}
        columns = [
            *_columns(table, [name for name in chunk[0] if name not in expected]),
            *(sa.Column(alias, table.c[name].type) for alias, name in expected.items()),
        ]
        settable = [c.name for c in columns if c.name not in key and c.name not in expected]
        conditions = [_same(connection, key, "t", "r")]
        conditions += [f"t.{_quoted(connection, name)} = r.{alias}" for alias, name in expected.items()]
        if when:
            conditions.append(f"({when})")
        with relation(connection, columns, chunk) as (source, bound):
            sets = [f"{_quoted(connection, n)} = r.{_quoted(connection, n)}" for n in settable]
            if raise_revision:
                sets.append("revision = t.revision + 1")
            statement = _update_statement(connection, table, sets, source, " and ".join(conditions), key)
            result = connection.execute(sa.text(statement), {**bound, **(parameters or {})})
            updated.update(tuple(row) for row in result)
    return updated


def _update_statement(
    connection: Connection,
    table: sa.Table,
    sets: Sequence[str],
    source: str,
    condition: str,
    key: Sequence[str],
) -> str:
    target = _name(connection, table)
    output, returning = _returning(connection, key)
    if connection.dialect.name == "mssql":
        assignments = ", ".join(f"t.{assignment}" for assignment in sets)
        return f"update t set {assignments}{output} from {target} as t join {source} as r on {condition}"
    return f"update {target} as t set {', '.join(sets)} from {source} as r where {condition}{returning}"


def select_by_key(
    connection: Connection, table: sa.Table, key: Sequence[str], keys: Sequence[Sequence[Any]]
) -> Iterator[sa.Row[Any]]:
    """Yield the stored rows whose key is among `keys`, in no order."""
    for chunk in _chunks([dict(zip(key, values, strict=True)) for values in keys]):
        columns = _columns(table, chunk[0])
        with relation(connection, columns, chunk) as (source, bound):
            statement = (
                f"select t.* from {_name(connection, table)} as t "
                f"join {source} as r on {_same(connection, key, 't', 'r')}"
            )
            yield from connection.execute(sa.text(statement), bound).fetchall()


@contextmanager
def relation(
    connection: Connection, columns: Sequence[sa.Column[Any]], rows: Sequence[Record]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (relation, bound parameters): an SQL relation holding `rows` with exactly `columns`."""
    if connection.dialect.name == "mssql":
        declared = ", ".join(
            f"{_quoted(connection, c.name)} {c.type.compile(connection.dialect)} '$.{json.dumps(c.name)}'"
            for c in columns
        )
        payload = json.dumps([{c.name: _json(row.get(c.name)) for c in columns} for row in rows])
        yield f"openjson(:_rows) with ({declared})", {"_rows": payload}
        return
    name = f"rows_{uuid.uuid4().hex}"
    native = connection.connection.driver_connection
    assert native is not None
    native.register(name, _arrow(columns, rows))
    try:
        yield name, {}
    finally:
        native.unregister(name)


def _arrow(columns: Sequence[sa.Column[Any]], rows: Sequence[Record]) -> pa.Table:
    arrays = [pa.array([row.get(c.name) for row in rows], type=_arrow_type(c.type)) for c in columns]
    return pa.Table.from_arrays(arrays, names=[c.name for c in columns])


def _arrow_type(kind: Any) -> pa.DataType:
    if isinstance(kind, sa.BigInteger):
        return pa.int64()
    if isinstance(kind, sa.Integer):
        return pa.int32()
    if isinstance(kind, sa.Numeric):
        return pa.decimal128(kind.precision or 18, kind.scale or 0)
    if isinstance(kind, sa.DateTime):
        return pa.timestamp("us")
    return pa.string()


def _json(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _columns(table: sa.Table, names: Iterable[str]) -> list[sa.Column[Any]]:
    return [table.c[name] for name in names]


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _affected(result: sa.CursorResult[Any], expected: int) -> int:
    if result.returns_rows:  # DuckDB answers an insert with a count row
        row = result.fetchone()
        return int(row[0]) if row else 0
    return result.rowcount if result.rowcount >= 0 else expected


def _same(connection: Connection, key: Sequence[str], left: str, right: str) -> str:
    return " and ".join(
        f"{left}.{_quoted(connection, name)} = {right}.{_quoted(connection, name)}" for name in key
    )


def _returning(connection: Connection, key: Sequence[str]) -> tuple[str, str]:
    if connection.dialect.name == "mssql":
        return " output " + ", ".join(f"inserted.{_quoted(connection, n)}" for n in key), ""
    return "", " returning " + ", ".join(_quoted(connection, n) for n in key)


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _name(connection: Connection, table: sa.Table) -> str:
    return _quoted(connection, table.name)
