"""What people do to a board behind the client's back, and what an operator does to its access."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.monday import item_changes, structure_changes
from sandbox.monday.account import Account
from sandbox.monday.errors import invalid_argument

Edit = Callable[..., Any]


def edit(account: Account, do: str, arguments: dict[str, Any]) -> Any:
    """Raises MondayError when the edit is impossible, KeyError when it is unknown."""
    action = EDITS[do]
    with account.space.changing():
        return action(account, **arguments)


def _delete_item(account: Account, item_id: int) -> int:
    return item_changes.delete_item(account.space, item_id=str(item_id)).id


def _archive(account: Account, item_id: int) -> int:
    return item_changes.archive_item(account.space, item_id=str(item_id)).id


def _restore(account: Account, item_id: int) -> int:
    """Out of the archive, as the web page can."""
    item = account.space.live_item(item_id, archived_allowed=True)
    item.state = "active"
    account.space.store.save_item(item)
    return item.id


def _change_value(account: Account, item_id: int, column_id: str, value: Any) -> int:
    item = account.space.live_item(item_id)
    return item_changes.change_column_value(
        account.space,
        board_id=str(item.board_id),
        item_id=str(item_id),
        column_id=column_id,
        value=json.dumps(value),
        create_labels_if_missing=True,
    ).id


def _rename(account: Account, item_id: int, name: str) -> int:
    item = account.space.live_item(item_id)
    return item_changes.change_simple_column_value(
        account.space, board_id=str(item.board_id), item_id=str(item_id), column_id="name", value=name
    ).id


def _move(account: Account, item_id: int, group_id: str) -> int:
    return item_changes.move_item_to_group(account.space, item_id=str(item_id), group_id=group_id).id


def _rename_group(account: Account, board_id: int, group_id: str, title: str) -> str:
    return structure_changes.update_group(
        account.space, board_id=str(board_id), group_id=group_id, group_attribute="title", new_value=title
    ).id


def _fill_labels(
    account: Account, board_id: int, column_id: str, count: int = 500, prefix: str = "FILLER"
) -> int:
    """Fill a dropdown up to `count` labels."""
    board = account.space.board(board_id)
    column = board.columns.get(column_id)
    if column is None or column.type != "dropdown":
        raise invalid_argument(f"{column_id} is not a dropdown of the board")
    labels = dict(column.labels)
    number = max(labels, default=0)
    while len(labels) < count:
        number += 1
        labels[number] = f"{prefix} {number}"
    column.labels = labels
    account.space.store.save_column(board, column)
    return len(labels)


def _remove_column(account: Account, board_id: int, column_id: str) -> str:
    return structure_changes.delete_column(account.space, board_id=str(board_id), column_id=column_id).id


def _remove_group(account: Account, board_id: int, group_id: str) -> str:
    return structure_changes.delete_group(account.space, board_id=str(board_id), group_id=group_id).id


def _delete_everything(account: Account) -> int:
    """Every item of every board; groups and columns stay."""
    count = 0
    for board in account.space.boards.values():
        for item in board.items.values():
            if item.state != "deleted":
                item.state = "deleted"
                account.space.store.save_item(item)
                count += 1
    return count


def _revoke_token(account: Account, token: str | None = None) -> int:
    account.tokens -= {token} if token else set(account.tokens)
    return len(account.tokens)


def _grant_token(account: Account, token: str) -> int:
    account.tokens |= {token}
    return len(account.tokens)


EDITS: dict[str, Edit] = {
    "archive_item": _archive,
    "change_value": _change_value,
    "delete_everything": _delete_everything,
    "delete_item": _delete_item,
    "fill_labels": _fill_labels,
    "grant_token": _grant_token,
    "move_item": _move,
    "remove_column": _remove_column,
    "remove_group": _remove_group,
    "rename_group": _rename_group,
    "rename_item": _rename,
    "restore_item": _restore,
    "revoke_token": _revoke_token,
}
