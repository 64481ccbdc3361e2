"""Resolvers of everything that reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from graphql import GraphQLResolveInfo

from sandbox.monday import readings, searching, versions
from sandbox.monday.call import ACCOUNT_URL, USER_ID, USER_NAME, Call
from sandbox.monday.cursors import Page, checked_limit
from sandbox.monday.errors import invalid_argument
from sandbox.monday.model import Board, Column, Group, Item
from sandbox.monday.readings import Reading
from sandbox.monday.workspace import number

IDS_LIMIT = 100
_T = TypeVar("_T")
Resolver = Callable[..., Any]
RESOLVERS: dict[tuple[str, str], Resolver] = {}


def field(type_name: str, *names: str) -> Callable[[Resolver], Resolver]:
    def register(resolver: Resolver) -> Resolver:
        for name in names:
            RESOLVERS[type_name, name] = resolver
        return resolver

    return register


@field("Query", "boards")
def boards(_root: None, info: GraphQLResolveInfo, **args: Any) -> list[Board]:
    found = list(_call(info).space.boards.values())
    if args.get("ids") is not None:
        wanted = {number(raw, "ids") for raw in args["ids"]}
        found = [board for board in found if board.id in wanted]
    return _paged(found, args)


@field("Query", "items")
def items(_root: None, info: GraphQLResolveInfo, **args: Any) -> list[Item]:
    """Without `limit` at most 25 come back, silently: the vendor's trap."""
    ids = args.get("ids")
    if ids is None:
        raise invalid_argument("ids is required")
    if len(ids) > IDS_LIMIT:
        raise invalid_argument(f"ids takes at most {IDS_LIMIT} items", ids=len(ids))
    space = _call(info).space
    found = [item for raw in dict.fromkeys(ids) if (item := space.find_item(raw))]
    hidden = {"deleted", "archived"} if args.get("exclude_nonactive") else {"deleted"}
    kept = [item for item in found if item.state not in hidden]
    if args.get("newest_first"):
        kept.sort(key=lambda item: item.id, reverse=True)
    return _paged(kept, args)


@field("Query", "items_page_by_column_values")
def items_page_by_column_values(_root: None, info: GraphQLResolveInfo, **args: Any) -> dict[str, Any]:
    call = _call(info)
    if args.get("cursor"):
        return _response(call, call.cursors.next_page(args["cursor"], args["limit"]))
    if not args.get("columns"):
        raise invalid_argument("columns is required on the first page")
    board = call.space.board(args["board_id"])
    found = searching.by_column_values(call.space, board, args["columns"])
    return _response(call, call.cursors.first_page(found, args["limit"]))


@field("Query", "next_items_page")
def next_items_page(_root: None, info: GraphQLResolveInfo, cursor: str, limit: int) -> dict[str, Any]:
    call = _call(info)
    return _response(call, call.cursors.next_page(cursor, limit))


@field("Query", "me")
def me(_root: None, _info: GraphQLResolveInfo) -> dict[str, Any]:
    return _USER


@field("Query", "complexity")
@field("Mutation", "complexity")
def complexity(_root: None, info: GraphQLResolveInfo) -> dict[str, int]:
    call = _call(info)
    return {
        "before": call.budget_before,
        "query": call.cost,
        "after": call.budget_before - call.cost,
        "reset_in_x_seconds": call.gate.complexity_resets_in(call.kind),
    }


@field("Query", "version")
def version(_root: None, info: GraphQLResolveInfo) -> versions.Version:
    return _call(info).version


@field("Query", "versions")
def offered_versions(_root: None, _info: GraphQLResolveInfo) -> tuple[versions.Version, ...]:
    return versions.OFFERED


@field("Query", "platform_api")
def platform_api(_root: None, info: GraphQLResolveInfo) -> dict[str, Any]:
    call = _call(info)
    limit = call.gate.limits.calls_per_day
    day = datetime.fromtimestamp(call.space.clock.now(), UTC).date().isoformat()
    usage = {"day": day, "usage": int(call.gate.calls_today)}
    return {
        "daily_limit": {"base": limit, "total": limit},
        "daily_analytics": {"last_updated": call.space.clock.timestamp(), "by_day": [usage]},
    }


@field("Board", "columns")
def board_columns(
    board: Board, _info: GraphQLResolveInfo, ids: list[str] | None = None, types: list[str] | None = None
) -> list[Column]:
    return [
        column
        for column in board.columns.values()
        if (ids is None or column.id in ids) and (types is None or column.type in types)
    ]


@field("Board", "groups")
def board_groups(board: Board, _info: GraphQLResolveInfo, ids: list[str] | None = None) -> list[Group]:
    return [group for group in board.groups.values() if ids is None or group.id in ids]


@field("Board", "top_group")
def top_group(board: Board, _info: GraphQLResolveInfo) -> Group:
    return next(iter(board.groups.values()))


