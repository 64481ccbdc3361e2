"""Column values on their way out: one reading per column, with what the typed fragments ask for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.monday.draft import empty_cell
from sandbox.monday.model import Board, Cell, Column, Item
from sandbox.monday.workspace import Workspace

TYPENAMES = {
    "board_relation": "BoardRelationValue",
    "date": "DateValue",
    "dropdown": "DropdownValue",
    "formula": "FormulaValue",
    "item_id": "ItemIdValue",
    "last_updated": "LastUpdatedValue",
    "long_text": "LongTextValue",
    "mirror": "MirrorValue",
    "numbers": "NumbersValue",
    "status": "StatusValue",
    "subtasks": "SubtasksValue",
    "text": "TextValue",
}


@dataclass(slots=True)
class Reading:
    """A `ColumnValue`; attributes bear the names of the GraphQL fields."""

    id: str
    type: str
    text: str | None
    value: str | None
    column: Column
    item: Item

    is_leaf: ClassVar = True
    symbol: ClassVar = ""
    icon: ClassVar = None
    linked_item_ids: ClassVar[tuple[int, ...]] = ()

    @property
    def content(self) -> dict[str, Any]:
        content = json.loads(self.value) if self.value else {}
        return content if isinstance(content, dict) else {}

    @property
    def display_value(self) -> str:
        return self.text or ""

    @property
    def number(self) -> float | None:
        return float(self.text) if self.text else None

    @property
    def date(self) -> str | None:
        return self.content.get("date")

    @property
    def time(self) -> str | None:
        return self.content.get("time")

    @property
    def updated_at(self) -> str | None:
        return self.item.updated_at if self.type == "last_updated" else self.content.get("changed_at")

    @property
    def index(self) -> int | None:
        return self.content.get("index")

    @property
    def label(self) -> str | None:
        return self.text

    @property
    def is_done(self) -> bool | None:
        return None if self.index is None else self.index == 1

    @property
    def values(self) -> list[dict[str, Any]]:
        return [{"id": number, "label": self.column.labels[number]} for number in self.content.get("ids", ())]

    @property
    def item_id(self) -> int:
        return self.item.id

    @property
    def subitems_ids(self) -> tuple[int, ...]:
        return self.item.subitem_ids


def read(
    space: Workspace, item: Item, ids: list[str] | None = None, types: list[str] | None = None
) -> list[Reading]:
    """All columns of the board in its order, without the name, or those asked for."""
    board = space.boards[item.board_id]
    cells = item.cells
    readings = []
    for column in _selected(board, ids, types):
        cell = cells.get(column.id) or _computed(space, item, column)
        readings.append(Reading(column.id, column.type, cell.text, cell.value, column, item))
    return readings


def _selected(board: Board, ids: list[str] | None, types: list[str] | None) -> list[Column]:
    wanted = None if ids is None else set(ids)
    return [
        column
        for column in board.columns.values()
        if column.type != "name"
        and (wanted is None or column.id in wanted)
        and (types is None or column.type in types)
    ]


def _computed(space: Workspace, item: Item, column: Column) -> Cell:
    if column.type == "item_id":
        return Cell(str(item.id), None)
    if column.type == "last_updated":
        return Cell(item.updated_at, None)
    if column.type == "subtasks" and column.subitem_board_id is not None:
        subitems = active_subitems(space, item)
        linked = {"linkedPulseIds": [{"linkedPulseId": subitem.id} for subitem in subitems]}
        return Cell(", ".join(subitem.name for subitem in subitems), json.dumps(linked) if subitems else None)
    return empty_cell(column.type)


def active_subitems(space: Workspace, item: Item) -> list[Item]:
    board_id = space.boards[item.board_id].subitem_board_id
    if board_id is None:
        return []
    subitems = space.boards[board_id].items
    return [subitems[number] for number in item.subitem_ids if subitems[number].state == "active"]
