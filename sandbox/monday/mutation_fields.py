"""Resolvers of everything that writes: one transaction per alias, one alias after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.monday import item_changes, structure_changes
from sandbox.monday.call import Call

Change = Callable[..., Any]

CHANGES: dict[str, Change] = {
    "archive_item": item_changes.archive_item,
    "change_column_value": item_changes.change_column_value,
    "change_multiple_column_values": item_changes.change_multiple_column_values,
    "change_simple_column_value": item_changes.change_simple_column_value,
    "create_column": structure_changes.create_column,
    "create_group": structure_changes.create_group,
    "create_item": item_changes.create_item,
    "create_subitem": item_changes.create_subitem,
    "delete_column": structure_changes.delete_column,
    "delete_group": structure_changes.delete_group,
    "delete_item": item_changes.delete_item,
    "move_item_to_group": item_changes.move_item_to_group,
    "update_group": structure_changes.update_group,
}


def resolver(mutation: str) -> Callable[..., Any]:
    change = CHANGES[mutation]

    def resolve(_root: None, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        call: Call = info.context
        call.work(call.hooks.seconds())
        try:
            call.hooks.refuse(str(info.path.key), mutation, arguments)
            with call.space.changing():
                result = change(call.space, **arguments)
        except Exception:
            call.failed(mutation)
            raise
        call.committed(mutation)
        return result

    return resolve
