"""Boards as the API describes them, in each of the forms it has used."""

import json
from typing import Any

import pytest

from dagster_project.monday.board import board_of


def column(kind: str, settings: Any, **more: Any) -> dict[str, Any]:
    return {"id": "c", "title": "C", "type": kind, "archived": False, "settings": settings, **more}


def board(*columns: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "name": "B", "items_count": None, "groups": None, "columns": list(columns)}


DROPDOWN = {"labels": [{"id": 1, "label": "M"}, {"id": 7, "label": "8", "is_deactivated": False}]}
OLD_DROPDOWN = {"labels": [{"id": 1, "name": "M"}, {"id": 7, "name": "8"}]}
STATUS = {"labels": [{"id": 11, "index": 0, "label": "M"}, {"id": 12, "index": 3, "label": "8"}]}
OLD_STATUS = {"labels": {"0": "M", "3": "8"}}


@pytest.mark.parametrize(
    ("kind", "said", "labels"),
    [
        ("dropdown", DROPDOWN, {"M": 1, "8": 7}),
        ("dropdown", OLD_DROPDOWN, {"M": 1, "8": 7}),
        ("status", STATUS, {"M": 0, "8": 3}),
        ("status", OLD_STATUS, {"M": 0, "8": 3}),
        ("text", {}, {}),
        ("text", None, {}),
    ],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_labels_are_read_with_the_number_they_are_written_by(
    kind: str, said: Any, labels: dict[str, int], as_text: bool
) -> None:
    found = board_of(board(column(kind, json.dumps(said) if as_text else said)))
    assert found.columns["c"].labels == labels


def test_a_deactivated_label_cannot_be_used_but_takes_its_place() -> None:
    labels = [{"id": n, "label": f"L{n}", "is_deactivated": n > 1} for n in range(1, 501)]
    found = board_of(board(column("dropdown", {"labels": labels}))).columns["c"]
    assert found.labels == {"L1": 1}
    assert found.full


def test_an_archived_column_is_as_if_it_were_not_there() -> None:
    assert board_of(board(column("text", {}, archived=True))).columns == {}


def test_the_subitem_board_is_told_by_the_boards_own_column() -> None:
    found = board_of(board(column("subtasks", {"boardIds": [4755559752]})))
    assert found.subitem_boards == ("4755559752",)
    assert (found.items_count, found.groups) == (0, ())
