"""Renders the numbered T-SQL scripts that a DBA reviews and runs; `init` runs the very same statements.

python -m dagster_project.warehouse.ddl        writes sql/ddl/ anew after tables.py changed
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from dagster_project.settings import PROJECT_ROOT
from dagster_project.warehouse import tables
from dagster_project.warehouse.migrations import (
    MIGRATIONS,
    Migration,
    columns_at_birth,
    columns_of,
    indexes_of,
    tables_of,
)

DDL_FOLDER = PROJECT_ROOT / "sql" / "ddl"
_DIALECT = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]


def render_ddl(
    metadata: sa.MetaData = tables.metadata, migrations: Sequence[Migration] = MIGRATIONS
) -> dict[Path, str]:
    """Return script path → T-SQL, one per version; each may be run any number of times."""
    return {
        DDL_FOLDER / migration.file_name: _script(migration, statements(metadata, migration))
        for migration in migrations
    }


def statements(metadata: sa.MetaData, migration: Migration) -> list[str]:
    """Return the guarded T-SQL statements of one version, its version row last."""
    version = migration.version
    found = [create_table(table) for table in tables_of(metadata, version)]
    found += [add_column(column) for column in columns_of(metadata, version)]
    for table in metadata.tables.values():
        found += [_create_index(index) for index in indexes_of(table, version)]
    return [*found, _version_row(migration)]


def _script(migration: Migration, body: Sequence[str]) -> str:
    head = (
        f"-- {migration.file_name}: {migration.description}.\n"
        "--\n"
        "-- Rendered from dagster_project/warehouse/tables.py; change it there. Only adds, and only what is\n"
        "-- missing: it may be run again. `order-staging init` runs the same statements. Times are UTC.\n"
    )
    return "\n".join([head, *(f"{statement}\n" for statement in body)])


def create_table(table: sa.Table) -> str:
    """Return the guarded statement that makes a table as it was born."""
    lines = list(_column_lines(columns_at_birth(table), bool(table.primary_key.columns)))
    if table.primary_key.columns:
        key = ", ".join(_quoted(column.name) for column in table.primary_key.columns)
        lines.append(f"    constraint pk_{table.name} primary key clustered ({key})")
    body = "\n".join(f"    {line}" for line in lines)
    return (
        f"if object_id(N'dbo.{table.name}', N'U') is null\n"
        "begin\n"
        f"    create table dbo.{_quoted(table.name)} (\n{body}\n    );\n"
        "end;"
    )


def _column_lines(columns: Sequence[sa.Column[Any]], more: bool) -> Iterator[str]:
    names = [_quoted(column.name) for column in columns]
    kinds = [_definition(column) for column in columns]
    name_width, kind_width = max(map(len, names)), max(map(len, kinds))
    for place, (column, name, kind) in enumerate(zip(columns, names, kinds, strict=True)):
        comma = "," if more or place < len(columns) - 1 else ""
        line = f"    {name:<{name_width}}  {kind}{comma}"
        if column.comment:
            line = f"{line:<{name_width + kind_width + 7}}  -- {column.comment}"
        yield line


def _definition(column: sa.Column[Any]) -> str:
    kind = column.type.compile(_DIALECT).lower().replace(tables.BINARY.lower(), tables.BINARY)
    if column.server_default is not None:
        default = column.server_default.arg  # type: ignore[attr-defined]
        return f"{kind} {'null' if column.nullable else 'not null'} default {default}"
    return f"{kind} {'null' if column.nullable else 'not null'}"


def add_column(column: sa.Column[Any]) -> str:
    """Return the guarded statement that adds a column to its table."""
    comment = f"  -- {column.comment}" if column.comment else ""
    return (
        f"if col_length(N'dbo.{column.table.name}', N'{column.name}') is null\n"
        "begin\n"
        f"    alter table dbo.{_quoted(column.table.name)} add {_quoted(column.name)} {_definition(column)};"
        f"{comment}\n"
        "end;"
    )


def _create_index(index: sa.Index) -> str:
    assert index.table is not None
    table = index.table.name
    columns = ", ".join(_quoted(column.name) for column in index.columns)
    statement = f"create index {index.name} on dbo.{_quoted(table)} ({columns});"
    if max(int(column.info.get("since", 1)) for column in index.columns) > 1:
        # a batch that adds a column cannot name it in a statement compiled with it
        statement = f"exec sp_executesql N'{statement}';"
    return (
        "if not exists (\n"
        "    select 1 from sys.indexes\n"
        f"    where name = N'{index.name}' and object_id = object_id(N'dbo.{table}')\n"
        ")\n"
        "begin\n"
        f"    {statement}\n"
        "end;"
    )


def _version_row(migration: Migration) -> str:
    return (
        f"if not exists (select 1 from dbo.ledger_schema where version = {migration.version})\n"
        "begin\n"
        "    insert into dbo.ledger_schema (version, applied_at, description)\n"
        f"    values ({migration.version}, sysutcdatetime(), N'{_escaped(migration.description)}');\n"
        "end;"
    )


def _quoted(name: str) -> str:
    return str(_DIALECT.identifier_preparer.quote(name))


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def main() -> None:
    """Write the scripts."""
    for path, text in render_ddl().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
