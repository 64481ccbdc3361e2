"""Resolvers of the query's root fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from graphql import GraphQLResolveInfo

from sandbox.monday import searching, versions
from sandbox.monday.call import Call
from sandbox.monday.cursors import Page
from sandbox.monday.errors import invalid_argument
from sandbox.monday.model import Board, Item
from sandbox.monday.resolving import USER, call_of, field
from sandbox.monday.workspace import number

ITEMS_LIMIT = 100
_T = TypeVar("_T")


@field("Query", "boards")
def boards(_root: None, info: GraphQLResolveInfo, **args: Any) -> list[Board]:
    found = list(call_of(info).space.boards.values())
    if args.get("ids") is not None:
        wanted = {number(raw, "ids") for raw in args["ids"]}
        found = [board for board in found if board.id in wanted]
    return _paged(found, args)


@field("Query", "items")
def items(_root: None, info: GraphQLResolveInfo, **args: Any) -> list[Item | None]:
    """Without `limit` at most 25 come back, silently: the vendor's trap."""
    ids = args.get("ids")
    if ids is None:
        raise invalid_argument("ids is required")
    if len(ids) > ITEMS_LIMIT or (args.get("limit") or 0) > ITEMS_LIMIT:
        raise invalid_argument(f"ids and limit take at most {ITEMS_LIMIT} items", ids=len(ids))
    found = [_reported(call_of(info), raw) for raw in dict.fromkeys(ids)]
    if args.get("exclude_nonactive"):
        found = [item for item in found if item is not None and item.state == "active"]
    if call_of(info).space.rules.deleted_items == "omit":
        found = [item for item in found if item is not None]
    if args.get("newest_first"):
        found.sort(key=lambda item: item.id if item else 0, reverse=True)
    return _paged(found, args)


@field("Query", "items_page_by_column_values")
def items_page_by_column_values(_root: None, info: GraphQLResolveInfo, **args: Any) -> dict[str, Any]:
    call = call_of(info)
    if args.get("cursor"):
        return page_of_items(call, call.cursors.next_page(args["cursor"], args["limit"]))
    if not args.get("columns"):
        raise invalid_argument("columns is required on the first page")
    board = call.space.board(args["board_id"])
    found = searching.by_column_values(call.space, board, args["columns"])
    return page_of_items(call, call.cursors.first_page(found, args["limit"]))


@field("Query", "next_items_page")
def next_items_page(_root: None, info: GraphQLResolveInfo, cursor: str, limit: int) -> dict[str, Any]:
    call = call_of(info)
    return page_of_items(call, call.cursors.next_page(cursor, limit))


@field("Query", "me")
def me(_root: None, _info: GraphQLResolveInfo) -> dict[str, Any]:
    return USER


@field("Query", "complexity")
@field("Mutation", "complexity")
def complexity(_root: None, info: GraphQLResolveInfo) -> dict[str, int]:
    call = call_of(info)
    return {
        "before": call.budget_before,
        "query": call.cost,
        "after": call.budget_before - call.cost,
        "reset_in_x_seconds": call.gate.complexity_resets_in(call.kind),
    }


@field("Query", "version")
def version(_root: None, info: GraphQLResolveInfo) -> versions.Version:
    return call_of(info).version


@field("Query", "versions")
def offered_versions(_root: None, _info: GraphQLResolveInfo) -> tuple[versions.Version, ...]:
    return versions.OFFERED


@field("Query", "platform_api")
def platform_api(_root: None, info: GraphQLResolveInfo) -> dict[str, Any]:
    call = call_of(info)
    limit = call.gate.limits.calls_per_day
    day = datetime.fromtimestamp(call.space.clock.now(), UTC).date().isoformat()
    usage = {"day": day, "usage": int(call.gate.calls_today)}
    return {
        "daily_limit": {"base": limit, "total": limit},
        "daily_analytics": {"last_updated": call.space.clock.timestamp(), "by_day": [usage]},
    }


def page_of_items(call: Call, page: Page) -> dict[str, Any]:
    """Items deleted or archived since the first page are missing from later ones."""
    found = (call.space.find_item(item_id) for item_id in page.item_ids)
    return {"cursor": page.cursor, "items": [item for item in found if item and item.state == "active"]}


def _reported(call: Call, raw: str) -> Item | None:
    item = call.space.find_item(raw)
    deleted = item is not None and item.state == "deleted"
    return None if deleted and call.space.rules.deleted_items != "state" else item


def _paged(found: list[_T], args: dict[str, Any]) -> list[_T]:
    limit, page = args["limit"] or 25, args["page"] or 1
    if limit < 1 or page < 1:
        raise invalid_argument("limit and page start at 1")
    return found[(page - 1) * limit : page * limit]
