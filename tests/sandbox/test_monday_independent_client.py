"""A client written by others for the original must work here unchanged: `monday`, where it is installed."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.monday.board_template import BOARD_ID
from tests.sandbox.monday_wire import Wire

monday = pytest.importorskip("monday", reason="the package monday is not installed")
TEXT, DROPDOWN, NUMBER = "text_mkr5wya6", "dropdown_mkr58de6", "numeric_mkr5cact"


@pytest.fixture
def client(wire: Wire) -> Any:
    made = monday.MondayClient(wire.monday.token, headers={"API-Version": "2026-10"})
    for resource in vars(made).values():
        resource.client.endpoint = wire.monday.url
    return made


def test_it_creates_reads_changes_and_deletes(client: Any, wire: Wire) -> None:
    values = {TEXT: "GRE-1", DROPDOWN: {"labels": ["NEW"]}}
    made = client.items.create_item(BOARD_ID, "topics", "one", values, create_labels_if_missing=True)
    item = made["data"]["create_item"]["id"]
    client.items.create_subitem(item, "Size M", {"numeric_mkra7j8e": "4"})
    client.items.change_item_value(BOARD_ID, item, TEXT, "GRE-2")
    client.items.change_multiple_column_values(BOARD_ID, item, {NUMBER: "7.0"})
    found = client.items.fetch_items_by_column_value(BOARD_ID, TEXT, "GRE-2")
    assert [entry["id"] for entry in found["data"]["items_page_by_column_values"]["items"]] == [item]
    assert wire.cell(item, NUMBER)[0] == "7"
    assert client.items.fetch_items_by_id([int(item)])["data"]["items"][0]["name"] == "one"
    client.items.move_item_to_group(item, "topics")
    client.items.archive_item_by_id(item)
    client.items.delete_item_by_id(item)
    assert wire.count() == 0


def test_it_sends_several_mutations_at_once(client: Any, wire: Wire) -> None:
    item = {
        "method": "create_item",
        "board_id": BOARD_ID,
        "group_id": "topics",
        "column_values": {TEXT: "GRE-1"},
    }
    client.items.mutate_multiple_items([{**item, "item_name": "one"}, {**item, "item_name": "two"}])
    assert wire.control.calls()["committed"] == {"create_item": 2}


def test_it_reads_boards_columns_groups_and_complexity(client: Any) -> None:
    assert len(client.boards.fetch_boards()["data"]["boards"]) == 2
    assert client.boards.fetch_columns_by_board_id(BOARD_ID)["data"]["boards"][0]["columns"]
    assert client.groups.create_group(BOARD_ID, "new")["data"]["create_group"]["id"]
    groups = client.groups.get_groups_by_board([BOARD_ID])["data"]["boards"][0]["groups"]
    assert [group["title"] for group in groups] == ["new", "Group Title"]
    assert client.complexity.get_complexity()["data"]["complexity"]["after"] > 0


def test_it_recognises_a_refusal(client: Any, wire: Wire) -> None:
    with pytest.raises(monday.exceptions.MondayQueryError, match="possible labels"):
        client.items.create_item(BOARD_ID, "topics", "one", {DROPDOWN: {"labels": ["NO SUCH"]}})
    assert wire.count() == 0
