"""What we own in Counterpoint's database, made on request: additions beside vendor tables, never inside them.

`sql/ddl/002_counterpoint.sql` is rendered from here for a DBA; `set_up` runs the very same statements.
python -m dagster_project.counterpoint.setup        writes the script anew
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.tables import (
    DOC_ID_RANGE,
    HEADER,
    ORDER_STAGING,
    OWNED,
    SCHEMA,
    SYNC_LOG,
    TICKET,
)
from dagster_project.counterpoint.views import views
from dagster_project.delivery.outcomes import PreflightFailed
from dagster_project.settings import PROJECT_ROOT
from dagster_project.warehouse.ddl import add_column, create_table

SCRIPT = PROJECT_ROOT / "sql" / "ddl" / "002_counterpoint.sql"
ONE_ROW_PER_ORDER = "UQ_USER_ORDER_STAGING_WOO"
RANGE = "WEB ORDERS"
PROCESSED = "RECORDS_PROCESSED"


class SetUpRefused(PreflightFailed):
    """Counterpoint's database is not as we need it; the message says what a person has to clear up."""


@dataclass(frozen=True)
class DocIds:
    """The range of document ids that is ours."""

    first: int
    last: int


def set_up(database: CounterpointDatabase, doc_ids: DocIds) -> list[str]:
    """Add what is missing; return what was added. May be run any number of times.

    Raises SetUpRefused, before anything is changed, when one web order stands in several staging rows.
    """
    with database.begin() as connection:
        existing = columns(connection)
        if ORDER_STAGING.name not in existing or HEADER.name not in existing:
            raise SetUpRefused(f"{database.name} is no Counterpoint database with {ORDER_STAGING.name}")
        _refuse_duplicates(connection)
        added = list(_missing(connection, existing))
        for statement in _embedded(connection, added) if database.embedded else statements():
            connection.exec_driver_sql(statement)
        if _begin_range(connection, doc_ids):
            added.append(f"{DOC_ID_RANGE.name}: {doc_ids.first} to {doc_ids.last}")
    return added


def duplicates(connection: Connection) -> list[tuple[str, int, list[int]]]:
    """Return (source system, web order, staging ids) of orders that stand in several rows."""
    staging = ORDER_STAGING.c
    key = (staging.SOURCE_SYSTEM, staging.WOO_ORDER_ID)
    twice = sa.select(*key).group_by(*key).having(sa.func.count() > 1).subquery()
    query = (
        sa.select(*key, staging.STAGING_ID)
        .join(twice, sa.and_(key[0] == twice.c.SOURCE_SYSTEM, key[1] == twice.c.WOO_ORDER_ID))
        .order_by(*key, staging.STAGING_ID)
    )
    found: dict[tuple[str, int], list[int]] = {}
    for source, order, staging_id in connection.execute(query):
        found.setdefault((source, order), []).append(staging_id)
    return [(source, order, ids) for (source, order), ids in found.items()]


def _refuse_duplicates(connection: Connection) -> None:
    found = duplicates(connection)
    if found:
        lines = [f"{source} {order}: STAGING_ID {', '.join(map(str, ids))}" for source, order, ids in found]
        raise SetUpRefused(
            f"{ORDER_STAGING.name} holds {len(found)} web orders more than once; keep the row that has a "
            "CP_DOC_ID, or the oldest, and delete the others:\n" + "\n".join(lines[:50])
        )


def columns(connection: Connection) -> dict[str, set[str]]:
    """Return table → columns of schema dbo, views included."""
    found: dict[str, set[str]] = {}
    query = "select table_name, column_name from information_schema.columns where table_schema = 'dbo'"
    for table, column in connection.exec_driver_sql(query):
        found.setdefault(table, set()).add(column)
    return found


def _missing(connection: Connection, existing: dict[str, set[str]]) -> Iterator[str]:
    yield from (table.name for table in OWNED if table.name not in existing)
    if PROCESSED not in existing.get(SYNC_LOG.name, ()):
        yield f"{SYNC_LOG.name}.{PROCESSED}"
    if ONE_ROW_PER_ORDER not in indexes(connection):
        yield ONE_ROW_PER_ORDER
    yield from (name for name in views(connection.dialect.name) if name not in existing)


def indexes(connection: Connection) -> set[str]:
    """Return the names of all indexes in capitals: to T-SQL an index by the name in small letters is the same."""
    catalogue = {"duckdb": "select index_name from duckdb_indexes()", "mssql": "select name from sys.indexes"}
    names = connection.exec_driver_sql(catalogue[connection.dialect.name]).scalars()
    return {name.upper() for name in names if name}  # the heap of a table has none


