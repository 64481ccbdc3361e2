"""Labels of dropdown and status columns, and the columns that clients provision."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.monday_wire import BOARD, CREATE, Wire

DROPDOWN, STATUS = "dropdown_mkr5tgaa", "color_mkr5yf27"
COLUMN = """
query ($board: ID!, $ids: [String]) {
  boards(ids: [$board]) { columns(ids: $ids) { id settings settings_str } }
}
"""
CREATE_COLUMN = """
mutation ($board: ID!, $id: String, $title: String!, $type: ColumnType!, $defaults: JSON) {
  create_column(board_id: $board, id: $id, title: $title, column_type: $type, defaults: $defaults) {
    id title type
  }
}
"""


def column(wire: Wire, column_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = wire.data(COLUMN, board=BOARD, ids=[column_id])["boards"][0]["columns"]
    return found[0]


def test_a_missing_label_is_refused_with_the_labels_that_exist(wire: Wire) -> None:
    values = json.dumps({"dropdown_mkr518fc": {"labels": ["ACTIVE"]}})
    error = wire.error(CREATE, board=BOARD, name="refused", values=values)
    assert error["code"] == "ColumnValueException"
    assert "possible labels are: {1: RECEIVED, 2: CANCELLED}" in error["message"]
    assert error["extensions"]["error_data"]["column_type"] == "dropdown"
    assert error["path"] == ["create_item"]


def test_a_missing_label_is_made_on_request_and_only_once(wire: Wire) -> None:
    for _ in range(2):
        wire.create(values={DROPDOWN: {"labels": ["GRE1", "GRE2"]}, STATUS: {"label": "EACH"}}, labels=True)
    assert [label["label"] for label in column(wire, DROPDOWN)["settings"]["labels"]] == ["GRE1", "GRE2"]
    labels = [label["label"] for label in column(wire, STATUS)["settings"]["labels"]]
    assert labels == ["PCS", "SETS", "PCE", "EACH"]


def test_labels_that_differ_in_case_are_two(wire: Wire) -> None:
    first = wire.create(values={DROPDOWN: {"labels": ["White"]}}, labels=True)
    second = wire.create(values={DROPDOWN: {"labels": ["WHITE"]}}, labels=True)
    assert [wire.cell(item, DROPDOWN)[1]["ids"] for item in (first, second)] == [[1], [2]]


def test_a_dropdown_holds_500_labels_and_not_one_more(wire: Wire) -> None:
    assert wire.control.edit("fill_labels", board_id=BOARD, column_id=DROPDOWN, count=499) == 499
    wire.create(values={DROPDOWN: {"labels": ["THE LAST"]}}, labels=True)
    values = json.dumps({DROPDOWN: {"labels": ["ONE TOO MANY"]}})
    error = wire.error(CREATE, board=BOARD, name="refused", values=values, labels=True)
    assert error["code"] == "ColumnValueException"
    assert "limit of 500 labels" in error["message"]
    wire.create(values={DROPDOWN: {"labels": ["THE LAST"]}}, labels=True)
    assert wire.count() == 2


def test_settings_are_told_in_the_new_and_in_the_old_form(wire: Wire) -> None:
    found = column(wire, "dropdown_mkr518fc")
    assert [label["id"] for label in found["settings"]["labels"]] == [1, 2]
    assert json.loads(found["settings_str"])["labels"] == [
        {"id": 1, "name": "RECEIVED"},
        {"id": 2, "name": "CANCELLED"},
    ]
    assert json.loads(column(wire, STATUS)["settings_str"])["labels"] == {"0": "PCS", "1": "SETS", "2": "PCE"}
    assert column(wire, "subtasks_mkr5c0kp")["settings"] == {"boardIds": [4755559752]}


def test_a_client_provisions_a_column_and_uses_it(wire: Wire) -> None:
    made = wire.data(CREATE_COLUMN, board=BOARD, id="external_id", title="External id", type="text")[
        "create_column"
    ]
    assert made == {"id": "external_id", "title": "External id", "type": "text"}
    assert wire.cell(wire.create(values={"external_id": "uuid-1"}), "external_id") == ("uuid-1", "uuid-1")


def test_a_column_without_an_id_gets_one_of_its_type(wire: Wire) -> None:
    made = wire.data(CREATE_COLUMN, board=BOARD, title="State", type="status")["create_column"]
    assert made["id"].startswith("color_mk")


def test_a_dropdown_is_provisioned_with_its_labels(wire: Wire) -> None:
    defaults = json.dumps({"labels": [{"name": "A"}, {"name": "B"}]})
    wire.data(CREATE_COLUMN, board=BOARD, id="choice", title="Choice", type="dropdown", defaults=defaults)
    assert wire.cell(wire.create(values={"choice": {"labels": ["B"]}}), "choice")[1]["ids"] == [2]


@pytest.mark.parametrize("column_id", ["External", "with-dash", "digit_1", "a" * 21, "", "text_mkr5wya6"])
def test_a_column_id_is_lower_case_and_short_and_new(wire: Wire, column_id: str) -> None:
    error = wire.error(CREATE_COLUMN, board=BOARD, id=column_id, title="x", type="text")
    assert error["code"] == "InvalidArgumentException"


def test_the_id_of_a_deleted_column_is_never_given_again(wire: Wire) -> None:
    wire.data(CREATE_COLUMN, board=BOARD, id="external_id", title="External id", type="text")
    wire.control.edit("remove_column", board_id=BOARD, column_id="external_id")
    error = wire.error(CREATE, board=BOARD, name="x", values=json.dumps({"external_id": "1"}))
    assert error["code"] == "InvalidColumnIdException"
    again = wire.error(CREATE_COLUMN, board=BOARD, id="external_id", title="External id", type="text")
    assert again["code"] == "InvalidArgumentException"


def test_the_template_has_every_column_of_both_boards(wire: Wire) -> None:
    counts = {
        board["id"]: len(board["columns"])
        for board in wire.data("{ boards { id columns { id } } }")["boards"]
    }
    # 87 columns and the name; 10 and the name.
    assert counts == {"4755559751": 88, "4755559752": 11}
    kinds = [
        entry["type"]
        for entry in wire.data(f"{{ boards(ids: [{BOARD}]) {{ columns {{ type }} }} }}")["boards"][0][
            "columns"
        ]
    ]
    assert (kinds.count("mirror"), kinds.count("formula"), kinds.count("board_relation")) == (22, 5, 1)
