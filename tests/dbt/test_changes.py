"""What people do to orders after they were delivered, all at once, and what is staged of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.source import columns as c
from sandbox.source.customers import lookup_rows
from tests.dbt.orders import Order, key_of, order
from tests.dbt.world import World

(SAME, PRICE, RENAMED, MOVED, CANCELLED, UNCANCELLED, REMOVED, RELOADED, RELOADED_AND_CHANGED, TWIN_A, TWIN_B,
 FEWER, SIZE_GONE, SIZE_ZERO, SIZE_NEW, DUPLICATED, BROKEN, HELD, CLEARED, BACK) = range(1, 21)  # fmt: skip
NEW = 40
IN_REVIEW = next(name for name, _, status in lookup_rows() if status == "review")


def before() -> list[Order]:
    rows = {number: order(number) for number in range(1, 21)}
    rows[UNCANCELLED][c.ORDER_TYPE] = "CANCELLED"
    rows[TWIN_B] = order(TWIN_B, AAG__ORDER__NUMBER="GRE-00010", CUSTOMER__STYLE="MSP26B10")
    rows[CLEARED]["NOTES"] = "CALL FIRST"
    return list(rows.values())


def after() -> list[Order]:
    rows = {row[c.RECORD_UUID]: row for row in before()}
    by_number = {number: rows[key_of(number).upper()] for number in range(1, 21)}
    by_number[PRICE]["CUSTOMER PRICE"] = "30.50"
    by_number[RENAMED][c.STYLE] = "MSP26B99"
    by_number[MOVED][c.CUSTOMER_SEASON] = "FA25"
    by_number[CANCELLED][c.ORDER_TYPE] = "Cancelled"
    by_number[UNCANCELLED][c.ORDER_TYPE] = "ACTIVE"
    by_number[FEWER] |= {"S": 9, c.TOTAL_QTY: 29}
    by_number[SIZE_GONE] |= {"S": None, c.TOTAL_QTY: 20}
    by_number[SIZE_ZERO] |= {"S": 0, c.TOTAL_QTY: 20}
    by_number[SIZE_NEW] |= {"XL": 5, c.TOTAL_QTY: 35}
    by_number[BROKEN] |= {"CUSTOMER PRICE": "ASK", "S": 11}
    by_number[HELD] |= {c.CUSTOMER_NAME: IN_REVIEW, "S": 12}
    by_number[CLEARED]["NOTES"] = None
    for number in (RELOADED, RELOADED_AND_CHANGED, TWIN_A, TWIN_B):
        by_number[number][c.RECORD_UUID] = key_of(number + 100).upper()
    by_number[RELOADED_AND_CHANGED]["CUSTOMER PRICE"] = "31.00"
    by_number[RELOADED_AND_CHANGED] |= {"S": 12, "M": 18}
    del by_number[REMOVED]
    return [*by_number.values(), dict(by_number[DUPLICATED]), order(NEW)]


@pytest.fixture(scope="module")
def world(new_world: Callable[[], World]) -> World:
    world = new_world()
    world.land(before())
    world.stage()
    world.deliver()
    world.land(after())
    world.stage(tested=True)
    world.settle()
    return world


@pytest.fixture(scope="module")
def items(world: World) -> dict[str, dict[str, Any]]:
    return world.staged()


@pytest.fixture(scope="module")
def lines(world: World) -> dict[str, dict[str, Any]]:
    return world.staged("subitems")


def changes(row: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (field["old"], field["new"]) for name, field in json.loads(row["changed_fields"]).items()}


def of(rows: dict[str, dict[str, Any]], number: int) -> dict[str, dict[str, Any]]:
    """Lines of an order by size."""
    return {row["Size"]: row for row in rows.values() if row["parent_key"] == key_of(number)}


def test_an_unchanged_order_is_not_staged(items: Any, lines: Any) -> None:
    assert key_of(SAME) not in items
    assert not of(lines, SAME)


def test_a_new_order_is_staged_with_its_lines(items: Any, lines: Any) -> None:
    row = items[key_of(NEW)]
    assert (row["change_type"], row["stg_status"], row["changed_fields"]) == ("NEW", "PENDING", None)
    assert (row["revision"], row["remote_id"], row["stg_retry_count"]) == (None, None, 0)
    assert row["batch_name"] == row["source_customer"] == "GREYSON CLOTHIERS"
    assert row["canonical_customer"] == "GREYSON"
    assert {size: line["change_type"] for size, line in of(lines, NEW).items()} == {"S": "NEW", "M": "NEW"}
    line = of(lines, NEW)["S"]
    assert (line["batch_name"], line["po_number"], line["Name"]) == ("GREYSON CLOTHIERS", "4755", "Size S")


def test_a_changed_field_is_named_with_old_and_new_value(items: Any) -> None:
    row = items[key_of(PRICE)]
    assert row["change_type"] == "CHANGED"
    assert changes(row) == {"CUSTOMER PRICE": ("28.8600", "30.5000")}
    assert row["revision"] == 1
    assert row["remote_id"]


def test_a_changed_part_of_the_title_renames(items: Any) -> None:
    row = items[key_of(RENAMED)]
    assert changes(row) == {
        "Title": ("MSP26B03WHITEGRE-00003", "MSP26B99WHITEGRE-00003"), "STYLE": ("MSP26B03", "MSP26B99"),
    }  # fmt: skip


def test_a_changed_season_moves_to_another_group(items: Any) -> None:
    assert changes(items[key_of(MOVED)]) == {
        "Group": ("GREYSON CLOTHIERS 2025 FALL", "GREYSON CLOTHIERS FA25"), "CUSTOMER SEASON": (None, "FA25"),
    }  # fmt: skip


def test_a_cleared_cell_is_a_change_to_nothing(items: Any) -> None:
    assert changes(items[key_of(CLEARED)]) == {"NOTES": ("CALL FIRST", None)}


def test_a_cancelled_order_keeps_its_lines_at_zero(items: Any, lines: Any) -> None:
    row = items[key_of(CANCELLED)]
    assert row["change_type"] == "CANCELLED"
    assert changes(row) == {"ORDER TYPE": ("RECEIVED", "CANCELLED")}
    zeroed = of(lines, CANCELLED)
    assert {size: (line["change_type"], line["Order Qty"]) for size, line in zeroed.items()} == {
        "S": ("CANCELLED", 0), "M": ("CANCELLED", 0),
    }  # fmt: skip
    assert changes(zeroed["M"]) == {"Order Qty": (20, 0)}


def test_an_order_first_seen_cancelled_has_no_lines_until_it_is_restored(
    world: World, items: Any, lines: Any
) -> None:
    assert world.value(
        "select count(*) from delivery where entity = 'subitems' and parent_key = ?", key_of(UNCANCELLED)
    ) == 0  # fmt: skip
    assert items[key_of(UNCANCELLED)]["change_type"] == "CHANGED"
    assert {line["change_type"] for line in of(lines, UNCANCELLED).values()} == {"NEW"}


def test_a_removed_order_carries_what_was_told_and_takes_its_lines_along(
    world: World, items: Any, lines: Any
) -> None:
    row = items[key_of(REMOVED)]
    assert (row["change_type"], row["stg_status"]) == ("REMOVED", "PENDING")
    assert row["Title"] == world.told(key_of(REMOVED))["Title"]
    assert row["source_customer"] == "GREYSON CLOTHIERS"
    assert row["changed_fields"] is None
    assert not of(lines, REMOVED)


def test_a_reload_under_another_key_sends_nothing(items: Any, lines: Any) -> None:
    row = items[key_of(RELOADED + 100)]
    assert (row["change_type"], row["previous_key"]) == ("REKEYED", key_of(RELOADED))
    assert key_of(RELOADED) not in items
    moved = of(lines, RELOADED + 100)
    assert {size: (line["change_type"], line["previous_key"]) for size, line in moved.items()} == {
        "S": ("REKEYED", f"{key_of(RELOADED)}|S"), "M": ("REKEYED", f"{key_of(RELOADED)}|M"),
    }  # fmt: skip
    assert not of(lines, RELOADED)


def test_a_reload_that_also_changed_is_a_change_of_the_same_object(items: Any, lines: Any) -> None:
    row = items[key_of(RELOADED_AND_CHANGED + 100)]
    assert (row["change_type"], row["previous_key"]) == ("CHANGED", key_of(RELOADED_AND_CHANGED))
    assert changes(row) == {"CUSTOMER PRICE": ("28.8600", "31.0000")}
    moved = of(lines, RELOADED_AND_CHANGED + 100)
    assert changes(moved["S"]) == {"Order Qty": (10, 12)}
    assert {line["change_type"] for line in moved.values()} == {"CHANGED"}


def test_orders_that_agree_in_everything_are_paired_one_to_one(items: Any) -> None:
    previous = {items[key_of(number + 100)]["previous_key"] for number in (TWIN_A, TWIN_B)}
    assert previous == {key_of(TWIN_A), key_of(TWIN_B)}


def test_a_changed_quantity_changes_the_line_and_the_total(items: Any, lines: Any) -> None:
    assert changes(items[key_of(FEWER)]) == {"TOTAL QTY": (30, 29)}
    assert {size: changes(line) for size, line in of(lines, FEWER).items()} == {"S": {"Order Qty": (10, 9)}}


@pytest.mark.parametrize("number", [SIZE_GONE, SIZE_ZERO], ids=["empty", "zero"])
def test_a_size_without_quantity_is_removed(lines: Any, number: int) -> None:
    (line,) = of(lines, number).values()
    assert (line["Size"], line["change_type"], line["Order Qty"]) == ("S", "REMOVED", 10)


def test_a_size_that_was_not_ordered_before_is_a_new_line(lines: Any) -> None:
    (line,) = of(lines, SIZE_NEW).values()
    assert (line["Size"], line["change_type"], line["Order Qty"]) == ("XL", "NEW", 5)


def test_a_key_on_two_rows_is_two_errors_and_never_a_removal(world: World, items: Any, lines: Any) -> None:
    assert key_of(DUPLICATED) not in items
    errors = [error for error in world.errors() if error["business_key"] == key_of(DUPLICATED)]
    assert [error["error_type"] for error in errors] == ["duplicate_key", "duplicate_key"]
    assert {(line["change_type"], line["stg_status"]) for line in of(lines, DUPLICATED).values()} == {
        ("UNCHANGED", "BLOCKED")
    }


def test_lines_wait_for_an_order_that_breaks_a_rule(world: World, items: Any, lines: Any) -> None:
    assert key_of(BROKEN) not in items
    (error,) = [error for error in world.errors() if error["business_key"] == key_of(BROKEN)]
    assert (error["error_type"], error["column_name"], error["value"]) == ("number", "CUSTOMER PRICE", "ASK")
    (line,) = of(lines, BROKEN).values()
    assert (line["Size"], line["stg_status"]) == ("S", "BLOCKED")
    assert line["stg_reason"] == "its order is refused, see ERR_MON_CustMasterSchedule"


def test_lines_wait_for_an_order_that_is_held(items: Any, lines: Any) -> None:
    row = items[key_of(HELD)]
    assert (row["stg_status"], row["stg_reason"]) == ("HELD", "customer not approved")
    (line,) = of(lines, HELD).values()
    assert (line["stg_status"], line["stg_reason"]) == ("BLOCKED", "customer not approved")


def test_a_key_that_returns_after_its_archive_is_new_again(world: World) -> None:
    world.deliver()
    world.land([*after(), next(row for row in before() if row[c.RECORD_UUID] == key_of(REMOVED).upper())])
    world.stage()
    row = world.staged()[key_of(REMOVED)]
    assert (row["change_type"], row["revision"]) == ("NEW", 2)
    assert {line["change_type"] for line in of(world.staged("subitems"), REMOVED).values()} == {"NEW"}
    left = {key for key, row in world.staged().items() if row["stg_status"] != "HELD"}
    assert left == {key_of(REMOVED)}
