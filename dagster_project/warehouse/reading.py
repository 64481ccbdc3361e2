"""Reads from the warehouse, the same way on both engines: bound parameters in, chunks of rows out."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

Parameters = Mapping[str, Any]

_PYTHON_TO_ARROW: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    float: pa.float64(),
    bytes: pa.binary(),
    bytearray: pa.binary(),
    dt.date: pa.date32(),
    dt.datetime: pa.timestamp("us"),
    dt.time: pa.time64("us"),
}


def read_rows(
    connection: Connection, sql: str, parameters: Parameters | None = None, chunk: int = 5_000
) -> Iterator[dict[str, Any]]:
    """Yield rows as column → value; values are bound by :name, a colon that is none is written `\\:`."""
    statement = sa.text(sql).bindparams(**(parameters or {}))
    with connection.execute(statement, execution_options={"stream_results": True}) as result:
        for rows in result.mappings().partitions(chunk):
            for row in rows:
                yield dict(row)


def read_arrow(
    connection: Connection, sql: str, parameters: Parameters | None = None, chunk: int = 20_000
) -> pa.Table:
    """Return a whole result as an Arrow table, without a Python object per value where the engine can."""
    statement = sa.text(sql).bindparams(**(parameters or {}))
    if connection.dialect.name == "duckdb":
        return _duckdb_arrow(connection, statement)
    result = connection.execute(statement)
    with result:
        schema = _schema(result)
        batches = [
            pa.RecordBatch.from_arrays(
                [
                    pa.array(values, field.type)
                    for values, field in zip(zip(*rows, strict=True), schema, strict=True)
                ],
                schema=schema,
            )
            for rows in result.partitions(chunk)
        ]
    return pa.Table.from_batches(batches, schema)


def _duckdb_arrow(connection: Connection, statement: sa.TextClause) -> pa.Table:
    compiled: Any = statement.compile(dialect=connection.dialect)
    values = [compiled.params[name] for name in compiled.positiontup]
    native: Any = connection.connection.driver_connection
    ask = native.sql  # looking it up keeps the rows that another cursor has yet to read
    native.complete()  # a result closed before its end still occupies the connection
    return ask(str(compiled), params=values).to_arrow_table()


def table_exists(connection: Connection, name: str) -> bool:
    """True when a table or view of that name is in our schema."""
    sql = (
        f"select 1 from information_schema.tables where table_schema = {_schema_name(connection)} "
        "and lower(table_name) = lower(:name)"
    )
    asked = sa.text(sql).bindparams(sa.bindparam("name", name, sa.Unicode(128)))
    return connection.execute(asked).first() is not None


def columns_of(connection: Connection, name: str) -> dict[str, str]:
    """Return column → type name in lower case, in the table's order; empty when there is no such table."""
    return tables_and_columns(connection, name).get(name.lower(), {})


def tables_and_columns(connection: Connection, name: str | None = None) -> dict[str, dict[str, str]]:
    """Return table in lower case → column → type name, of our schema or of one table in it."""
    sql = (
        "select table_name, column_name, data_type from information_schema.columns "
        f"where table_schema = {_schema_name(connection)} "
        "and (:name is null or lower(table_name) = lower(:name)) "
        "order by table_name, ordinal_position"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        sa.text(sql).bindparams(sa.bindparam("name", name, sa.Unicode(128)))
    ):
        found.setdefault(table.lower(), {})[column] = kind.lower()
    return found


def columns_elsewhere(connection: Connection, database: str, schema: str) -> dict[str, list[str]]:
    """Return table in lower case → `column type size` in the table's order, of any schema the server knows.

    The size is named apart from the type: SQL Server says nvarchar whatever its length.
    """
    quote = connection.dialect.identifier_preparer.quote_identifier
    # DuckDB has one catalogue for all databases, SQL Server one in each
    catalogue = "" if connection.dialect.name == "duckdb" else f"{quote(database)}."
    sql = (
        "select table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, "
        f"datetime_precision from {catalogue}information_schema.columns "
        "where table_catalog = :database and table_schema = :schema order by table_name, ordinal_position"
    )
    found: dict[str, list[str]] = {}
    for table, column, kind, *sizes in connection.execute(
        sa.text(sql), {"database": database, "schema": schema}
    ):
        said = [column, kind.lower(), *(str(size) for size in sizes if size is not None)]
        found.setdefault(table.lower(), []).append(" ".join(said))
    return found


def view_definitions(connection: Connection) -> dict[str, str]:
    """Return view in lower case → its definition as the engine keeps it, of our schema."""
    return {name.lower(): said or "" for name, said in connection.execute(sa.text(_definitions(connection)))}


def _definitions(connection: Connection) -> str:
    if connection.dialect.name == "duckdb":
        return (
            "select table_name, view_definition from information_schema.views "
            "where table_schema = current_schema()"
        )
    # SQL Server's information_schema has no definition that is longer than 4,000 characters
    return (
        "select v.name, m.definition from sys.views as v join sys.sql_modules as m on m.object_id = v.object_id "
        "where v.schema_id = schema_id()"
    )


def is_view(connection: Connection, name: str) -> bool:
    """True when the name is a view, which somebody else defines."""
    sql = (
        f"select 1 from information_schema.views where table_schema = {_schema_name(connection)} "
        "and lower(table_name) = lower(:name)"
    )
    return connection.execute(sa.text(sql), {"name": name}).first() is not None


def _schema_name(connection: Connection) -> str:
    return "current_schema()" if connection.dialect.name == "duckdb" else "schema_name()"


def _schema(result: sa.CursorResult[Any]) -> pa.Schema:
    description = result.cursor.description
    return pa.schema([pa.field(column[0], _arrow_type(column)) for column in description])


def _arrow_type(column: Any) -> pa.DataType:
    _, kind, _, _, precision, scale, _ = column
    if kind is Decimal:
        return pa.decimal128(precision or 38, scale or 0)
    return _PYTHON_TO_ARROW.get(kind, pa.string())