@field("Board", "items_count")
def items_count(board: Board, _info: GraphQLResolveInfo) -> int:
    return sum(item.state == "active" for item in board.items.values())


@field("Board", "items_limit")
def items_limit(_board: Board, info: GraphQLResolveInfo) -> int:
    return _call(info).space.rules.items_per_board


@field("Board", "items_page")
@field("Group", "items_page")
def items_page(
    owner: Board | Group,
    info: GraphQLResolveInfo,
    limit: int,
    cursor: str | None = None,
    query_params: dict[str, Any] | None = None,
) -> dict[str, Any]:
    call = _call(info)
    checked_limit(limit)
    if cursor is not None:
        if query_params is not None:
            raise invalid_argument("cursor and query_params cannot be used together")
        return _response(call, call.cursors.next_page(cursor, limit))
    with call.space.lock:
        board = call.space.board(owner.board_id) if isinstance(owner, Group) else owner
        group_id = owner.id if isinstance(owner, Group) else None
        found = searching.by_query(board, query_params, group_id)
    return _response(call, call.cursors.first_page(found, limit))


@field("Board", "url")
def board_url(board: Board, _info: GraphQLResolveInfo) -> str:
    return f"{ACCOUNT_URL}/boards/{board.id}"


@field("Column", "settings")
def column_settings(column: Column, _info: GraphQLResolveInfo) -> dict[str, Any]:
    if column.type == "dropdown":
        labels = [
            {"id": number_, "label": label, "is_deactivated": False}
            for number_, label in column.labels.items()
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
def column_settings_str(column: Column, _info: GraphQLResolveInfo) -> str:
    """The older form of the settings, still served."""
    if column.type == "dropdown":
        labels = [{"id": number_, "name": label} for number_, label in column.labels.items()]
        return json.dumps({"labels": labels, "limit_select": False, "deactivated_labels": []})
    if column.type == "status":
        return json.dumps({"labels": column.labels, "done_colors": [1]})
    return json.dumps(_plain_settings(column))


@field("Item", "board")
def item_board(item: Item, info: GraphQLResolveInfo) -> Board:
    return _call(info).space.boards[item.board_id]


@field("Item", "group")
def item_group(item: Item, info: GraphQLResolveInfo) -> Group | None:
    return _call(info).space.boards[item.board_id].groups.get(item.group_id)


@field("Item", "column_values")
def item_column_values(
    item: Item, info: GraphQLResolveInfo, ids: list[str] | None = None, types: list[str] | None = None
) -> list[Reading]:
    return readings.read(_call(info).space, item, ids, types)


@field("Item", "parent_item")
def parent_item(item: Item, info: GraphQLResolveInfo) -> Item | None:
    return None if item.parent_id is None else _call(info).space.find_item(item.parent_id)


@field("Item", "subitems")
def item_subitems(item: Item, info: GraphQLResolveInfo) -> list[Item]:
    return readings.active_subitems(_call(info).space, item)


@field("SubtasksValue", "subitems")
def linked_subitems(reading: Reading, info: GraphQLResolveInfo) -> list[Item]:
    return readings.active_subitems(_call(info).space, reading.item)


@field("Item", "creator")
@field("Board", "creator")
def creator(_owner: Item | Board, _info: GraphQLResolveInfo) -> dict[str, Any]:
    return _USER


@field("Item", "url")
def item_url(item: Item, _info: GraphQLResolveInfo) -> str:
    return ACCOUNT_URL + _relative_link(item)


@field("Item", "relative_link")
def item_relative_link(item: Item, _info: GraphQLResolveInfo) -> str:
    return _relative_link(item)


CONSTANTS: dict[tuple[str, str], Any] = {
    ("Board", "board_kind"): "public",
    ("Board", "description"): None,
    ("Board", "item_terminology"): "Item",
    ("Board", "permissions"): "everyone",
    ("Board", "state"): "active",
    ("Board", "workspace_id"): None,
    ("Item", "creator_id"): str(USER_ID),
}
_USER = {"id": USER_ID, "name": USER_NAME, "email": "order.staging@sandbox.invalid"}


def _plain_settings(column: Column) -> dict[str, Any]:
    return {"boardIds": [column.subitem_board_id]} if column.subitem_board_id else {}


def _relative_link(item: Item) -> str:
    return f"/boards/{item.board_id}/pulses/{item.id}"


def _response(call: Call, page: Page) -> dict[str, Any]:
    """Items deleted or archived since the first page are missing from later ones."""
    found = (call.space.find_item(item_id) for item_id in page.item_ids)
    return {"cursor": page.cursor, "items": [item for item in found if item and item.state == "active"]}


def _paged(found: list[_T], args: dict[str, Any]) -> list[_T]:
    limit, page = args["limit"] or 25, args["page"] or 1
    if limit < 1 or page < 1:
        raise invalid_argument("limit and page start at 1")
    return found[(page - 1) * limit : page * limit]


def _call(info: GraphQLResolveInfo) -> Call:
    call: Call = info.context
    return call
