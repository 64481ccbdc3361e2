"""Resolvers of items and of the column values that point at other items."""

from __future__ import annotations

from graphql import GraphQLResolveInfo

from sandbox.monday import readings
from sandbox.monday.model import Board, Group, Item
from sandbox.monday.readings import Reading
from sandbox.monday.resolving import ACCOUNT_URL, USER, USER_ID, call_of, constant, field

constant("Item", "creator", USER)
constant("Item", "creator_id", str(USER_ID))


@field("Item", "board")
def board(item: Item, info: GraphQLResolveInfo) -> Board:
    return call_of(info).space.boards[item.board_id]


@field("Item", "group")
def group(item: Item, info: GraphQLResolveInfo) -> Group | None:
    return call_of(info).space.boards[item.board_id].groups.get(item.group_id)


@field("Item", "column_values")
def column_values(
    item: Item, info: GraphQLResolveInfo, ids: list[str] | None = None, types: list[str] | None = None
) -> list[Reading]:
    return readings.read(call_of(info).space, item, ids, types)


@field("Item", "parent_item")
def parent_item(item: Item, info: GraphQLResolveInfo) -> Item | None:
    return None if item.parent_id is None else call_of(info).space.find_item(item.parent_id)


@field("Item", "subitems")
def subitems(item: Item, info: GraphQLResolveInfo) -> list[Item]:
    return readings.active_subitems(call_of(info).space, item)


@field("SubtasksValue", "subitems")
def linked_subitems(reading: Reading, info: GraphQLResolveInfo) -> list[Item]:
    return readings.active_subitems(call_of(info).space, reading.item)


@field("Item", "updates")
def updates(_item: Item, _info: GraphQLResolveInfo, **_page: int) -> tuple[()]:
    """Nobody writes any here; clients ask all the same."""
    return ()


@field("Item", "relative_link")
def relative_link(item: Item, _info: GraphQLResolveInfo) -> str:
    return _link(item)


@field("Item", "url")
def url(item: Item, _info: GraphQLResolveInfo) -> str:
    return ACCOUNT_URL + _link(item)


def _link(item: Item) -> str:
    return f"/boards/{item.board_id}/pulses/{item.id}"
