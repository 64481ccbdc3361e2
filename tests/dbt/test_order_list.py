"""An order list that is not as expected: cells that did not land, columns that are missing, other types."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from sandbox.source import columns as c
from tests.dbt.orders import key_of, order, table_of
from tests.dbt.world import World


class TestCellsThatDidNotLand:
    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, new_world: Callable[[], World]) -> World:
        world = new_world()
        world.land([order(1), order(2), order(3), order(4)])
        world.stage()
        world.deliver()
        world.land([
            order(1, {"S": None, "M": 20}), order(2, EX__FACTORY__DATE=None), order(3, {"S": None, "M": 20},
            ORDER__TYPE="CANCELLED"), order(4), order(5, {"XL": None}),
        ])  # fmt: skip
        world.could_not_land(key_of(1), "S", "ten")
        world.could_not_land(key_of(2), "EX FACTORY DATE", "soon")
        world.could_not_land(key_of(3), "S", "ten")
        world.could_not_land(key_of(4), "Delta", "?")
        world.could_not_land(key_of(5), "XL", "1O")
        world.could_not_land(key_of(99), "S", "of an order that is gone")
        world.stage(tested=True)
        world.settle()
        return world

    def test_a_size_is_an_error_of_its_line_and_not_removed(self, world: World) -> None:
        lines = world.staged("subitems")
        assert f"{key_of(1)}|S" not in lines
        errors = {error["business_key"]: error for error in world.errors("subitems")}
        assert set(errors) == {f"{key_of(1)}|S", f"{key_of(5)}|XL"}
        error = errors[f"{key_of(5)}|XL"]
        assert (error["error_type"], error["column_name"], error["value"]) == ("landing", "XL", "1O")
        assert error["message"] == (
            f"Order GRE-00005 (line {key_of(5)}|XL): XL '1O' could not be read when the file was landed. "
            "Next: correct the cell and land the file again."
        )

    def test_a_column_of_the_item_is_an_error_of_the_item(self, world: World) -> None:
        assert key_of(2) not in world.staged()
        (error,) = world.errors()
        assert (error["business_key"], error["column_name"], error["value"]) == (
            key_of(2), "EX FACTORY DATE", "soon",
        )  # fmt: skip

    def test_a_cancelled_order_does_not_need_its_sizes(self, world: World) -> None:
        lines = world.staged("subitems")
        assert lines[f"{key_of(3)}|S"]["Order Qty"] == 0

    def test_a_column_nobody_reads_does_not_matter(self, world: World) -> None:
        assert key_of(4) not in world.staged()


class TestWithoutRecordUuid:
    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, bare_world: Callable[[], World]) -> World:
        world = bare_world()
        world.land([order(1), order(1, {"S": 1}), order(2)], without=[c.RECORD_UUID])
        world.stage(tested=True)
        return world

    def test_order_customer_style_and_colour_make_the_key(self, world: World) -> None:
        assert set(world.staged()) == {
            "gre-00001|greyson clothiers|msp26b01|white|1",
            "gre-00001|greyson clothiers|msp26b01|white|2",
            "gre-00002|greyson clothiers|msp26b02|white|1",
        }

    def test_lines_hang_on_it(self, world: World) -> None:
        parents = {row["parent_key"] for row in world.staged("subitems").values()}
        assert parents == set(world.staged())


class TestOtherShapes:
    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, bare_world: Callable[[], World]) -> World:
        world = bare_world()
        table = table_of([order(1, DROP="DROP01"), order(2)], without=["CATEGORY", "10w", "NOTES"])
        dates = pa.array(["5/20/2025", "20/05/2025"])
        table = table.set_column(table.column_names.index(c.ORDER_DATE), c.ORDER_DATE, dates)
        totals = pa.array(["30.0", "1,030"])
        world.land(table)
        world.run('alter table "ORDERS_UNIFIED" add column "PATTERN X" varchar')
        world.stage(tested=True)
        del totals
        return world

    def test_missing_columns_are_empty_and_named_by_a_warning(self, world: World) -> None:
        staged = world.staged()[key_of(1)]
        assert (staged["CATEGORY"], staged["NOTES"], staged["DROP"]) == (None, None, "DROP01")
        statuses = world.statuses("test", "--select", "the_order_list_has_every_column_the_mapping_reads")
        assert set(statuses.values()) == {"warn"}

    def test_dates_may_be_text(self, world: World) -> None:
        days = {str(row["ORDER DATE PO RECEIVED"]) for row in world.staged().values()}
        assert days == {"2025-05-20"}

    def test_a_changed_type_does_not_stop_history(self, world: World) -> None:
        world.land([order(1, DROP="DROP01"), order(2), order(3)])
        world.stage()
        history: list[dict[str, Any]] = world.rows(
            "select * from orders_unified_snapshot where dbt_valid_to is null"
        )
        assert len(history) == 3

    def test_without_order_types_nothing_is_cancelled_and_a_twin_is_named_by_its_number(
        self, world: World
    ) -> None:
        orders = [order(1, ORDER__TYPE="CANCELLED"), order(7, {"S": None}), order(7, {"S": None})]
        world.land(orders, without=["ORDER TYPE"])
        world.could_not_land(key_of(7), "S", "ten")
        world.set_context(allow_removals=1)
        world.stage()
        world.settle()
        sizes = [row for row in world.staged("subitems").values() if row["parent_key"] == key_of(1)]
        assert sizes
        (error,) = world.errors("subitems")
        assert error["message"].startswith(f"Order GRE-00007 (line {key_of(7)}|S): S 'ten' could not be read")
