"""The raw tables: made when they are missing, and the script of a DBA in step with them."""

import sqlglot

from dagster_project.counterpoint import raw_tables
from dagster_project.warehouse import raw
from dagster_project.warehouse.engine import Warehouse


def test_the_script_is_in_step_with_the_tables() -> None:
    said = "run: python -m dagster_project.counterpoint.raw_tables"
    assert raw_tables.SCRIPT.read_text(encoding="utf-8") == raw_tables.script(), said


def test_the_script_is_tsql() -> None:
    for statement in raw.statements(raw_tables.metadata):
        assert sqlglot.parse(statement, dialect="tsql")


def test_what_is_missing_is_made_once(embedded: Warehouse) -> None:
    with embedded.begin() as connection:
        assert set(raw.prepare(connection, raw_tables.metadata)) == set(raw_tables.metadata.tables)
    with embedded.begin() as connection:
        connection.exec_driver_sql('alter table raw_counterpoint__items drop column "STAT"')
        assert raw.prepare(connection, raw_tables.metadata) == ["raw_counterpoint__items.STAT"]
        assert raw.prepare(connection, raw_tables.metadata) == []
