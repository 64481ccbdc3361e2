"""Reading: the same rows as dictionaries and as Arrow, on both engines, with values bound."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa

from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.reading import (
    columns_elsewhere,
    columns_of,
    is_view,
    read_arrow,
    read_rows,
    table_exists,
    tables_and_columns,
    view_definitions,
)

NOW = dt.datetime(2026, 11, 21, 9, 0, 0, 123456)


def contexts(warehouse: Warehouse, count: int) -> None:
    with warehouse.begin() as connection:
        rows.insert(
            connection,
            tables.staging_context,
            [
                {
                    "system": f"it's #{n}", "entity": "items", "instance": "i", "run_id": "r",
                    "mapping_version": "m", "schema_version": None, "max_removed_share": Decimal("0.2"),
                    "max_rekeyed": n, "allow_removals": 0, "set_at": NOW,
                }
                for n in range(count)
            ],
        )  # fmt: skip


def test_rows_come_as_dictionaries_in_chunks(warehouse: Warehouse) -> None:
    contexts(warehouse, 25)
    sql = "select system, max_rekeyed, schema_version, set_at from staging_context order by max_rekeyed"
    with warehouse.begin() as connection:
        found = list(read_rows(connection, sql, chunk=10))
    assert len(found) == 25
    assert found[3] == {"system": "it's #3", "max_rekeyed": 3, "schema_version": None, "set_at": NOW}


def test_values_are_bound_never_pasted(warehouse: Warehouse) -> None:
    contexts(warehouse, 3)
    sql = "select max_rekeyed from staging_context where system = :system and max_rekeyed >= :least"
    for name, expected in (("it's #2", [{"max_rekeyed": 2}]), ("' or 1=1 --", [])):
        with warehouse.begin() as connection:
            bound = {"system": name, "least": 1}
            assert list(read_rows(connection, sql, bound)) == expected
            assert read_arrow(connection, sql, bound).to_pylist() == expected


def test_arrow_has_the_types_of_the_columns(warehouse: Warehouse) -> None:
    contexts(warehouse, 25)
    sql = "select system, max_rekeyed, max_removed_share, schema_version, set_at from staging_context"
    with warehouse.begin() as connection:
        table = read_arrow(connection, f"{sql} order by max_rekeyed", chunk=10)
        none = read_arrow(connection, f"{sql} where 1 = 0")
    assert table.num_rows == 25
    assert table["max_removed_share"].to_pylist()[:1] == [Decimal("0.200000")]
    assert table["set_at"].to_pylist()[:1] == [NOW]
    assert table["schema_version"].null_count == 25
    assert pa.types.is_integer(table.schema.field("max_rekeyed").type)
    assert pa.types.is_decimal(table.schema.field("max_removed_share").type)
    assert pa.types.is_timestamp(table.schema.field("set_at").type)
    assert (none.num_rows, none.schema.names) == (0, table.schema.names)


def test_reading_may_follow_a_result_that_was_not_read_to_its_end(warehouse: Warehouse) -> None:
    contexts(warehouse, 5)
    with warehouse.begin() as connection:
        assert connection.exec_driver_sql("select system from staging_context").scalar() is not None
        assert read_arrow(connection, "select system from staging_context").num_rows == 5


def test_tables_and_their_columns_are_found_by_any_case(warehouse: Warehouse) -> None:
    with warehouse.begin() as connection:
        connection.exec_driver_sql('create table "Sized" ("S/M" int, "US 75% off" varchar(10), "a:b" date)')
        connection.exec_driver_sql("create view seen as select 1 as one")
        assert list(columns_of(connection, "sized")) == ["S/M", "US 75% off", "a:b"]
        assert columns_of(connection, "SIZED")["a:b"] == "date"
        assert table_exists(connection, "Sized")
        assert table_exists(connection, "seen")
        assert (is_view(connection, "seen"), is_view(connection, "sized")) == (True, False)
        assert not table_exists(connection, "si_ed")
        assert columns_of(connection, "nowhere") == {}
        assert {"sized", "seen", "delivery"} <= set(tables_and_columns(connection))


def test_a_definition_tells_views_apart_that_differ_far_behind(warehouse: Warehouse) -> None:
    """SQL Server's information_schema knows none that is longer than 4,000 characters."""
    said = []
    for number in (1, 2):
        with warehouse.begin() as connection:
            connection.exec_driver_sql(
                f"create view Long_View as select '{'x' * 5_000}' as padding, {number} as number"
            )
            said.append(view_definitions(connection)["long_view"])
            connection.exec_driver_sql("drop view Long_View")
    assert said[0] != said[1]


def test_columns_elsewhere_have_their_sizes(warehouse: Warehouse) -> None:
    """A view written from a column keeps its size, so another size is another column."""
    with warehouse.begin() as connection:
        schema = "main" if warehouse.embedded else "dbo"
        database = connection.exec_driver_sql(
            "select current_database()" if warehouse.embedded else "select db_name()"
        ).scalar_one()
        shapes = []
        for kind in ("numeric(9, 2)", "numeric(15, 4)"):
            connection.exec_driver_sql(f"create table landed (code varchar(20), price {kind})")
            shapes.append(columns_elsewhere(connection, database, schema)["landed"])
            connection.exec_driver_sql("drop table landed")
    assert [column.partition(" ")[0] for column in shapes[0]] == ["code", "price"]
    assert shapes[0][0] == shapes[1][0]
    assert shapes[0][1] != shapes[1][1]
