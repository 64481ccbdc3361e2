"""What stops a staging: nothing that leads to a delivery is touched then."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from sandbox.source import columns as c
from tests.dbt.orders import key_of, order, table_of
from tests.dbt.world import INSTANCE, World

ORDERS = [order(number) for number in range(1, 11)]
AFTER_THE_GUARD = (
    "int_monday__items_compared", "int_monday__subitems_judged", "orders_unified_delta",
    "orders_unified_snapshot",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(new_world: Callable[[], World]) -> World:
    world = new_world()
    world.land(ORDERS)
    world.stage()
    world.deliver()
    world.land([*ORDERS, order(11)])
    world.stage()
    return world


def stopped_by(world: World, test: str) -> None:
    before = world.staged(), world.staged("subitems")
    statuses = world.attempted("stage")
    failed = {name for name, status in statuses.items() if status in ("fail", "error")}
    assert failed == {test}
    assert {statuses[name] for name in AFTER_THE_GUARD} == {"skipped"}
    assert (world.staged(), world.staged("subitems")) == before


def test_an_empty_order_list_stops_the_run(world: World) -> None:
    world.land([])
    world.set_context(max_removed_share=1)
    stopped_by(world, "an_empty_order_list_removes_nothing")


def test_more_removals_than_allowed_stop_the_run(world: World) -> None:
    world.land(ORDERS[:7])
    world.set_context(max_removed_share="0.2")
    stopped_by(world, "no_more_items_are_removed_than_allowed")


def test_more_reloaded_orders_than_allowed_stop_the_run(world: World) -> None:
    world.land([row | {c.RECORD_UUID: key_of(100 + n).upper()} for n, row in enumerate(ORDERS)])
    world.set_context(max_rekeyed=9)
    stopped_by(world, "no_more_items_are_rekeyed_than_allowed")


def test_a_run_that_does_not_say_what_to_compare_with_stops(world: World) -> None:
    world.land(ORDERS)
    world.set_context()
    world.run("delete from staging_context where entity = 'subitems'")
    stopped_by(world, "the_run_says_what_to_compare_with")
    world.set_context()
    world.run("update staging_context set instance = 'monday:LIVE:2' where entity = 'subitems'")
    stopped_by(world, "the_run_says_what_to_compare_with")


def test_an_operator_may_override_the_guards(world: World) -> None:
    world.land(ORDERS[:3])
    world.set_context(max_removed_share="0.2", allow_removals=1)
    world.stage(tested=True)
    assert {row["change_type"] for row in world.staged().values()} == {"REMOVED"}
    assert len(world.staged()) == 7


def test_nothing_at_all_is_nothing_to_do(new_world: Callable[[], World]) -> None:
    world = new_world()
    world.land([])
    world.stage(tested=True)
    assert world.staged() == {}


def broken(world: World, table: pa.Table) -> str:
    world.land(table)
    result = world.dbt("run", "--select", "stg_monday__orders")
    (node,) = [run for run in result.result.results if run.node.name == "stg_monday__orders"]
    assert str(node.status) == "error"
    return str(node.message)


def test_a_size_column_that_holds_text_stops_the_run_by_name(world: World) -> None:
    table = table_of(ORDERS)
    place = table.column_names.index("30/30")
    assert "30/30. If they are sizes, land the file again" in broken(
        world, table.set_column(place, "30/30", table["30/30"].cast(pa.string()))
    )


def test_an_order_list_without_size_markers_stops_the_run(world: World) -> None:
    table = table_of(ORDERS, without=["TOTAL QTY"])
    assert "ORDERS_UNIFIED has no column TOTAL QTY" in broken(world, table)


def test_an_order_list_that_was_never_landed_stops_the_run(world: World) -> None:
    world.run('drop table "ORDERS_UNIFIED" cascade')
    result = world.dbt("run", "--select", "stg_monday__orders")
    assert "Land it first: order-staging land ORDERS_UNIFIED FILE" in str(result.result.results[-1].message)


def test_another_instance_shares_nothing(world: World) -> None:
    world.land(ORDERS)
    world.set_context(instance="monday:LIVE:2")
    world.stage()
    assert {row["change_type"] for row in world.staged().values()} == {"NEW"}
    world.set_context(instance=INSTANCE)
    world.stage()
    assert world.staged() == {}
