"""Rows as one JSON parameter that T-SQL unpacks with OPENJSON: no limit on parameters, one round trip.

The JSON holds no escape sequence: not every engine that speaks T-SQL resolves them, and one that does not
would store a text with backslashes in it. Quotes, backslashes and control characters travel as characters of
Unicode's private use area that occur nowhere in the rows, and are put back by `replace`.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

_ESCAPED = frozenset({*map(chr, range(0x20)), '"', "\\"})
_PRIVATE_USE = range(0xE000, 0xF900, 0x80)


def openjson_rows(
    connection: Connection, columns: Sequence[sa.Column[Any]], table: pa.Table
) -> tuple[str, dict[str, Any]]:
    """Return (relation, bound parameters) that hold an Arrow table's rows; the relation wants an alias."""
    texts = {column.name: _characters(table[column.name]) for column in columns if _is_text(column)}
    base = _unused(set().union(*texts.values()))
    travelling = {
        ord(character): "\ufffd" if character == "\0" else chr(base + ord(character))
        for character in _ESCAPED
    }
    rows = [
        {name: v.translate(travelling) if isinstance(v, str) else v for name, v in row.items()}
        for row in table.to_pylist()
    ]
    declared = ", ".join(
        f"{quoted(connection, column.name)} {column.type.compile(connection.dialect)} {_path(column.name)}"
        for column in columns
    )
    selected = ", ".join(
        _restored(quoted(connection, column.name), texts.get(column.name, set()) & _ESCAPED, base)
        for column in columns
    )
    payload = json.dumps(rows, ensure_ascii=False, default=_plain)
    return f"(select {selected} from openjson(:_rows) with ({declared}))", {"_rows": payload}


def quoted(connection: Connection, name: str) -> str:
    """Return a name as the engine quotes it."""
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String)


def _characters(values: pa.ChunkedArray) -> set[str]:
    return set("".join(value for value in values.to_pylist() if value is not None))


def _unused(characters: set[str]) -> int:
    for base in _PRIVATE_USE:
        if not any(chr(base + place) in characters for place in range(0x80)):
            return base
    raise ValueError("the texts use all of Unicode's private use area")


def _restored(name: str, characters: set[str], base: int) -> str:
    """Return the SQL that puts characters back; only a binary collation tells private ones apart."""
    if not characters - {"\0"}:
        return name
    value = f"{name} collate Latin1_General_100_BIN2"
    for character in sorted(characters - {"\0"}):
        value = f"replace({value}, nchar({base + ord(character)}), nchar({ord(character)}))"
    return f"{value} collate database_default as {name}"


def _path(name: str) -> str:
    path = "$." + json.dumps(name, ensure_ascii=False)
    return "'" + path.replace("'", "''").replace(":", "\\:") + "'"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)
