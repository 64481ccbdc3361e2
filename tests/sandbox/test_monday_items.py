"""Items and subitems: created as often as asked, moved, archived, deleted, and paged without gaps."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.monday_wire import BOARD, CHANGE, CREATE, CREATE_SUBITEM, SUBITEM_BOARD, Wire

ITEM_MUTATION = "mutation ($item: ID) { %s(item_id: $item) { id state } }"
FIRST_PAGE = """
query ($board: ID!, $limit: Int!) {
  boards(ids: [$board]) { items_page(limit: $limit) { cursor items { id name } } }
}
"""
NEXT_PAGE = """
query ($cursor: String!, $limit: Int!) {
  next_items_page(cursor: $cursor, limit: $limit) { cursor items { id name } }
}
"""
MOVE = "mutation ($item: ID, $to: String!) { move_item_to_group(item_id: $item, group_id: $to) { id } }"


def test_ids_have_ten_digits_and_ascend(wire: Wire) -> None:
    assert [wire.create(), wire.create()] == ["9700000001", "9700000002"]


def test_the_same_create_twice_makes_two_items(wire: Wire) -> None:
    values = {"text_mkr5wya6": "GRE-00505"}
    first, second = wire.create("twin", values), wire.create("twin", values)
    assert first != second
    assert wire.count() == 2


def test_a_name_is_trimmed_and_has_1_to_255_characters(wire: Wire) -> None:
    longest = wire.create("x" * 255)
    padded = wire.create("  padded \n")
    assert [item["name"] for item in wire.read(longest, padded)] == ["x" * 255, "padded"]
    for refused in ("x" * 256, "", "   "):
        assert wire.error(CREATE, board=BOARD, name=refused)["code"] == "ItemNameTooLongException"
    assert wire.count() == 2


def test_an_item_without_group_lands_in_the_first_one(wire: Wire) -> None:
    assert wire.read(wire.create())[0]["group"]["id"] == "topics"


def test_an_item_moves_between_groups(wire: Wire) -> None:
    made = wire.data(
        f'mutation {{ create_group(board_id: {BOARD}, group_name: "GREYSON 2026") {{ id title }} }}'
    )
    group = made["create_group"]
    item = wire.create()
    wire.data(MOVE, item=item, to=group["id"])
    assert group["title"] == "GREYSON 2026"
    assert wire.read(item)[0]["group"]["id"] == group["id"]
    assert [len(entry["items"]) for entry in wire.control.board(BOARD)["groups"]] == [1, 0]


def test_two_groups_may_bear_one_title(wire: Wire) -> None:
    create = f'mutation {{ create_group(board_id: {BOARD}, group_name: "twice") {{ id }} }}'
    assert wire.data(create) != wire.data(create)
    titles = [
        group["title"]
        for group in wire.data(f"{{ boards(ids: [{BOARD}]) {{ groups {{ title }} }} }}")["boards"][0][
            "groups"
        ]
    ]
    assert titles == ["twice", "twice", "Group Title"]


def test_a_group_title_instead_of_its_id_is_not_found(wire: Wire) -> None:
    error = wire.error(CREATE, board=BOARD, name="lost", group="Group Title")
    assert (error["code"], error["http"]) == ("ResourceNotFoundException", 404)
    assert wire.count() == 0


def test_subitems_live_on_their_own_board_and_under_their_parent(wire: Wire) -> None:
    parent = wire.create()
    made = wire.data(CREATE_SUBITEM, parent=parent, name="Size M", values="{}")["create_subitem"]
    assert made["board"]["id"] == SUBITEM_BOARD
    assert made["parent_item"]["id"] == parent
    assert wire.read(parent)[0]["subitems"] == [{"id": made["id"], "name": "Size M"}]
    report = wire.control.board(BOARD)
    assert (report["items"], report["subitems"]) == (1, 1)


def test_a_subitem_is_changed_through_the_subitem_board_only(wire: Wire) -> None:
    subitem = wire.create_subitem(wire.create())
    values = json.dumps({"numeric_mkra7j8e": "12"})
    assert wire.error(CHANGE, board=BOARD, item=subitem, values=values)["code"] == "InvalidBoardIdException"
    wire.data(CHANGE, board=SUBITEM_BOARD, item=subitem, values=values)
    assert wire.cell(subitem, "numeric_mkra7j8e") == ("12", "12")


def test_neither_subitems_of_subitems_nor_items_on_the_subitem_board(wire: Wire) -> None:
    subitem = wire.create_subitem(wire.create())
    assert wire.error(CREATE_SUBITEM, parent=subitem, name="deeper")["code"] == "InvalidArgumentException"
    assert wire.error(CREATE, board=SUBITEM_BOARD, name="stray")["code"] == "InvalidBoardIdException"


def test_an_archived_item_reads_as_archived_leaves_the_page_and_cannot_be_changed(wire: Wire) -> None:
    item, kept = wire.create("gone"), wire.create("kept")
    subitem = wire.create_subitem(item)
    assert wire.data(ITEM_MUTATION % "archive_item", item=item)["archive_item"]["state"] == "archived"
    assert [entry["state"] for entry in wire.read(item, subitem, kept)] == ["archived", "archived", "active"]
    page = wire.data(FIRST_PAGE, board=BOARD, limit=10)["boards"][0]["items_page"]
    assert [entry["id"] for entry in page["items"]] == [kept]
    for query, variables in (
        (CHANGE, {"board": BOARD, "item": item, "values": "{}"}),
        (CREATE_SUBITEM, {"parent": item, "name": "late"}),
        (ITEM_MUTATION % "archive_item", {"item": item}),
    ):
        error = wire.error(query, **variables)
        assert error["code"] == "InvalidArgumentException"
        assert error["extensions"]["error_data"]["state"] == "archived"


def test_a_deleted_item_is_gone_for_changes_and_null_among_items(wire: Wire) -> None:
    item, kept = wire.create("gone"), wire.create("kept")
    wire.data(ITEM_MUTATION % "delete_item", item=item)
    assert [entry and entry["id"] for entry in wire.read(item, kept)] == [None, kept]
    error = wire.error(CHANGE, board=BOARD, item=item, values="{}")
    assert (error["code"], error["http"]) == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize(
    ("habit", "shown"), [("null", [None]), ("omit", []), ("state", [{"state": "deleted"}])]
)
def test_deleted_items_are_shown_as_the_rules_say(wire: Wire, habit: str, shown: list[object]) -> None:
    wire.control.set_rules(deleted_items=habit)
    item = wire.create()
    wire.control.edit("delete_item", item_id=item)
    assert wire.data("query ($ids: [ID!]) { items(ids: $ids) { state } }", ids=[item])["items"] == shown


def test_items_without_a_limit_are_cut_off_at_25_in_silence(wire: Wire) -> None:
    wire.create_many([f"item {number}" for number in range(30)])
    ids = [str(9700000001 + number) for number in range(30)]
    assert len(wire.data("query ($ids: [ID!]) { items(ids: $ids) { id } }", ids=ids)["items"]) == 25
    assert len(wire.read(*ids)) == 30


def test_items_take_at_most_100_ids(wire: Wire) -> None:
    ids = [str(9700000001 + number) for number in range(101)]
    error = wire.error("query ($ids: [ID!]) { items(ids: $ids, limit: 100) { id } }", ids=ids)
    assert error["code"] == "InvalidArgumentException"


def test_pages_hold_every_item_once_though_people_delete_meanwhile(wire: Wire) -> None:
    names = [f"item {number}" for number in range(23)]
    wire.create_many(names)
    page = wire.data(FIRST_PAGE, board=BOARD, limit=10)["boards"][0]["items_page"]
    wire.control.edit("delete_item", item_id=page["items"][0]["id"])
    wire.control.edit("delete_item", item_id="9700000023")
    seen = list(page["items"])
    while page["cursor"]:
        page = wire.data(NEXT_PAGE, cursor=page["cursor"], limit=10)["next_items_page"]
        seen += page["items"]
    assert [item["name"] for item in seen] == names[:-1]


def test_a_page_has_at_most_500_items_and_a_cursor_lives_an_hour(wire: Wire) -> None:
    wire.create()
    wire.create()
    assert wire.error(FIRST_PAGE, board=BOARD, limit=501)["code"] == "InvalidArgumentException"
    cursor = wire.data(FIRST_PAGE, board=BOARD, limit=1)["boards"][0]["items_page"]["cursor"]
    wire.control.advance(3_601)
    assert wire.error(NEXT_PAGE, cursor=cursor, limit=1)["code"] == "CursorException"


def test_a_full_board_takes_no_more_until_something_leaves(wire: Wire) -> None:
    wire.control.set_rules(items_per_board=2)
    first = wire.create()
    wire.create()
    assert wire.error(CREATE, board=BOARD, name="third")["code"] == "ItemsLimitationException"
    wire.data(ITEM_MUTATION % "archive_item", item=first)
    wire.create("third")
    assert wire.count() == 2


def test_an_item_is_renamed_through_the_simple_mutation_only(wire: Wire) -> None:
    item = wire.create("before")
    rename = """
    mutation ($board: ID!, $item: ID, $name: String) {
      change_simple_column_value(board_id: $board, item_id: $item, column_id: "name", value: $name) { name }
    }
    """
    assert (
        wire.data(rename, board=BOARD, item=item, name="after")["change_simple_column_value"]["name"]
        == "after"
    )
    values = json.dumps({"name": "again"})
    assert wire.error(CHANGE, board=BOARD, item=item, values=values)["code"] == "InvalidColumnIdException"
    assert wire.read(item)[0]["name"] == "after"


def test_the_last_group_stays(wire: Wire) -> None:
    error = wire.error(f'mutation {{ delete_group(board_id: {BOARD}, group_id: "topics") {{ id }} }}')
    assert (error["code"], error["http"]) == ("DeleteLastGroupException", 409)
