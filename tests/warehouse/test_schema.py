"""The tables Python owns: created once, upgraded by adding, refused when newer."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlglot
from sqlglot import exp

from dagster_project.settings import PROJECT_ROOT
from dagster_project.warehouse import rows, schema, tables
from dagster_project.warehouse.ddl import DDL_FOLDER, render_ddl, statements
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.migrations import MIGRATIONS, Migration
from dagster_project.warehouse.reading import columns_of, tables_and_columns
from tests.conftest import FakeClock

NEXT = Migration(6, "carriers", "carriers and their names")


def next_version() -> sa.MetaData:
    """What tables.py may look like one version later: a table, a column, an index on it."""
    metadata = sa.MetaData()
    for table in tables.metadata.tables.values():
        table.to_metadata(metadata)
    metadata.tables["delivery"].append_column(
        sa.Column("carrier", sa.Unicode(40), comment="who brings it", info={"since": 6})
    )
    sa.Index("ix_delivery_carrier", metadata.tables["delivery"].c.carrier)
    sa.Table("carrier", metadata, sa.Column("code", sa.Unicode(20), primary_key=True), info={"since": 6})
    return metadata


def test_init_creates_every_table_with_every_column(empty_warehouse: Warehouse, clock: FakeClock) -> None:
    report = schema.init(empty_warehouse, clock)
    assert (report.status, report.before, report.version) == ("created", 0, 5)
    assert set(report.tables) == set(tables.metadata.tables)
    with empty_warehouse.begin() as connection:
        found = tables_and_columns(connection)
    assert {name: list(found[name]) for name in tables.metadata.tables} == {
        name: list(table.c.keys()) for name, table in tables.metadata.tables.items()
    }
    assert str(report) == f"ledger created: version 5, {len(tables.metadata.tables)} tables added"


def test_init_again_changes_nothing(empty_warehouse: Warehouse) -> None:
    schema.init(empty_warehouse)
    with empty_warehouse.begin() as connection:
        rows.insert(connection, tables.api_usage, [{"instance": "i", "day": "2026-11-21", "calls": 7}])
    report = schema.init(empty_warehouse)
    assert (report.status, report.tables, report.columns) == ("up to date", (), ())
    with empty_warehouse.begin() as connection:
        assert connection.execute(sa.select(tables.api_usage.c.calls)).scalars().all() == [7]
        assert connection.execute(sa.select(tables.ledger_schema.c.version)).scalars().all() == [1, 3, 5]
    assert schema.check(empty_warehouse) == 5


def test_init_restores_a_table_that_somebody_dropped(empty_warehouse: Warehouse) -> None:
    schema.init(empty_warehouse)
    with empty_warehouse.begin() as connection:
        connection.exec_driver_sql("drop table api_usage")
    with pytest.raises(schema.SchemaError, match=r"has lost api_usage: run `order-staging init`\. It makes"):
        schema.check(empty_warehouse)
    report = schema.init(empty_warehouse)
    assert (report.status, report.tables) == ("repaired", ("api_usage",))
    assert schema.check(empty_warehouse) == 5


RENAMED = {
    "duckdb": (
        "alter table api_usage rename column calls to counted", "alter table api_usage rename column counted to calls",
    ),
    "mssql": (
        "exec sp_rename 'dbo.api_usage.calls', 'counted', 'COLUMN'",
        "exec sp_rename 'dbo.api_usage.counted', 'calls', 'COLUMN'",
    ),
}  # fmt: skip


def test_a_column_that_somebody_renamed_is_named_and_never_made_anew(empty_warehouse: Warehouse) -> None:
    schema.init(empty_warehouse)
    back_and_forth = RENAMED[empty_warehouse.dialect]
    with empty_warehouse.begin() as connection:
        connection.exec_driver_sql(back_and_forth[0])
    for look in (schema.check, schema.init):
        with pytest.raises(schema.SchemaError, match=r"has lost api_usage\.calls: somebody renamed"):
            look(empty_warehouse)
    with empty_warehouse.begin() as connection:
        connection.exec_driver_sql(back_and_forth[1])
    assert schema.check(empty_warehouse) == 5


def test_an_older_ledger_is_upgraded_by_adding(empty_warehouse: Warehouse) -> None:
    schema.init(empty_warehouse)
    with empty_warehouse.begin() as connection:
        rows.insert(connection, tables.api_usage, [{"instance": "i", "day": "2026-11-21", "calls": 7}])
    migrations = (*MIGRATIONS, NEXT)
    with pytest.raises(
        schema.SchemaTooOld, match="is version 5, this program needs 6: run `order-staging init`"
    ):
        schema.check(empty_warehouse, migrations)
    report = schema.init(empty_warehouse, metadata=next_version(), migrations=migrations)
    assert (report.status, report.before, report.version) == ("upgraded", 5, 6)
    assert (report.tables, report.columns) == (("carrier",), ("delivery.carrier",))
    with empty_warehouse.begin() as connection:
        assert list(columns_of(connection, "delivery"))[-1] == "carrier"
        assert connection.execute(sa.select(tables.api_usage.c.calls)).scalars().all() == [7]
    again = schema.init(empty_warehouse, metadata=next_version(), migrations=migrations)
    assert again.status == "up to date"


def test_a_new_warehouse_gets_all_versions_at_once(empty_warehouse: Warehouse) -> None:
    report = schema.init(empty_warehouse, metadata=next_version(), migrations=(*MIGRATIONS, NEXT))
    assert (report.status, report.version) == ("created", 6)
    with empty_warehouse.begin() as connection:
        assert "carrier" in columns_of(connection, "delivery")
        assert columns_of(connection, "carrier")
        versions = connection.execute(sa.select(tables.ledger_schema.c.version)).scalars().all()
    assert sorted(versions) == [1, 3, 5, 6]


def test_a_newer_ledger_is_refused_and_left_alone(empty_warehouse: Warehouse) -> None:
    schema.init(empty_warehouse, metadata=next_version(), migrations=(*MIGRATIONS, NEXT))
    for refuse in (schema.init, schema.check):
        with pytest.raises(schema.SchemaTooNew, match="is version 6, this program knows 5: install the"):
            refuse(empty_warehouse)


def test_a_warehouse_without_a_ledger_says_what_to_run(empty_warehouse: Warehouse) -> None:
    with pytest.raises(schema.SchemaTooOld, match="has no ledger yet: run `order-staging init`"):
        schema.check(empty_warehouse)


def test_the_scripts_in_sql_ddl_are_in_step_with_the_tables() -> None:
    rendered = render_ddl()
    # what stands in Counterpoint's database, or is extracted: tests/counterpoint and tests/radius keep these in step
    others = {f"002_counterpoint{name}.sql" for name in ("", "_raw", "_runbook")} | {"004_radius_raw.sql"}
    assert {path.name for path in DDL_FOLDER.glob("*.sql")} == {path.name for path in rendered} | others
    for path, text in rendered.items():
        assert path.read_text(encoding="utf-8") == text, (
            f"run: python -m dagster_project.warehouse.ddl ({path})"
        )
    assert {path.relative_to(PROJECT_ROOT) for path in rendered} == {
        Path("sql/ddl/001_ledger.sql"), Path("sql/ddl/003_alerts.sql"), Path("sql/ddl/005_views.sql"),
    }  # fmt: skip


def test_every_statement_of_the_scripts_is_valid_t_sql() -> None:
    created: set[str] = set()
    for statement in (s for m in (*MIGRATIONS, NEXT) for s in statements(next_version(), m)):
        for tree in sqlglot.parse(statement, dialect="tsql"):
            assert tree is not None
            assert not tree.find(exp.Command), statement
            made = [create for create in tree.find_all(exp.Create) if create.kind == "TABLE"]
            created |= {table.name for create in made for table in create.find_all(exp.Table)}
    assert {*tables.metadata.tables, "carrier"} <= created


def test_a_later_version_never_changes_the_script_of_an_earlier_one() -> None:
    first = render_ddl()[DDL_FOLDER / "001_ledger.sql"]
    later = render_ddl(next_version(), (*MIGRATIONS, NEXT))
    assert later[DDL_FOLDER / "001_ledger.sql"] == first
    assert (
        "alter table dbo.delivery add carrier nvarchar(40) null;  -- who brings it"
        in (later[DDL_FOLDER / "006_carriers.sql"])
    )


@pytest.mark.sqlserver
def test_the_script_a_dba_runs_and_init_agree(sqlserver_script: Warehouse) -> None:
    report = schema.init(sqlserver_script)
    assert report.status == "up to date"


@pytest.fixture
def sqlserver_script(request: pytest.FixtureRequest) -> Warehouse:
    """A T-SQL database on which the scripts were run as they stand, twice."""
    warehouse: Warehouse = request.getfixturevalue("sqlserver")
    with warehouse.begin() as connection:
        for table in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"drop table [{table}]")
    for _ in range(2):
        for text in render_ddl().values():
            with warehouse.begin() as connection:
                connection.exec_driver_sql(text)
    return warehouse


def test_clustered_keys_fit_the_900_bytes_of_sql_server() -> None:
    for table in tables.metadata.tables.values():
        texts = [
            column.type.length or 0 for column in table.primary_key if isinstance(column.type, sa.Unicode)
        ]
        assert 2 * sum(texts) <= 900, table.name
