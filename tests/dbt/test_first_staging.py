"""The sandbox's orders against an empty ledger: the figures everybody knows, and what cannot be told."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from sandbox.source import columns as c
from sandbox.source import orders, reference
from sandbox.source.dirt import DIRTY, Dirt
from tests.dbt.world import World

ORDERS = 700


@pytest.fixture(scope="module")
def landed() -> pa.Table:
    return orders.generate(ORDERS)


@pytest.fixture(scope="module")
def world(bare_world: Callable[[], World], landed: pa.Table) -> World:
    world = bare_world()
    world.land(landed)
    world.stage(tested=True)
    world.settle()
    return world


@pytest.fixture(scope="module")
def errors(world: World) -> list[dict[str, Any]]:
    return world.errors()


@pytest.fixture(scope="module")
def staged(world: World) -> dict[str, dict[str, Any]]:
    return world.staged()


def of_the_reference_order(relation: str) -> str:
    return (
        f'select count(*) from "{relation}"'
        f" where source_customer = '{reference.CUSTOMER}' and po_number = '{reference.PO}'"
    )


def test_the_reference_order_is_69_new_items(world: World) -> None:
    query = of_the_reference_order("STG_MON_CustMasterSchedule")
    assert world.value(query) == 69
    assert world.value(query + " and change_type = 'NEW' and stg_status = 'PENDING'") == 69


def test_the_reference_order_is_264_new_subitems(world: World) -> None:
    query = of_the_reference_order("STG_MON_CustMasterSchedule_Subitems")
    assert world.value(query) == 264
    assert world.value(query + " and change_type = 'NEW' and stg_status = 'PENDING'") == 264


def test_the_reference_order_is_one_group(world: World) -> None:
    groups = world.rows(
        f"""select distinct "Group" from "STG_MON_CustMasterSchedule" where po_number = '{reference.PO}'"""
    )
    assert groups == [{"Group": "GREYSON CLOTHIERS 2025 FALL"}]


def test_every_order_line_is_staged_or_an_error(world: World) -> None:
    without_key = world.value(
        "select count(*) from \"ORDERS_UNIFIED\" where coalesce(trim(record_uuid), '') = ''"
    )
    assert without_key == 2
    staged = set(world.staged())
    refused = {error["business_key"] for error in world.errors()} - {None}
    assert not staged & refused
    keys = {
        row["key"]
        for row in world.rows(
            'select lower(record_uuid) as key from "ORDERS_UNIFIED" where record_uuid is not null'
        )
    }
    assert keys == staged | refused


def test_lines_add_up_to_the_quantities_of_the_order_list(world: World) -> None:
    cells = ", ".join(f'"{size}"' for size in c.SIZES)
    listed = world.value(
        f"""
        select sum(quantity) from (unpivot (select {cells}, lower(record_uuid) as key, "ORDER TYPE" as kind
        from "ORDERS_UNIFIED") on {cells} into name size value quantity)
        where quantity > 0 and quantity <= 1000000 and upper(kind) <> 'CANCELLED' and key is not null
        and key in (select business_key from int_monday__items_mapped group by business_key having count(*) = 1)
        """
    )
    staged = world.value('select sum("Order Qty") from "STG_MON_CustMasterSchedule_Subitems"')
    assert staged == listed > 0


@pytest.mark.parametrize("stain", DIRTY, ids=lambda stain: stain.what)
def test_dirt_meets_its_fate(
    landed: pa.Table, errors: list[dict[str, Any]], staged: dict[str, dict[str, Any]], stain: Dirt
) -> None:
    key = landed[c.RECORD_UUID][stain.row].as_py()
    order = landed[c.ORDER_NUMBER][stain.row].as_py()
    refused = [
        e
        for e in errors
        if e["business_key"] == (key and key.lower()) and (e["order_number"] == order or key)
    ]
    if stain.fate == "refused":
        assert refused
        assert key is None or key.lower() not in staged
    else:
        assert key.lower() in staged
        assert not refused


def test_errors_name_row_column_value_and_next_step(errors: list[dict[str, Any]]) -> None:
    (error,) = [e for e in errors if e["value"] == "ASK THE MILL"]
    assert error["error_class"] == "fix the row"
    assert error["error_type"] == "number"
    assert error["column_name"] == "CUSTOMER PRICE"
    assert error["message"] == (
        f"Order {error['order_number']} (record_uuid {error['business_key']}): CUSTOMER PRICE 'ASK THE MILL' "
        "is no number. Next: write a number, or leave the cell empty."
    )
    assert error["shared_by"] == 1
    assert error["what_clears_it"] == "write a number, or leave the cell empty"
    assert '"STYLE":"KS030-100"' in error["row_json"]


def test_customers_in_review_are_held_and_their_lines_wait(
    world: World, staged: dict[str, dict[str, Any]]
) -> None:
    held = [row for row in staged.values() if row["stg_status"] == "HELD"]
    assert held
    assert {row["stg_reason"] for row in held} == {"customer not approved"}
    reasons = Counter(
        row["stg_reason"] for row in world.staged("subitems").values() if row["stg_status"] == "BLOCKED"
    )
    assert reasons["customer not approved"] > 0


def test_a_negative_quantity_and_a_huge_one_are_errors_of_their_lines(world: World) -> None:
    errors = {(e["error_type"], e["value"]) for e in world.errors("subitems")}
    assert ("maximum", "1999999999") in errors
    assert ("minimum", "-6") in errors


def test_nothing_is_staged_again_once_it_was_delivered(world: World) -> None:
    world.deliver()
    world.stage(tested=True)
    statuses = Counter(row["stg_status"] for row in world.staged().values())
    assert set(statuses) == {"HELD"}
    assert {row["stg_status"] for row in world.staged("subitems").values()} == {"BLOCKED"}
