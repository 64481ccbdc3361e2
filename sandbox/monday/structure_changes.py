"""Groups and columns: what a client may provision, and what people take away again."""

from __future__ import annotations

import re
from typing import Any

from sandbox.monday.column_values import WRITABLE_TYPES, parse_object
from sandbox.monday.errors import invalid_argument, invalid_column, last_group, not_found
from sandbox.monday.model import READ_ONLY_TYPES, Board, Column, Group
from sandbox.monday.workspace import Workspace

_COLUMN_ID = re.compile(r"[a-z_]{1,20}")
# Ids keep the historical name of the type.
_PREFIXES = {"status": "color", "numbers": "numeric", "mirror": "lookup", "item_id": "pulse_id"}
_TITLE_LIMIT = 255


def create_group(
    space: Workspace,
    *,
    board_id: str,
    group_name: str,
    group_color: str | None = None,
    position: str | None = None,
    relative_to: str | None = None,
    position_relative_method: str | None = None,
) -> Group:
    """A new group stands on top, unless placed; `position` is accepted and read back only."""
    board = space.board(board_id)
    title = _title(group_name)
    place = 0
    if relative_to is not None:
        space.group(board, relative_to)
        place = list(board.groups).index(relative_to) + (position_relative_method != "before_at")
    group = Group(f"group_{space.next_suffix()}", title, board_id=board.id)
    group.color = group_color or group.color
    group.position = position or group.position
    ordered = list(board.groups.items())
    ordered.insert(place, (group.id, group))
    board.groups = dict(ordered)
    space.store.save_group(board, group)
    space.store.save_places(board)
    return group


def update_group(
    space: Workspace, *, board_id: str, group_id: str, group_attribute: str, new_value: str
) -> Group:
    board = space.board(board_id)
    group = space.group(board, group_id)
    if group_attribute == "title":
        group.title = _title(new_value)
    elif group_attribute == "color":
        group.color = new_value
    else:
        raise invalid_argument(f"The sandbox cannot change a group's {group_attribute}")
    space.store.save_group(board, group)
    return group


def delete_group(space: Workspace, *, board_id: str, group_id: str) -> Group:
    board = space.board(board_id)
    group = space.group(board, group_id)
    if len(board.groups) == 1:
        raise last_group()
    for item in board.items.values():
        if item.group_id == group_id and item.state != "deleted":
            item.state = "deleted"
            space.store.save_item(item)
    board.groups = {known: other for known, other in board.groups.items() if known != group_id}
    space.store.delete_group(board, group_id)
    group.deleted = True
    return group


def create_column(
    space: Workspace,
    *,
    board_id: str,
    title: str,
    column_type: str,
    id: str | None = None,
    description: str | None = None,
    after_column_id: str | None = None,
    defaults: Any = None,
) -> Column:
    board = space.board(board_id)
    if column_type not in WRITABLE_TYPES | READ_ONLY_TYPES:
        raise invalid_argument(f"Columns of type {column_type} cannot be created")
    if after_column_id is not None and after_column_id not in board.columns:
        raise invalid_column(after_column_id, board.id)
    column_id = _new_column_id(space, board, id, column_type)
    column = Column(column_id, _title(title), column_type, _labels(column_type, defaults))
    column.description = description
    ordered = list(board.columns.items())
    place = list(board.columns).index(after_column_id) + 1 if after_column_id else len(ordered)
    ordered.insert(place, (column_id, column))
    board.columns = dict(ordered)
    space.store.save_column(board, column)
    space.store.save_places(board)
    return column


def delete_column(space: Workspace, *, board_id: str, column_id: str) -> Column:
    board = space.board(board_id)
    column = board.columns.get(column_id)
    if column is None:
        raise not_found("Column", column_id)
    if column.type in {"name", "subtasks"}:
        raise invalid_argument(f"The column '{column.title}' cannot be deleted")
    board.columns = {known: other for known, other in board.columns.items() if known != column_id}
    board.former_column_ids = (*board.former_column_ids, column_id)
    space.store.delete_column(board, column_id)
    space.store.save_board(board)
    return column


def _new_column_id(space: Workspace, board: Board, wanted: str | None, kind: str) -> str:
    if wanted is None:
        return f"{_PREFIXES.get(kind, kind)}_{space.next_suffix()}"
    if not _COLUMN_ID.fullmatch(wanted):
        raise invalid_argument(
            "A column id has 1 to 20 characters: lower-case letters and underscores", column_id=wanted
        )
    if wanted in board.columns or wanted in board.former_column_ids:
        raise invalid_argument(
            "A column id must be unique on the board, deleted columns included", column_id=wanted
        )
    return wanted


def _labels(kind: str, defaults: Any) -> dict[int, str]:
    """`defaults` as the vendor's samples write them: settings with labels, per type."""
    labels = parse_object("defaults", defaults).get("labels") or []
    if isinstance(labels, dict):
        return {int(index): str(label) for index, label in labels.items()}
    first = int(kind == "dropdown")
    names = [str(label.get("name") or label.get("label")) for label in labels if isinstance(label, dict)]
    return dict(enumerate(names, start=first))


def _title(raw: str) -> str:
    title = raw.strip()
    if not 1 <= len(title) <= _TITLE_LIMIT:
        raise invalid_argument(f"A title has 1 to {_TITLE_LIMIT} characters")
    return title
