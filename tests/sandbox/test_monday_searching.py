"""Finding items: by column values, by rules, in an order, per group, and too early."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.monday_wire import BOARD, SUBITEM_BOARD, Wire

TEXT, NUMBER, DATE = "text_mkr5wya6", "numeric_mkr5cact", "date_mkr5zp5"
STATUS, DROPDOWN = "color_mkr5yf27", "dropdown_mkr58de6"
SEARCH = """
query ($board: ID!, $columns: [ItemsPageByColumnValuesQuery!], $limit: Int!, $cursor: String) {
  items_page_by_column_values(board_id: $board, columns: $columns, limit: $limit, cursor: $cursor) {
    cursor items { id name }
  }
}
"""
QUERY = """
query ($board: ID!, $params: ItemsQuery) {
  boards(ids: [$board]) { items_page(limit: 500, query_params: $params) { items { name } } }
}
"""


def search(wire: Wire, *columns: dict[str, Any], board: str = BOARD) -> list[str]:
    page = wire.data(SEARCH, board=board, columns=list(columns), limit=500)["items_page_by_column_values"]
    return [item["name"] for item in page["items"]]


def query(wire: Wire, **params: Any) -> list[str]:
    page = wire.data(QUERY, board=BOARD, params=params)["boards"][0]["items_page"]
    return [item["name"] for item in page["items"]]


@pytest.fixture
def orders(wire: Wire) -> Wire:
    """Four items: three of them of one order, one without values."""
    wire.create(
        "a", {TEXT: "GRE-1", NUMBER: "5", DATE: "2026-01-01", STATUS: {"index": 0}, DROPDOWN: {"ids": [1]}}
    )
    wire.create(
        "b", {TEXT: "GRE-1", NUMBER: "50", DATE: "2026-02-01", STATUS: {"index": 1}, DROPDOWN: {"ids": [2]}}
    )
    wire.create("c", {TEXT: "GRE-2", NUMBER: "500", DATE: "2026-03-01"})
    wire.create("d")
    return wire


def test_a_search_takes_many_values_and_combines_columns(orders: Wire) -> None:
    assert search(orders, {"column_id": TEXT, "column_values": ["GRE-1"]}) == ["a", "b"]
    assert search(orders, {"column_id": TEXT, "column_values": ["GRE-1", "GRE-2"]}) == ["a", "b", "c"]
    both = ({"column_id": TEXT, "column_values": ["GRE-1"]}, {"column_id": NUMBER, "column_values": ["50"]})
    assert search(orders, *both) == ["b"]
    assert search(orders, {"column_id": TEXT, "column_values": [None]}) == ["d"]
    assert search(orders, {"column_id": "name", "column_values": ["c"]}) == ["c"]
    assert search(orders, {"column_id": TEXT, "column_values": ["GRE"]}) == []


def test_a_search_is_paged(orders: Wire) -> None:
    columns = [{"column_id": TEXT, "column_values": ["GRE-1", "GRE-2"]}]
    first = orders.data(SEARCH, board=BOARD, columns=columns, limit=2)["items_page_by_column_values"]
    second = orders.data(SEARCH, board=BOARD, limit=2, cursor=first["cursor"])["items_page_by_column_values"]
    assert [item["name"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["cursor"] is None


def test_subitems_are_searched_on_their_own_board(orders: Wire) -> None:
    orders.create_subitem("9700000001", "Size M", {"dropdown_mkrak7qp": {"labels": ["M"]}})
    orders.create_subitem("9700000002", "Size L", {"dropdown_mkrak7qp": {"labels": ["L"]}})
    assert search(
        orders, {"column_id": "dropdown_mkrak7qp", "column_values": ["L"]}, board=SUBITEM_BOARD
    ) == ["Size L"]


@pytest.mark.parametrize("column", ["lookup_mkr5k4yj", "formula_mkre54dj", "subtasks_mkr5c0kp"])
def test_computed_columns_cannot_be_searched(wire: Wire, column: str) -> None:
    columns = [{"column_id": column, "column_values": ["x"]}]
    assert wire.error(SEARCH, board=BOARD, columns=columns, limit=5)["code"] == "InvalidArgumentException"


def test_a_new_item_is_found_only_when_the_index_has_caught_up(wire: Wire) -> None:
    wire.control.set_faults(index_lag_seconds=30)
    item = wire.create("new", {TEXT: "GRE-9"})
    columns = {"column_id": TEXT, "column_values": ["GRE-9"]}
    assert search(wire, columns) == []
    assert wire.read(item)[0]["id"] == item
    assert query(wire) == ["new"]
    wire.control.advance(31)
    assert search(wire, columns) == ["new"]


@pytest.mark.parametrize(
    ("column", "operator", "value", "names"),
    [
        (TEXT, "any_of", ["GRE-1"], "ab"),
        (TEXT, "not_any_of", ["GRE-1"], "cd"),
        (TEXT, "is_empty", [], "d"),
        (TEXT, "is_not_empty", [], "abc"),
        (TEXT, "contains_text", "gre", "abc"),
        (TEXT, "not_contains_text", "GRE-1", "cd"),
        (TEXT, "starts_with", "GRE-2", "c"),
        (TEXT, "ends_with", "-1", "ab"),
        (NUMBER, "greater_than", 5, "bc"),
        (NUMBER, "greater_than_or_equals", 5, "abc"),
        (NUMBER, "lower_than", 50, "a"),
        (NUMBER, "between", [5, 50], "ab"),
        (DATE, "lower_than_or_equal", "2026-02-01", "ab"),
        (STATUS, "any_of", [1], "b"),
        (DROPDOWN, "any_of", [1, 2], "ab"),
        ("name", "any_of", ["a", "d"], "ad"),
        ("group", "any_of", ["topics"], "abcd"),
        ("group", "any_of", ["elsewhere"], ""),
    ],
)
def test_rules_select(orders: Wire, column: str, operator: str, value: Any, names: str) -> None:
    assert (
        "".join(query(orders, rules=[{"column_id": column, "compare_value": value, "operator": operator}]))
        == names
    )


def test_rules_combine_by_and_or_or(orders: Wire) -> None:
    rules = [{"column_id": TEXT, "compare_value": ["GRE-2"]}, {"column_id": NUMBER, "compare_value": [5]}]
    assert query(orders, rules=rules) == []
    assert query(orders, rules=rules, operator="or") == ["a", "c"]


def test_an_order_and_a_list_of_ids_are_honoured(orders: Wire) -> None:
    by_number = [{"column_id": NUMBER, "direction": "desc"}]
    assert query(orders, order_by=by_number) == ["c", "b", "a", "d"]
    assert query(orders, ids=["9700000004", "9700000002"]) == ["b", "d"]


def test_a_group_pages_its_own_items(orders: Wire) -> None:
    groups = "{ boards(ids: [%s]) { groups { title items_page(limit: 10) { items { name } } } } }"
    made = f'mutation {{ create_group(board_id: {BOARD}, group_name: "other") {{ id }} }}'
    other = orders.data(made)["create_group"]["id"]
    orders.control.edit("move_item", item_id="9700000002", group_id=other)
    found = orders.data(groups % BOARD)["boards"][0]["groups"]
    assert [[item["name"] for item in group["items_page"]["items"]] for group in found] == [
        ["b"],
        ["a", "c", "d"],
    ]
