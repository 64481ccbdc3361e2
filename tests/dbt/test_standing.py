"""Views and seeds are made anew when the project or what they hold changed, and left alone otherwise."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dagster_project.dbt_runner import NodeResult
from dagster_project.dbt_standing import Lasting, Standing
from dagster_project.settings import PROJECT_ROOT
from dagster_project.warehouse.engine import Warehouse
from tests.dbt.orders import key_of, order
from tests.dbt.world import World

LEFT = "stands as the project defines it"
STAGED, BATCHES, CUSTOMERS = "STG_MON_CustMasterSchedule", "MON_BatchProcessing", "monday_customers"

ONE = Lasting(frozenset({STAGED}), frozenset())


@pytest.fixture(scope="module")
def world(bare_world: Callable[[], World]) -> World:
    """One order was staged and settled."""
    world = bare_world()
    world.land([order(1)])
    refresh(world)
    return world


@pytest.fixture
def warehouse(world: World) -> Iterator[Warehouse]:
    """The warehouse of that world."""
    warehouse = Warehouse(f"duckdb:///{world.path}")
    yield warehouse
    warehouse.release()


def refresh(world: World) -> dict[str, NodeResult]:
    """Stage and settle as a run does; what became of each node by name."""
    return {node.name: node for step in ("stage", "settle") for node in world.refresh(step)}


def left(nodes: dict[str, NodeResult]) -> set[str]:
    """The views and seeds that were left as they were."""
    return {name for name, node in nodes.items() if node.message == LEFT}


def views(world: World) -> set[str]:
    """Every view there is."""
    return {row["view_name"] for row in world.rows("select view_name from duckdb_views() where not internal")}


def columns(world: World, view: str) -> list[str]:
    """The columns of a view, in order; none when there is no such view."""
    sql = "select column_name from duckdb_columns() where table_name = ? order by column_index"
    return [row["column_name"] for row in world.rows(sql, view)]


def test_a_second_run_makes_no_view_or_seed_anew_but_tests_what_views_show(world: World) -> None:
    nodes = refresh(world)
    assert left(nodes) == views(world) | {CUSTOMERS}
    assert not {name for name, node in nodes.items() if node.kind == "test" and CUSTOMERS in name}
    assert {nodes[name].status for name in left(nodes)} == {"success"}
    assert nodes[f"deliverable_{STAGED}"].status == "pass"
    assert list(world.staged()) == [key_of(1)]


@pytest.mark.parametrize(
    "by_hand",
    [f'drop view "{BATCHES}"', f'create or replace view "{BATCHES}" as select 1 as "BATCH_ID"'],
)
def test_a_view_that_somebody_dropped_or_altered_is_made_anew(world: World, by_hand: str) -> None:
    world.refresh("settle")
    before = columns(world, BATCHES)
    world.run(by_hand)
    assert columns(world, BATCHES) != before
    assert LEFT not in {node.message for node in world.refresh("settle")}
    assert columns(world, BATCHES) == before
    assert {node.message for node in world.refresh("settle")} == {LEFT}


def test_a_seed_that_somebody_dropped_or_altered_is_loaded_anew(world: World) -> None:
    before = sorted(map(str, world.rows(f"select * from {CUSTOMERS}")))
    for by_hand in (f"drop table {CUSTOMERS} cascade", f"update {CUSTOMERS} set status = 'approved'"):
        world.run(by_hand)
        nodes = {node.name: node for node in world.refresh("stage")}
        tests = {node.status for name, node in nodes.items() if node.kind == "test" and CUSTOMERS in name}
        assert (nodes[CUSTOMERS].message != LEFT, tests) == (True, {"pass"}), by_hand
        assert sorted(map(str, world.rows(f"select * from {CUSTOMERS}"))) == before
    again = {node.name: node for node in world.refresh("stage", tested=False)}
    assert again[CUSTOMERS].message == LEFT


def test_other_columns_of_the_order_list_make_views_anew(world: World) -> None:
    world.run('alter table "ORDERS_UNIFIED" add column "7XL" integer')
    assert LEFT not in {node.message for node in world.refresh("settle")}
    assert {node.message for node in world.refresh("settle")} == {LEFT}


def test_a_changed_project_makes_views_anew(tmp_path: Path, warehouse: Warehouse) -> None:
    for folder in ("dbt", "mappings"):
        shutil.copytree(PROJECT_ROOT / folder, tmp_path / folder)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_ROOT / name, tmp_path)
    Standing(warehouse, tmp_path, []).record(ONE)
    assert Standing(warehouse, tmp_path, []).holds(ONE)
    (tmp_path / "dbt" / "macros" / "new.sql").write_text("{# nothing #}")
    assert not Standing(warehouse, tmp_path, []).holds(ONE)


def test_what_nothing_is_recorded_of_does_not_stand(warehouse: Warehouse) -> None:
    standing = Standing(warehouse, PROJECT_ROOT, [("warehouse", "main", "none")])
    assert standing.holds(Lasting(frozenset(), frozenset()))
    assert not standing.holds(ONE)
    assert not standing.holds(Lasting(frozenset({"no_view"}), frozenset()))
    assert not standing.holds(Lasting(frozenset(), frozenset({CUSTOMERS})))
