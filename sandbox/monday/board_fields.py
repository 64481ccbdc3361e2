"""Resolvers of boards, their columns and groups."""

from __future__ import annotations

import json
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.monday import searching
from sandbox.monday.cursors import checked_limit
from sandbox.monday.errors import invalid_argument
from sandbox.monday.model import Board, Column, Group
from sandbox.monday.query_fields import page_of_items
from sandbox.monday.resolving import ACCOUNT_URL, USER, call_of, constant, field

constant("Board", "board_kind", "public")
constant("Board", "creator", USER)
constant("Board", "description", None)
constant("Board", "item_terminology", "Item")
constant("Board", "permissions", "everyone")
constant("Board", "state", "active")
constant("Board", "tags", ())
constant("Board", "workspace_id", None)


@field("Board", "columns")
def columns(
    board: Board, _info: GraphQLResolveInfo, ids: list[str] | None = None, types: list[str] | None = None
) -> list[Column]:
    return [
        column
        for column in board.columns.values()
        if (ids is None or column.id in ids) and (types is None or column.type in types)
    ]


@field("Board", "groups")
def groups(board: Board, _info: GraphQLResolveInfo, ids: list[str] | None = None) -> list[Group]:
    return [group for group in board.groups.values() if ids is None or group.id in ids]


@field("Board", "top_group")
def top_group(board: Board, _info: GraphQLResolveInfo) -> Group:
    return next(iter(board.groups.values()))


@field("Board", "items_count")
def items_count(board: Board, _info: GraphQLResolveInfo) -> int:
    return sum(item.state == "active" for item in board.items.values())


@field("Board", "items_limit")
def items_limit(_board: Board, info: GraphQLResolveInfo) -> int:
    return call_of(info).space.rules.items_per_board


@field("Board", "items_page")
@field("Group", "items_page")
def items_page(
    owner: Board | Group,
    info: GraphQLResolveInfo,
    limit: int,
    cursor: str | None = None,
    query_params: dict[str, Any] | None = None,
) -> dict[str, Any]:
    call = call_of(info)
    checked_limit(limit)
    if cursor is not None:
        if query_params is not None:
            raise invalid_argument("cursor and query_params cannot be used together")
        return page_of_items(call, call.cursors.next_page(cursor, limit))
    with call.space.lock:
        board = call.space.board(owner.board_id) if isinstance(owner, Group) else owner
        group_id = owner.id if isinstance(owner, Group) else None
        found = searching.by_query(board, query_params, group_id)
    return page_of_items(call, call.cursors.first_page(found, limit))


@field("Board", "url")
def url(board: Board, _info: GraphQLResolveInfo) -> str:
    return f"{ACCOUNT_URL}/boards/{board.id}"


@field("Column", "settings")
def settings(column: Column, _info: GraphQLResolveInfo) -> dict[str, Any]:
    if column.type == "dropdown":
        labels = [
            {"id": number, "label": label, "is_deactivated": False} for number, label in column.labels.items()
        ]
        return {"labels": labels, "limit_select": False}
    if column.type == "status":
        return {
            "labels": [
                {"id": index, "index": index, "label": label, "is_done": index == 1, "is_deactivated": False}
                for index, label in column.labels.items()
            ]
        }
    return _plain_settings(column)


@field("Column", "settings_str")
def settings_str(column: Column, _info: GraphQLResolveInfo) -> str:
    """The older form of the settings, still served."""
    if column.type == "dropdown":
        labels = [{"id": number, "name": label} for number, label in column.labels.items()]
        return json.dumps({"labels": labels, "limit_select": False, "deactivated_labels": []})
    if column.type == "status":
        return json.dumps({"labels": column.labels, "done_colors": [1]})
    return json.dumps(_plain_settings(column))


def _plain_settings(column: Column) -> dict[str, Any]:
    return {"boardIds": [column.subitem_board_id]} if column.subitem_board_id else {}
