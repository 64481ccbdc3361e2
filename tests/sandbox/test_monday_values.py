"""Column values: what each type takes, what it refuses, and how it reads back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.monday_wire import BOARD, CHANGE, CREATE, SUBITEM_BOARD, Wire

TEXT, LONG_TEXT, NUMBER, DATE = "text_mkr5wya6", "long_text_mkr5hass", "numeric_mkr5cact", "date_mkr5zp5"
DROPDOWN, STATUS = "dropdown_mkr58de6", "color_mkr5yf27"
CHANGE_SIMPLE = """
mutation ($board: ID!, $item: ID, $column: String!, $value: String) {
  change_simple_column_value(board_id: $board, item_id: $item, column_id: $column, value: $value) { id }
}
"""
CHANGE_ONE = """
mutation ($board: ID!, $item: ID, $column: String!, $value: JSON!) {
  change_column_value(board_id: $board, item_id: $item, column_id: $column, value: $value) { id }
}
"""


@pytest.mark.parametrize(
    ("column", "sent", "text"),
    [
        (TEXT, "  trimmed ", "trimmed"),
        (TEXT, 'quotes " and \\ and\nlines', 'quotes " and \\ and\nlines'),
        (LONG_TEXT, {"text": "first\nsecond"}, "first\nsecond"),
        (LONG_TEXT, "plain string", "plain string"),
        (NUMBER, "42.50", "42.5"),
        (NUMBER, " 7 ", "7"),
        (NUMBER, 3.25, "3.25"),
        (NUMBER, "1e3", "1000"),
        (NUMBER, "-0", "0"),
        (DATE, {"date": "2026-02-28"}, "2026-02-28"),
        (DATE, {"date": "2026-02-28", "time": "09:30:00"}, "2026-02-28 09:30"),
        (DATE, "2026-02-28", "2026-02-28"),
        (DROPDOWN, {"labels": ["2025 FALL", "2025 SPRING"]}, "2025 FALL, 2025 SPRING"),
        (DROPDOWN, {"labels": [" 2025 FALL "]}, "2025 FALL"),
        (DROPDOWN, {"ids": [2]}, "2025 FALL"),
        (DROPDOWN, "2025 FALL", "2025 FALL"),
        (STATUS, {"label": "SETS"}, "SETS"),
        (STATUS, {"index": 1}, "SETS"),
        (STATUS, "SETS", "SETS"),
        (STATUS, "1", "SETS"),
    ],
)
def test_a_value_reads_back_normalised(wire: Wire, column: str, sent: Any, text: str) -> None:
    assert wire.cell(wire.create(values={column: sent}), column)[0] == text


@pytest.mark.parametrize(
    ("column", "sent", "value"),
    [
        (TEXT, "a", "a"),
        (NUMBER, "42.50", "42.5"),
        (DATE, {"date": "2026-02-28"}, {"date": "2026-02-28", "time": None, "icon": None}),
        (LONG_TEXT, "a", {"text": "a"}),
        (DROPDOWN, {"labels": ["2025 FALL"]}, {"ids": [2]}),
        (STATUS, {"label": "SETS"}, {"index": 1, "post_id": None}),
    ],
)
def test_the_value_behind_the_text_is_json_by_type(wire: Wire, column: str, sent: Any, value: Any) -> None:
    found = wire.cell(wire.create(values={column: sent}), column)[1]
    if isinstance(found, dict):
        assert found.pop("changed_at").endswith("Z")
    assert found == value


@pytest.mark.parametrize(
    ("column", "sent"),
    [
        (TEXT, 12),
        (TEXT, {"text": "not for plain text"}),
        (LONG_TEXT, {"text": "x" * 2_001}),
        (NUMBER, "1,000"),
        (NUMBER, "12 PCS"),
        (NUMBER, True),
        (NUMBER, "NaN"),
        (DATE, {"date": "28/02/2026"}),
        (DATE, {"date": "2026-02-30"}),
        (DATE, {"date": "2026-02-28", "time": "9:30"}),
        (DATE, "TBC"),
        (DROPDOWN, {"labels": ["2025 FALL"], "ids": [1]}),
        (DROPDOWN, {"labels": ["2025 fall"]}),
        (DROPDOWN, {"ids": [99]}),
        (STATUS, {"label": "sets"}),
        (STATUS, {"index": 9}),
    ],
)
def test_a_value_in_the_wrong_form_is_refused_and_nothing_is_created(
    wire: Wire, column: str, sent: Any
) -> None:
    error = wire.error(CREATE, board=BOARD, name="refused", values=json.dumps({column: sent}))
    assert error["code"] == "ColumnValueException"
    assert error["extensions"]["error_data"]["column_id"] == column
    assert wire.count() == 0


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("lookup_mkr5k4yj", "mirror"),
        ("formula_mkre54dj", "formula"),
        ("board_relation_mkr5cer8", "board_relation"),
        ("subtasks_mkr5c0kp", "subtasks"),
        ("pulse_id_mkr5pb5q", "item_id"),
    ],
)
def test_read_only_columns_refuse_every_value(wire: Wire, column: str, kind: str) -> None:
    item = wire.create()
    error = wire.error(CHANGE, board=BOARD, item=item, values=json.dumps({column: "x"}))
    assert error["code"] == "ColumnValueException"
    assert error["extensions"]["error_data"]["column_type"] == kind


def test_the_column_id_can_be_kept_from_the_client(wire: Wire) -> None:
    wire.control.set_rules(column_id_in_errors=False)
    error = wire.error(CREATE, board=BOARD, name="refused", values=json.dumps({NUMBER: "x"}))
    assert set(error["extensions"]["error_data"]) == {"column_type", "column_value"}


def test_an_unknown_column_is_named(wire: Wire) -> None:
    error = wire.error(CREATE, board=BOARD, name="refused", values=json.dumps({"text_nowhere": "x"}))
    assert error["code"] == "InvalidColumnIdException"
    assert error["extensions"]["error_data"]["column_id"] == "text_nowhere"


@pytest.mark.parametrize("raw", ["{", "[]", '"text"', "not json"])
def test_column_values_must_be_an_object_in_a_string(wire: Wire, raw: str) -> None:
    error = wire.error(CREATE, board=BOARD, name="refused", values=raw)
    assert (error["code"], error["http"]) == ("JsonParseException", 400)


def test_an_object_in_place_of_the_json_string_does_not_validate(wire: Wire) -> None:
    error = wire.error(CREATE, board=BOARD, name="refused", values={TEXT: "x"})
    assert "JSON must be given as a string" in error["message"]
    assert wire.count() == 0


@pytest.mark.parametrize("nothing", [None, {}, ""])
def test_null_and_empty_clear_a_column(wire: Wire, nothing: Any) -> None:
    item = wire.create(values={TEXT: "x", DROPDOWN: {"ids": [1]}})
    wire.data(CHANGE, board=BOARD, item=item, values=json.dumps({TEXT: nothing, DROPDOWN: nothing}))
    assert wire.cell(item, TEXT) == ("", None)
    assert wire.cell(item, DROPDOWN) == (None, None)


def test_empty_columns_read_as_the_vendor_documents(wire: Wire) -> None:
    item = wire.create()
    found = wire.read(item, columns=[TEXT, LONG_TEXT, NUMBER, DATE, DROPDOWN, STATUS, "lookup_mkr5k4yj"])
    texts = {cell["id"]: cell["text"] for cell in found[0]["column_values"]}
    assert texts == {
        **dict.fromkeys([TEXT, LONG_TEXT, NUMBER, DATE], ""),
        **dict.fromkeys([DROPDOWN, STATUS, "lookup_mkr5k4yj"]),
    }


def test_one_bad_column_leaves_the_others_unchanged(wire: Wire) -> None:
    item = wire.create(values={TEXT: "before"})
    values = json.dumps({TEXT: "after", NUMBER: "x", DROPDOWN: {"labels": ["BRAND NEW"]}})
    wire.error(CHANGE, board=BOARD, item=item, values=values, labels=True)
    assert wire.cell(item, TEXT)[0] == "before"
    assert "BRAND NEW" not in str(wire.data(f"{{ boards(ids: [{BOARD}]) {{ columns {{ settings }} }} }}"))


def test_the_simple_and_the_json_mutation_agree(wire: Wire) -> None:
    item = wire.create()
    wire.data(CHANGE_SIMPLE, board=BOARD, item=item, column=NUMBER, value="12.0")
    wire.data(CHANGE_ONE, board=BOARD, item=item, column=DATE, value=json.dumps({"date": "2026-01-05"}))
    wire.data(CHANGE_SIMPLE, board=BOARD, item=item, column=DROPDOWN, value="2025 FALL,2025 SPRING")
    assert wire.cell(item, NUMBER)[0] == "12"
    assert wire.cell(item, DATE)[0] == "2026-01-05"
    assert wire.cell(item, DROPDOWN)[0] == "2025 FALL, 2025 SPRING"


@pytest.mark.parametrize(
    ("column", "sent"),
    [
        (TEXT, " a "),
        (LONG_TEXT, "two\nlines"),
        (NUMBER, "42.50"),
        (DATE, {"date": "2026-02-28", "time": "09:30:00"}),
        (DROPDOWN, {"labels": ["2025 FALL", "2025 SPRING"]}),
        (STATUS, {"label": "SETS"}),
    ],
)
def test_what_reads_back_can_be_written_again_and_reads_the_same(wire: Wire, column: str, sent: Any) -> None:
    first, second = wire.create(values={column: sent}), wire.create()
    text, value = wire.cell(first, column)
    wire.data(CHANGE_ONE, board=BOARD, item=second, column=column, value=json.dumps(value))
    assert wire.cell(second, column)[0] == text


def test_computed_columns_read_what_they_stand_for(wire: Wire) -> None:
    parent = wire.create()
    wire.create_subitem(parent, "Size M")
    second = wire.create_subitem(parent, "Size L")
    assert wire.cell(parent, "pulse_id_mkr5pb5q")[0] == parent
    assert wire.cell(parent, "subtasks_mkr5c0kp")[0] == "Size M, Size L"
    wire.data("mutation ($item: ID) { archive_item(item_id: $item) { id } }", item=second)
    assert wire.cell(parent, "subtasks_mkr5c0kp")[0] == "Size M"


def test_typed_fragments_and_plain_fields_tell_the_same(wire: Wire) -> None:
    values = {NUMBER: "4.50", DATE: {"date": "2026-01-05"}, DROPDOWN: {"ids": [1]}, STATUS: {"index": 0}}
    item = wire.create(values=values)
    typed = """
    query ($ids: [ID!], $columns: [String!]) { items(ids: $ids) { column_values(ids: $columns) {
      __typename id text type value column { title }
      ... on NumbersValue { number } ... on DateValue { date time }
      ... on DropdownValue { values { id label } } ... on StatusValue { index label }
    } } }
    """
    found = wire.data(typed, ids=[item], columns=list(values))["items"][0]["column_values"]
    plain = wire.read(item, columns=list(values))[0]["column_values"]
    assert [{name: cell[name] for name in ("id", "type", "text", "value")} for cell in found] == plain
    by_id = {cell["id"]: cell for cell in found}
    assert by_id[NUMBER]["number"] == 4.5
    assert by_id[DATE]["date"] == "2026-01-05"
    assert by_id[DROPDOWN]["values"] == [{"id": "1", "label": "2025 SPRING"}]
    assert (by_id[STATUS]["index"], by_id[STATUS]["label"]) == (0, "PCS")
    assert by_id[STATUS]["__typename"] == "StatusValue"


def test_a_subitem_takes_values_of_the_subitem_board(wire: Wire) -> None:
    subitem = wire.create_subitem(
        wire.create(), values={"dropdown_mkrak7qp": {"labels": ["30/32"]}, "numeric_mkra7j8e": "12"}
    )
    assert wire.cell(subitem, "dropdown_mkrak7qp")[0] == "30/32"
    values = json.dumps({TEXT: "a column of the other board"})
    assert (
        wire.error(CHANGE, board=SUBITEM_BOARD, item=subitem, values=values)["code"]
        == "InvalidColumnIdException"
    )
