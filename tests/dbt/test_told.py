"""told_: the ledger's values, unpacked once and kept in step."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.dbt.orders import key_of, order
from tests.dbt.world import World


def keys(world: World, entity: str = "items") -> set[str]:
    return {row["business_key"] for row in world.rows(f"select business_key from told_monday__{entity}")}


def refresh(world: World) -> None:
    assert set(world.statuses("run", "--select", "tag:monday,tag:told").values()) == {"success"}


@pytest.fixture(scope="module")
def world(new_world: Callable[[], World]) -> World:
    world = new_world()
    world.land([order(number) for number in range(1, 7)])
    world.stage()
    world.deliver()
    refresh(world)
    return world


def test_values_have_their_types_again(world: World) -> None:
    (row,) = world.rows("select * from told_monday__items where business_key = ?", key_of(1))
    assert (row["CUSTOMER PRICE"], row["TOTAL QTY"], str(row["ORDER DATE PO RECEIVED"])) == (
        Decimal("28.8600"), 30, "2025-05-20",
    )  # fmt: skip
    assert (row["state"], row["revision"], row["incarnation"], row["NOTES"]) == ("DELIVERED", 1, 1, None)


def test_a_row_told_anew_replaces_the_old_one(world: World) -> None:
    told = world.told(key_of(1))
    world.ledger(key_of(1), told=told | {"CUSTOMER PRICE": 30.5, "TOTAL QTY": "31"})
    refresh(world)
    (row,) = world.rows("select * from told_monday__items where business_key = ?", key_of(1))
    assert (row["CUSTOMER PRICE"], row["TOTAL QTY"], row["revision"]) == (Decimal("30.5000"), 31, 2)


def test_a_clock_that_went_back_hides_no_change_and_a_row_lost_by_hand_comes_back(world: World) -> None:
    world.run(
        "update delivery set updated_at = updated_at + interval 3 hour, revision = revision + 1"
        " where entity = 'items' and business_key = ?", key_of(5),
    )  # fmt: skip
    refresh(world)
    world.ledger(key_of(6), told=world.told(key_of(6)) | {"TOTAL QTY": "77"})
    world.run("delete from told_monday__items where business_key = ?", key_of(1))
    refresh(world)
    (row,) = world.rows("select * from told_monday__items where business_key = ?", key_of(6))
    assert row["TOTAL QTY"] == 77
    assert key_of(1) in keys(world)


def test_a_value_that_no_longer_fits_its_type_counts_as_not_told(world: World) -> None:
    world.ledger(key_of(2), told=world.told(key_of(2)) | {"CUSTOMER PRICE": "ASK"})
    refresh(world)
    assert (
        world.rows("select * from told_monday__items where business_key = ?", key_of(2))[0]["CUSTOMER PRICE"]
        is None
    )


def test_what_is_archived_deleted_or_moved_is_dropped(world: World) -> None:
    world.ledger(key_of(3), state="ARCHIVED")
    world.run("delete from delivery where entity = 'items' and business_key = ?", key_of(4))
    world.run(
        "update delivery set business_key = ? where entity = 'items' and business_key = ?",
        key_of(50),
        key_of(5),
    )
    world.ledger(key_of(50), state="DELIVERED")
    refresh(world)
    assert keys(world) == {key_of(n) for n in (1, 2, 6, 50)}


def test_what_is_not_told_is_not_in_it(world: World) -> None:
    world.ledger(key_of(60), state="RETRY")
    world.ledger(key_of(6), state="FORGOTTEN")
    refresh(world)
    assert keys(world) == {key_of(n) for n in (1, 2, 50)}


def test_a_table_of_another_shape_is_made_anew(world: World) -> None:
    world.run('alter table told_monday__items drop column "NOTES"')
    refresh(world)
    assert keys(world) == {key_of(n) for n in (1, 2, 50)}
    assert world.rows("select * from told_monday__items")[0]["NOTES"] is None


def test_only_the_instance_of_the_run_is_kept(world: World) -> None:
    world.set_context(instance="monday:LIVE:2")
    refresh(world)
    assert keys(world) == set()
    world.set_context()
    refresh(world)
    assert keys(world) == {key_of(n) for n in (1, 2, 50)}
