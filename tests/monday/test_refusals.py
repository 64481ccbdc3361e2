"""What the board would refuse is refused without a call, with field, class and next step."""

import pytest

from dagster_project.delivery.destination import Change, Row
from dagster_project.delivery.outcomes import ErrorClass, Held, Rejected
from dagster_project.monday.destination import MondayDestination
from sandbox.monday.control import Control
from tests.monday.acting import ITEM, Acting, item, line, target

BOARD = 4755559751


@pytest.fixture
def ready(destination: MondayDestination) -> MondayDestination:
    """The usual group is on the board."""
    destination.known.made_group(ITEM["Group"], "group_1")
    return destination


def test_a_row_the_board_takes_may_go(ready: MondayDestination) -> None:
    assert ready.may_send(target(item())) is None
    assert ready.may_send(target(line(), parent="9")) is None


@pytest.mark.parametrize(
    ("field", "value", "code", "error_class"),
    [
        ("Title", "x" * 256, "NameLength", ErrorClass.FIX_ROW),
        ("Title", "  ", "NameLength", ErrorClass.FIX_ROW),
        ("Title", None, "NameLength", ErrorClass.FIX_ROW),
        ("Group", "G" * 201, "GroupLength", ErrorClass.FIX_ROW),
        ("NOTES", "x" * 2001, "TextLength", ErrorClass.FIX_ROW),
        ("CUSTOMER PRICE", "NaN", "NotANumber", ErrorClass.FIX_ROW),
        ("CUSTOMER PRICE", "1,5", "NotANumber", ErrorClass.FIX_ROW),
        ("ORDER DATE PO RECEIVED", "2025-02-30", "NotADate", ErrorClass.FIX_ROW),
        ("ORDER TYPE", "Forecast", "UnknownLabel", ErrorClass.FIX_ELSEWHERE),
        ("UNIT OF MEASURE", "KG", "UnknownLabel", ErrorClass.FIX_ELSEWHERE),
    ],
)
def test_a_value_the_board_refuses_is_refused_before(
    ready: MondayDestination, field: str, value: object, code: str, error_class: ErrorClass
) -> None:
    row = item()
    refused = ready.may_send(target(Row("items", "k1", Change.NEW, {**row.values, field: value})))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.error_class, refused.field) == (code, error_class, field)


@pytest.mark.parametrize(("field", "value"), [("Title", "x" * 255), ("NOTES", "x" * 2000), ("NOTES", "")])
def test_the_longest_the_board_takes_may_go(ready: MondayDestination, field: str, value: str) -> None:
    row = Row("items", "k1", Change.NEW, {**ITEM, field: value})
    assert ready.may_send(target(row)) is None


def test_a_field_that_is_not_told_now_is_not_looked_at(ready: MondayDestination) -> None:
    row = item(change=Change.CHANGED, ORDER_TYPE="Forecast", STYLE="X")
    assert ready.may_send(target(row, "9", resend=["STYLE"])) is None
    assert isinstance(ready.may_send(target(row, "9", resend=["ORDER TYPE"])), Rejected)


def test_a_row_to_be_archived_may_always_go(ready: MondayDestination) -> None:
    assert ready.may_send(target(item(change=Change.REMOVED, Title="x" * 999), "9")) is None


def test_a_full_dropdown_refuses_new_labels_and_takes_known_ones(
    ready: MondayDestination, monday: Control
) -> None:
    monday.edit("fill_labels", board_id=BOARD, column_id="dropdown_mkr542p2")
    ready.preflight()
    ready.known.made_group(ITEM["Group"], "group_1")
    refused = ready.may_send(target(item(CUSTOMER="THE 501st")))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.field) == ("LabelsFull", "CUSTOMER")
    assert refused.error_class is ErrorClass.FIX_MAPPING
    assert ready.may_send(target(item(CUSTOMER="GREYSON"))) is None


def test_labels_asked_for_in_this_run_count_towards_the_limit(
    ready: MondayDestination, monday: Control
) -> None:
    monday.edit("fill_labels", board_id=BOARD, column_id="dropdown_mkr542p2", count=499)
    ready.preflight()
    ready.known.made_group(ITEM["Group"], "group_1")
    assert ready.may_send(target(item("a", CUSTOMER="THE 500th"))) is None
    assert ready.may_send(target(item("b", CUSTOMER="THE 500th"))) is None
    assert isinstance(ready.may_send(target(item("c", CUSTOMER="THE 501st"))), Rejected)


def test_an_item_whose_group_could_not_be_made_is_held(destination: MondayDestination) -> None:
    held = destination.may_send(target(item()))
    assert isinstance(held, Held)
    assert ITEM["Group"] in held.reason
    moved = item(change=Change.CHANGED)
    assert destination.may_send(target(moved, "9", resend=["STYLE"])) is None
    assert isinstance(destination.may_send(target(moved, "9", resend=["Group"])), Held)


def test_what_is_refused_before_would_have_been_refused_by_the_board(acting: Acting) -> None:
    """The same values, sent all the same: our refusals are not stricter than the board's."""
    acting.create(item())
    for field, value in (("Title", "x" * 256), ("NOTES", "x" * 2001), ("CUSTOMER PRICE", "NaN")):
        row = Row("items", "k2", Change.NEW, {**ITEM, field: value})
        assert isinstance(acting.destination.may_send(target(row)), Rejected)
        assert isinstance(acting.tell(target(row))[0], Rejected)
