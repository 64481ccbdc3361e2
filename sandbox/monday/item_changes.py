"""Creating, changing, moving, archiving and deleting items. Names and keys may repeat, as there."""

from __future__ import annotations

from typing import Any

from sandbox.monday.column_values import parse_object, parse_text, write_value, write_values
from sandbox.monday.draft import Draft
from sandbox.monday.errors import invalid_argument, invalid_board, items_limitation, name_too_long
from sandbox.monday.model import Board, Item
from sandbox.monday.workspace import Workspace

NAME_LIMIT = 255


def create_item(
    space: Workspace,
    *,
    board_id: str,
    item_name: str,
    group_id: str | None = None,
    column_values: Any = None,
    create_labels_if_missing: bool | None = None,
    relative_to: str | None = None,
    position_relative_method: str | None = None,
) -> Item:
    board = space.board(board_id)
    if board.parent_board_id is not None:
        raise invalid_board(board_id, "Items cannot be created on a subitems board: use create_subitem")
    group = space.group(board, group_id) if group_id is not None else next(iter(board.groups.values()))
    draft = space.draft(board, create_labels=bool(create_labels_if_missing))
    name = _checked_name(item_name)
    write_values(draft, parse_object("column_values", column_values))
    _room_for_one(space, board)
    rank = None
    if relative_to is not None:
        neighbour = space.live_item(relative_to)
        rank = neighbour.rank + (-0.5 if position_relative_method == "before_at" else 0.5)
        group = space.group(board, neighbour.group_id)
    return _add(space, draft, name, group.id, rank=rank)


def create_subitem(
    space: Workspace,
    *,
    parent_item_id: str,
    item_name: str,
    column_values: Any = None,
    create_labels_if_missing: bool | None = None,
) -> Item:
    parent = space.live_item(parent_item_id)
    parent_board = space.boards[parent.board_id]
    if parent_board.subitem_board_id is None:
        raise invalid_argument("Subitems cannot have subitems of their own", item_id=str(parent.id))
    board = space.boards[parent_board.subitem_board_id]
    draft = space.draft(board, create_labels=bool(create_labels_if_missing))
    name = _checked_name(item_name)
    write_values(draft, parse_object("column_values", column_values))
    _room_for_one(space, board)
    subitem = _add(space, draft, name, next(iter(board.groups)), parent_id=parent.id)
    parent.subitem_ids = (*parent.subitem_ids, subitem.id)
    space.store.save_item(parent)
    return subitem


def change_multiple_column_values(
    space: Workspace,
    *,
    board_id: str,
    column_values: Any,
    item_id: str | None = None,
    create_labels_if_missing: bool | None = None,
) -> Item:
    item, draft = _drafted(space, board_id, item_id, create_labels_if_missing)
    write_values(draft, parse_object("column_values", column_values))
    return _apply(space, item, draft)


def change_column_value(
    space: Workspace,
    *,
    board_id: str,
    column_id: str,
    value: Any,
    item_id: str | None = None,
    create_labels_if_missing: bool | None = None,
) -> Item:
    item, draft = _drafted(space, board_id, item_id, create_labels_if_missing)
    write_value(draft, column_id, parse_text("value", value))
    return _apply(space, item, draft)


def change_simple_column_value(
    space: Workspace,
    *,
    board_id: str,
    column_id: str,
    value: str | None = None,
    item_id: str | None = None,
    create_labels_if_missing: bool | None = None,
) -> Item:
    item, draft = _drafted(space, board_id, item_id, create_labels_if_missing)
    if column_id == "name":
        return _rename(space, item, _checked_name(value or ""))
    write_value(draft, column_id, value)
    return _apply(space, item, draft)


def move_item_to_group(space: Workspace, *, group_id: str, item_id: str | None = None) -> Item:
    item = space.live_item(_required(item_id))
    board = space.boards[item.board_id]
    item.group_id = space.group(board, group_id).id
    item.rank = _last_rank(board)
    return _touch(space, item)


def archive_item(space: Workspace, *, item_id: str | None = None) -> Item:
    return _retire(space, space.live_item(_required(item_id)), "archived")


def delete_item(space: Workspace, *, item_id: str | None = None) -> Item:
    return _retire(space, space.live_item(_required(item_id), archived_allowed=True), "deleted")


def _drafted(
    space: Workspace, board_id: str, item_id: str | None, create_labels: bool | None
) -> tuple[Item, Draft]:
    board = space.board(board_id)
    item = space.live_item(_required(item_id))
    if item.board_id != board.id:
        raise invalid_board(board_id, f"Item {item.id} is not on this board")
    return item, space.draft(board, create_labels=bool(create_labels))


def _add(
    space: Workspace,
    draft: Draft,
    name: str,
    group_id: str,
    *,
    parent_id: int | None = None,
    rank: float | None = None,
) -> Item:
    item = Item(
        id=space.next_item_id(),
        board_id=draft.board.id,
        group_id=group_id,
        name=name,
        created_at=draft.timestamp,
        updated_at=draft.timestamp,
        indexed_at=space.clock.now() + space.index_lag,
        parent_id=parent_id,
        rank=_last_rank(draft.board) if rank is None else rank,
    )
    draft.board.items[item.id] = item
    return _apply(space, item, draft)


def _apply(space: Workspace, item: Item, draft: Draft) -> Item:
    for column_id, labels in draft.relabelled().items():
        column = draft.board.columns[column_id]
        column.labels = labels
        column.revision += 1
        space.store.save_column(draft.board, column)
    item.cells = {
        column_id: cell for column_id, cell in {**item.cells, **draft.cells}.items() if cell.value is not None
    }
    return _touch(space, item)


def _rename(space: Workspace, item: Item, name: str) -> Item:
    item.name = name
    return _touch(space, item)


def _retire(space: Workspace, item: Item, state: str) -> Item:
    board = space.boards[item.board_id]
    if board.subitem_board_id is not None:
        subitems = space.boards[board.subitem_board_id].items
        for subitem in (subitems[subitem_id] for subitem_id in item.subitem_ids):
            if subitem.state != "deleted":
                subitem.state = state
                _touch(space, subitem)
    item.state = state
    return _touch(space, item)


def _touch(space: Workspace, item: Item) -> Item:
    item.updated_at = space.clock.timestamp()
    space.store.save_item(item)
    return item


def _checked_name(raw: str) -> str:
    name = raw.strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise name_too_long()
    return name


def _room_for_one(space: Workspace, board: Board) -> None:
    limit = space.rules.items_per_board
    if len(board.items) >= limit and sum(item.state == "active" for item in board.items.values()) >= limit:
        raise items_limitation(limit)


def _last_rank(board: Board) -> float:
    return float(len(board.items) + 1)


def _required(item_id: str | None) -> str:
    if item_id is None:
        raise invalid_argument("item_id is required")
    return item_id
