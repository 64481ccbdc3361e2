"""Bulk inserts into SQL Server: the driver sends arrays of parameters instead of a call per row.

`fast_executemany` reserves the widest value of each column for every row. So the driver is told the widths
that occur, not the declared ones - 268 columns of nvarchar(4000) would take 850 KB a row - and for a
temporary table, whose columns it cannot look up, it could not guess them at all.

OPENJSON would need one round trip less, but not every engine that speaks T-SQL resolves escape sequences in
it or returns more than 4,000 characters of a value; a ledger must not depend on that.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.engine import Connection

BUFFER_BYTES = 64 << 20  # what the driver may reserve for one call
LONGEST_BOUND = 4_000  # UTF-16 units; a longer text is sent as nvarchar(max)

Size = tuple[int, int, int]  # SQL type, size, scale


def insert_arrays(
    connection: Connection, name: str, columns: Sequence[sa.Column[Any]], rows: pa.Table
) -> None:
    """Insert an Arrow table into a table, quoted as `name`, that has exactly `columns`, in this order.

    The statement names no column: the driver has the server describe it, and not every engine can when it is
    long. Nor when a column's name holds an apostrophe: such a table is filled from a temporary one.
    """
    import pyodbc

    statement = f"insert into {name} values ({', '.join('?' for _ in columns)})"
    sizes = [_size(column, cells) for column, cells in zip(columns, rows.columns, strict=True)]
    fast = _may_be_fast(connection.engine, name)
    step = max(1, BUFFER_BYTES // sum(2 * size + 16 for _, size, _ in sizes))
    cursor: Any = connection.connection.cursor()
    try:
        cursor.fast_executemany = fast
        cursor.setinputsizes(sizes)
        for start in range(0, rows.num_rows, step):
            part = rows.slice(start, step)
            cursor.executemany(statement, list(zip(*(c.to_pylist() for c in part.columns), strict=True)))
    except pyodbc.Error as error:
        raise sa.exc.DBAPIError(statement, None, error) from error
    finally:
        cursor.close()


def _may_be_fast(engine: sa.Engine, name: str) -> bool:
    """True when the driver can send arrays to this table."""
    if not getattr(engine.dialect, "fast_executemany", False):
        return False
    return not name.startswith("#") or _fast_into_temporary(engine)


@cache
def _fast_into_temporary(engine: sa.Engine) -> bool:
    """Try once, beside the running transaction: an engine that cannot describe such a table would end it."""
    column = sa.Column("probe", sa.Unicode(1))
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("create table #probe (probe nvarchar(1))")
            cursor: Any = connection.connection.cursor()
            cursor.fast_executemany = True
            cursor.setinputsizes([_size(column, pa.chunked_array([["1"]]))])
            cursor.executemany("insert into #probe values (?)", [("1",), ("2",)])
            cursor.close()
            found = connection.exec_driver_sql("select count(*) from #probe").scalar_one()
            connection.exec_driver_sql("drop table #probe")
    except Exception:  # noqa: BLE001 - whatever the driver raises, the slow way works
        return False
    return int(found) == 2


def quoted(connection: Connection, name: str) -> str:
    """Return a name as the engine quotes it."""
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _size(column: sa.Column[Any], cells: pa.ChunkedArray) -> Size:
    import pyodbc

    kind = column.type
    if isinstance(kind, sa.String):
        longest = 2 * (pc.max(pc.utf8_length(cells)).as_py() or 1)  # an emoji counts twice
        if longest > LONGEST_BOUND:
            longest = max(_utf16_length(text) for text in cells.to_pylist() if text is not None)
        return (pyodbc.SQL_WVARCHAR, longest if longest <= LONGEST_BOUND else 0, 0)
    if isinstance(kind, sa.DateTime):
        return (pyodbc.SQL_TYPE_TIMESTAMP, 26, 6)
    if isinstance(kind, sa.Date):
        return (pyodbc.SQL_TYPE_DATE, 10, 0)
    if isinstance(kind, sa.Numeric):
        return (pyodbc.SQL_DECIMAL, kind.precision or 18, kind.scale or 0)
    return (pyodbc.SQL_BIGINT, 19, 0) if isinstance(kind, sa.BigInteger) else (pyodbc.SQL_INTEGER, 10, 0)


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
