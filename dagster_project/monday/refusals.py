"""Refusals that are known without a call: what the boards would not take, told with the next step."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dagster_project.delivery.destination import Change, Target
from dagster_project.delivery.outcomes import ErrorClass, Rejected
from dagster_project.monday.board import LABEL_LIMITS, Board, Column
from dagster_project.monday.layout import Layout, Place
from dagster_project.monday.normalise import DATE, LABELS, LONG_TEXT, NUMBERS, canonical, plain_number

LONGEST_NAME = 255
LONGEST_GROUP = 200
"""The board takes 255; the ledger's keys, of which a group's title is one, are shorter."""
LONGEST_TEXT = 2_000


class Refusals:
    """Remembers the labels that this run has already asked the boards to make."""

    def __init__(self) -> None:
        self._made: dict[str, set[str]] = {}

    def of(self, target: Target, layout: Layout, board: Board) -> Rejected | None:
        """Return the first reason why the board would refuse what this row would be told."""
        if target.row.change is Change.REMOVED:
            return None
        told = {field: target.row.values.get(field) for field in _told_now(target, layout)}
        for field, value in told.items():
            refused = self._field(layout, field, value, board)
            if refused is not None:
                return refused
        for column, label in _new_labels(layout, told, board):
            self._made.setdefault(column.id, set()).add(label)
        return None

    def _field(self, layout: Layout, field: str, value: Any, board: Board) -> Rejected | None:
        if field == layout.name.field:
            return _length("NameLength", field, value, LONGEST_NAME)
        if field == layout.group:
            return _length("GroupLength", field, value, LONGEST_GROUP)
        place = layout.place(field)
        text = canonical(place.type, value) if place else None
        if place is None or text is None:
            return None
        column = board.columns.get(place.column)
        return _form(place, text) or (self._label(place, text, column) if column else None)

    def _label(self, place: Place, text: str, column: Column) -> Rejected | None:
        if place.type not in LABELS or text in column.labels:
            return None
        if not place.create_labels:
            message = (
                f"'{text}' is not a label of the column {column.title} ({column.id}), and the mapping does "
                "not allow to make it; add the label on the board, or map the value to one that is there"
            )
            return Rejected("UnknownLabel", message, ErrorClass.FIX_ELSEWHERE, place.field)
        made = self._made.get(column.id, set())
        limit = LABEL_LIMITS[place.type]
        if text in made or column.label_count + len(made) < limit:
            return None
        message = (
            f"the column {column.title} ({column.id}) holds {limit} labels and takes no further one for "
            f"'{text}'; remove labels on the board, or send the field to a text column (MONDAY_PROFILE=text)"
        )
        return Rejected("LabelsFull", message, ErrorClass.FIX_MAPPING, place.field)


def _told_now(target: Target, layout: Layout) -> Iterable[str]:
    if target.remote_id is None:
        return layout.told
    return (field for field in layout.told if field in target.resend and field in target.row.values)


def _new_labels(layout: Layout, told: Mapping[str, Any], board: Board) -> Iterator[tuple[Column, str]]:
    for place in layout.places:
        column = board.columns.get(place.column)
        text = canonical(place.type, told.get(place.field))
        if place.type in LABELS and text is not None and column and text not in column.labels:
            yield column, text


def _length(code: str, field: str, value: Any, longest: int) -> Rejected | None:
    length = len(canonical("text", value) or "")
    if 1 <= length <= longest:
        return None
    message = f"{field} has {length} characters; the board takes 1 to {longest}. Correct it in the source"
    return Rejected(code, message, ErrorClass.FIX_ROW, field)


def _form(place: Place, text: str) -> Rejected | None:
    """A value in a form its column type cannot take."""
    if place.type == LONG_TEXT and len(text) > LONGEST_TEXT:
        message = f"{place.field} has {len(text)} characters; the board takes {LONGEST_TEXT}. Shorten it"
        return Rejected("TextLength", message, ErrorClass.FIX_ROW, place.field)
    if place.type == NUMBERS and plain_number(text) is None:
        message = f"{place.field} is '{text[:80]}', which is not a number. Correct it in the source"
        return Rejected("NotANumber", message, ErrorClass.FIX_ROW, place.field)
    if place.type == DATE and not _is_day(text):
        message = f"{place.field} is '{text[:80]}', which is not a day (YYYY-MM-DD). Correct it in the source"
        return Rejected("NotADate", message, ErrorClass.FIX_ROW, place.field)
    return None


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
