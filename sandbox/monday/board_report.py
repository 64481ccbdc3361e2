"""A whole board as plain JSON, to count what is on it without the API under test."""

from __future__ import annotations

from typing import Any

from sandbox.monday.model import Board, Item
from sandbox.monday.workspace import Workspace


def report(space: Workspace, board: Board, *, state: str = "active") -> dict[str, Any]:
    """Items by group in board order, subitems inside their parents; `state` may be all."""
    groups = {
        group.id: {"id": group.id, "title": group.title, "items": []} for group in board.groups.values()
    }
    count = subitem_count = 0
    for item in sorted(board.items.values(), key=lambda item: item.rank):
        if not _wanted(item, state) or item.group_id not in groups:
            continue
        described = _describe(item)
        described["subitems"] = [_describe(subitem) for subitem in _subitems(space, board, item, state)]
        count += 1
        subitem_count += len(described["subitems"])
        items: list[Any] = groups[item.group_id]["items"]  # type: ignore[assignment]
        items.append(described)
    return {
        "id": str(board.id),
        "name": board.name,
        "items": count,
        "subitems": subitem_count,
        "groups": list(groups.values()),
    }


def _subitems(space: Workspace, board: Board, item: Item, state: str) -> list[Item]:
    if board.subitem_board_id is None:
        return []
    subitems = space.boards[board.subitem_board_id].items
    return [subitems[number] for number in item.subitem_ids if _wanted(subitems[number], state)]


def _describe(item: Item) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "name": item.name,
        "state": item.state,
        "parent_id": None if item.parent_id is None else str(item.parent_id),
        "created_at": item.created_at,
        "updated_at": item.updated_at,
        "values": {column_id: cell.text for column_id, cell in item.cells.items()},
    }


def _wanted(item: Item, state: str) -> bool:
    return state == "all" or item.state == state
