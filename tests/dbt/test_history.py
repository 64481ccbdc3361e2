"""The delta and the snapshot: what the order list said, and since when."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.source import columns as c
from tests.dbt.orders import key_of, order
from tests.dbt.world import World


def versions(world: World, number: int) -> list[dict[str, Any]]:
    return world.rows(
        "select * from orders_unified_snapshot where order_key = ? order by dbt_valid_from, dbt_valid_to nulls last",
        key_of(number),
    )


def delta(world: World) -> dict[str, int]:
    return {
        row["order_key"]: row["source_removed"] for row in world.rows("select * from orders_unified_delta")
    }


@pytest.fixture(scope="module")
def world(bare_world: Callable[[], World]) -> World:
    world = bare_world()
    world.land([order(number) for number in (1, 2, 3, 4)] + [order(5), order(5)])
    world.stage()
    return world


def test_the_first_history_is_every_row_with_a_usable_key(world: World) -> None:
    assert delta(world) == {key_of(n): 0 for n in (1, 2, 3, 4)}
    assert world.value("select count(*) from orders_unified_snapshot") == 4


def test_versions_are_dated_in_utc_wherever_the_server_stands(world: World) -> None:
    (version,) = versions(world, 1)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert abs(now - version["dbt_valid_from"]) < dt.timedelta(minutes=10)


def test_nothing_changed_is_an_empty_delta(world: World) -> None:
    world.stage()
    assert delta(world) == {}
    assert world.value("select count(*) from orders_unified_snapshot") == 4


def test_only_what_changed_gets_another_version(world: World) -> None:
    world.land([order(1), order(2, STYLE__DESCRIPTION="NALLA TEE"), order(3, DROP=None), order(6)])
    world.stage()
    assert delta(world) == {key_of(2): 0, key_of(4): 1, key_of(6): 0}
    first, second = versions(world, 2)
    assert (first["STYLE DESCRIPTION"], second["STYLE DESCRIPTION"]) == ("NALLA", "NALLA TEE")
    assert first["dbt_valid_to"] == second["dbt_valid_from"]
    assert second["dbt_valid_to"] is None


def test_a_row_that_is_gone_leaves_a_tombstone_with_its_last_values(world: World) -> None:
    first, last = versions(world, 4)
    assert (first["source_removed"], last["source_removed"]) == (0, 1)
    assert last[c.STYLE] == first[c.STYLE]
    assert last["dbt_valid_to"] is None


def test_a_tombstone_is_not_written_twice(world: World) -> None:
    world.stage()
    assert delta(world) == {}
    assert len(versions(world, 4)) == 2


def test_a_row_that_returns_ends_its_tombstone(world: World) -> None:
    world.land([order(1), order(2, STYLE__DESCRIPTION="NALLA TEE"), order(3), order(4), order(6)])
    world.stage()
    assert [version["source_removed"] for version in versions(world, 4)] == [0, 1, 0]


def test_no_delivery_decision_depends_on_history(world: World) -> None:
    before = world.staged()
    world.run("drop table orders_unified_snapshot")
    world.stage()
    assert world.staged().keys() == before.keys()
    assert world.value("select count(*) from orders_unified_snapshot") == 5
