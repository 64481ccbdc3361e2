"""A SQL Server that only answers what dbt asks of its catalogue, so that everything can be rendered for it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import agate
from dbt.adapters.contracts.connection import AdapterResponse, ConnectionState
from dbt.adapters.sqlserver import SQLServerAdapter, SQLServerConnectionManager

from sandbox.source import columns as c

Columns = tuple[tuple[str, str], ...]
_TYPES = {"text": "nvarchar", "int": "int", "date": "date", "uuid": "uniqueidentifier"}
ORDERS: Columns = tuple((column.name, _TYPES[column.kind]) for column in c.COLUMNS)


@contextmanager
def stub(relations: Mapping[str, Columns]) -> Iterator[list[str]]:
    """Answer for a server that has these relations; yield the statements dbt sends."""
    sent: list[str] = []

    def opened(connection: Any) -> Any:
        connection.state = ConnectionState.OPEN
        connection.handle = mock.MagicMock()
        return connection

    def execute(_self: Any, sql: str, *_args: Any, **_kwargs: Any) -> tuple[AdapterResponse, agate.Table]:
        sent.append(sql)
        return AdapterResponse("OK"), _answer(sql, relations)

    with (
        mock.patch.object(SQLServerConnectionManager, "open", side_effect=opened),
        mock.patch.object(SQLServerAdapter, "execute", execute),
        mock.patch.object(SQLServerAdapter, "get_column_schema_from_query", return_value=[]),
    ):
        yield sent


def _answer(sql: str, relations: Mapping[str, Columns]) -> agate.Table:
    if "sys.columns c" in sql:
        name = re.search(r"object_id\('(.*?)'\)", sql)
        assert name
        found = relations.get(name[1].rpartition(".")[2].strip('"'), ())
        rows = [[column, kind, 400 if kind == "nvarchar" else 4, 18, 4] for column, kind in found]
        types = [agate.Text(), agate.Text(), agate.Number(), agate.Number(), agate.Number()]
        names = ["column_name", "data_type", "character_maximum_length", "numeric_precision", "numeric_scale"]
        return agate.Table(rows, names, types)
    if "sys.tables as t" in sql:
        rows = [["ORDERS", name, "dbo", "table"] for name in relations]
        return agate.Table(rows, ["database", "name", "schema", "table_type"], [agate.Text()] * 4)
    if "sys.schemas" in sql:
        return agate.Table([["dbo"]], ["schema"], [agate.Text()])
    return agate.Table([[0, 1]], ["kept", "told"], [agate.Number()] * 2)