def _embedded(connection: Connection, missing: Sequence[str]) -> Iterator[str]:
    for table in OWNED:
        if table.name in missing:
            yield str(CreateTable(table).compile(dialect=connection.dialect))
    if f"{SYNC_LOG.name}.{PROCESSED}" in missing:
        yield f"alter table {SCHEMA}.{SYNC_LOG.name} add column {PROCESSED} integer default 0"
    if ONE_ROW_PER_ORDER in missing:
        yield (
            f"create unique index {ONE_ROW_PER_ORDER} on {SCHEMA}.{ORDER_STAGING.name} "
            "(SOURCE_SYSTEM, WOO_ORDER_ID)"
        )
    for name, select in views("duckdb").items():
        yield f"create or replace view {SCHEMA}.{name} as {select}"


def statements() -> list[str]:
    """Return the guarded T-SQL statements, in order; each may be run again."""
    return [*map(create_table, OWNED), *_additions(), *_views()]


def _additions() -> Iterator[str]:
    yield add_column(sa.Table(SYNC_LOG.name, sa.MetaData(), _processed()).c[PROCESSED])
    staging = f"dbo.{ORDER_STAGING.name}"
    missing = (
        "if not exists (\n"
        "    select 1 from sys.indexes\n"
        f"    where name = N'{ONE_ROW_PER_ORDER}' and object_id = object_id(N'{staging}')\n"
        ")"
    )
    yield (
        f"{missing}\n"
        "and exists (\n"
        f"    select 1 from {staging} group by SOURCE_SYSTEM, WOO_ORDER_ID having count(*) > 1\n"
        ")\n"
        "begin\n"
        f"    select SOURCE_SYSTEM, WOO_ORDER_ID, count(*) as STAGING_ROWS from {staging}\n"
        "    group by SOURCE_SYSTEM, WOO_ORDER_ID having count(*) > 1;\n"
        f"    raiserror(N'{ORDER_STAGING.name} holds web orders more than once: see the result', 16, 1);\n"
        "end;"
    )
    yield (
        f"{missing}\n"
        "begin\n"
        f"    create unique index {ONE_ROW_PER_ORDER} on {staging} (SOURCE_SYSTEM, WOO_ORDER_ID);\n"
        "end;"
    )


def _processed() -> sa.Column[int]:
    return sa.Column(PROCESSED, sa.Integer(), nullable=False, server_default=sa.text("0"))


def _views() -> Iterator[str]:
    for name, select in views("mssql").items():
        quoted = select.replace("'", "''")
        yield (f"if object_id(N'dbo.{name}', N'V') is not null\nbegin\n    drop view dbo.{name};\nend;")
        yield f"exec sp_executesql N'create view dbo.{name} as\n{quoted}';"


def _begin_range(connection: Connection, doc_ids: DocIds) -> bool:
    """Write down our range once; go on behind what already stands in it. False: it is there.

    Raises SetUpRefused when another range was in use: numbers could be given out twice.
    """
    table = DOC_ID_RANGE.c
    known = connection.execute(sa.select(DOC_ID_RANGE).where(table.RANGE_NAM == RANGE)).first()
    if known is not None:
        if doc_ids != DocIds(known.FST_DOC_ID, known.LST_DOC_ID):
            raise SetUpRefused(
                f"CP_DOC_ID_FIRST and CP_DOC_ID_LAST say {doc_ids.first} to {doc_ids.last}, but "
                f"{DOC_ID_RANGE.name} was begun with {known.FST_DOC_ID} to {known.LST_DOC_ID}; say that, or "
                "have a DBA change the row to a range nobody else uses"
            )
        return False
    used = [
        connection.execute(
            sa.select(sa.func.max(table.c.DOC_ID)).where(table.c.DOC_ID.between(doc_ids.first, doc_ids.last))
        ).scalar()
        for table in (HEADER, TICKET)
    ]
    following = max([doc_ids.first - 1, *(number for number in used if number is not None)]) + 1
    connection.execute(
        DOC_ID_RANGE.insert().values(
            RANGE_NAM=RANGE, FST_DOC_ID=doc_ids.first, LST_DOC_ID=doc_ids.last, NXT_DOC_ID=following
        )
    )
    return True


def script() -> str:
    """Return the T-SQL script for a DBA."""
    head = (
        f"-- {SCRIPT.name}: what order-staging owns in Counterpoint's database.\n"
        "--\n"
        "-- Rendered from dagster_project/counterpoint/setup.py; change it there. Run it in the company's\n"
        "-- database. It adds two tables, a unique index and views, and one column to USER_SYNC_LOG; tables of\n"
        f"-- the vendor stay as they are. It may be run again. {DOC_ID_RANGE.name} gets its row, the document\n"
        "-- ids assigned to web orders, from `order-staging counterpoint setup`.\n"
    )
    return "\n".join([head, *(f"{statement}\n" for statement in statements())])


def main() -> None:
    """Write the script."""
    SCRIPT.write_text(script(), encoding="utf-8")


if __name__ == "__main__":
    main()
