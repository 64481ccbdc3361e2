"""What a row is asked to become: one create, or only what changed, or the archive."""

import json

import pytest

from dagster_project.delivery.destination import Change, Kind
from dagster_project.monday.board import Column
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.layout import Place
from dagster_project.monday.payloads import column_value
from dagster_project.monday.provision import provision
from tests.monday.acting import ITEM, Acting, in_doubt, item, line, target

SIZES = Column("d", "Size", "dropdown", {"M": 1, "8": 7}, 2)
UNITS = Column("s", "Unit", "status", {"PCS": 0, "5": 3}, 2)


@pytest.mark.parametrize(
    ("board_type", "value", "written"),
    [
        ("text", " abc ", "abc"),
        ("text", "", None),
        ("text", None, None),
        ("long_text", "a\r\nb", {"text": "a\nb"}),
        ("numbers", "28.8600", "28.86"),
        ("numbers", 0, "0"),
        ("numbers", "-0.0000", "0"),
        ("numbers", "12000000.0000", "12000000"),
        ("date", "2025-09-26", {"date": "2025-09-26"}),
        ("dropdown", "M", {"labels": ["M"]}),
        ("dropdown", "8", {"ids": [7]}),
        ("dropdown", "10", {"labels": ["10"]}),
        ("status", "PCS", {"label": "PCS"}),
        ("status", "5", {"index": 3}),
    ],
)
def test_every_type_has_its_form(board_type: str, value: object, written: object) -> None:
    column = {"dropdown": SIZES, "status": UNITS}.get(board_type)
    assert column_value(Place("F", "c", board_type, "text", create_labels=True), value, column) == written


def test_a_label_of_a_column_that_takes_no_new_ones_is_written_by_number() -> None:
    assert column_value(Place("F", "c", "dropdown", "text"), "M", SIZES) == {"ids": [1]}
    assert column_value(Place("F", "c", "status", "text"), "PCS", UNITS) == {"index": 0}


def test_a_new_item_is_one_create_that_tells_everything(destination: MondayDestination) -> None:
    destination.known.made_group(ITEM["Group"], "group_1")
    (operation,) = destination.operations(target(item()))
    assert (operation.name, operation.kind, operation.tells) == ("create", Kind.CREATE, ITEM)
    arguments = operation.payload.arguments
    assert (arguments["group_id"], arguments["item_name"]) == ("group_1", "JWHD100120WHITEJOO-00505")
    values = json.loads(arguments["column_values"])
    assert values["numeric_mktb1d19"] == "500"
    assert "long_text_mkr5hass" not in values  # nothing is written for no value


def test_a_change_tells_only_the_changed_columns_and_clears_what_became_empty(
    destination: MondayDestination,
) -> None:
    changed = item(change=Change.CHANGED, NOTES=None)
    (operation,) = destination.operations(target(changed, "9", resend=["NOTES", "TOTAL QTY"]))
    assert (operation.name, operation.kind) == ("columns", Kind.SET)
    assert operation.tells == {"NOTES": None, "TOTAL QTY": 500}
    values = json.loads(operation.payload.arguments["column_values"])
    assert values == {"long_text_mkr5hass": None, "numeric_mktb1d19": "500"}


def test_a_new_title_renames_and_a_new_group_moves(destination: MondayDestination) -> None:
    destination.known.made_group("OTHER", "group_2")
    row = item(change=Change.CHANGED, Title="T2", Group="OTHER")
    operations = destination.operations(target(row, "9", resend=["Title", "Group"]))
    assert [(o.name, o.kind, dict(o.tells)) for o in operations] == [
        ("rename", Kind.SET, {"Title": "T2"}),
        ("move", Kind.SET, {"Group": "OTHER"}),
    ]


def test_a_cancelled_line_is_a_change_of_its_quantity(destination: MondayDestination) -> None:
    row = line(change=Change.CANCELLED, Order_Qty=0)
    (operation,) = destination.operations(target(row, "10", "9", resend=["Order Qty"]))
    assert operation.payload.mutation == "change_multiple_column_values"
    assert operation.payload.arguments["board_id"] == destination.layouts["subitems"].board_id
    assert json.loads(operation.payload.arguments["column_values"]) == {"numeric_mkra7j8e": "0"}


def test_a_removed_row_is_archived_and_tells_nothing(destination: MondayDestination) -> None:
    (operation,) = destination.operations(target(item(change=Change.REMOVED), "9"))
    assert (operation.name, operation.kind, operation.tells) == ("archive", Kind.ARCHIVE, {})
    assert operation.payload.mutation == "archive_item"


def test_a_field_without_a_board_column_needs_no_call(destination: MondayDestination) -> None:
    row = item(change=Change.CHANGED)
    assert destination.operations(target(row, "9", resend=["SOURCE CUSTOMER NAME"])) == []


def test_a_row_that_was_perhaps_archived_is_told_its_name_to_find_out(
    destination: MondayDestination,
) -> None:
    (operation,) = destination.operations(target(in_doubt(item()), "9", resend=[]))
    assert (operation.name, operation.tells) == ("rename", {"Title": ITEM["Title"]})


def test_labels_are_made_only_when_one_is_missing_and_may_be_made(destination: MondayDestination) -> None:
    destination.known.made_group(ITEM["Group"], "group_1")
    known = item(CUSTOMER="GREYSON")
    for row, expected in ((known, False), (item(CUSTOMER="NEW ONE"), True)):
        (operation,) = destination.operations(target(row))
        assert operation.payload.arguments["create_labels_if_missing"] is expected


def test_a_numeric_size_is_the_same_label_before_and_after_it_exists(
    acting: Acting, destination: MondayDestination
) -> None:
    parent = acting.create(item())[0]
    first = acting.create(line("k1|8", Size="8", Name="Size 8"), parent=parent)[0]
    destination.preflight()
    second = acting.create(line("k1|8b", Size="8", Name="Size 8"), parent=parent)[0]
    sizes = {r.remote_id: r.values["Size"] for r in destination.listing("subitems")}
    assert sizes == {first: "8", second: "8"}


def test_our_key_travels_with_every_write_once_the_board_has_a_column_for_it(
    destination: MondayDestination,
) -> None:
    provision(destination)
    (operation,) = destination.operations(target(item("k7"), "9", resend=["STYLE"]))
    assert json.loads(operation.payload.arguments["column_values"])["record_uuid_ext"] == "k7"
