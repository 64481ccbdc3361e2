"""Which boards a request is going to change, told from its arguments before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import OperationDefinitionNode, OperationType, value_from_ast_untyped

from sandbox.monday.complexity import Fragments, fields
from sandbox.monday.workspace import Workspace


def boards_changed(
    space: Workspace, operation: OperationDefinitionNode, fragments: Fragments, variables: Mapping[str, Any]
) -> frozenset[int]:
    """A subitem's parent counts by its subitem board: that is the one which grows."""
    if operation.operation is not OperationType.MUTATION:
        return frozenset()
    boards: set[int] = set()
    for node in fields(operation.selection_set, fragments):
        for argument in node.arguments:
            value = value_from_ast_untyped(argument.value, dict(variables))
            if argument.name.value == "board_id":
                boards |= _board(space, value)
            elif argument.name.value in ("item_id", "parent_item_id"):
                boards |= _home(space, value, subitems=argument.name.value == "parent_item_id")
    return frozenset(boards)


def _board(space: Workspace, board_id: object) -> set[int]:
    text = str(board_id)
    return {int(text)} if text.isdigit() and int(text) in space.boards else set()


def _home(space: Workspace, item_id: object, *, subitems: bool) -> set[int]:
    if not str(item_id).isdigit():
        return set()
    item = space.find_item(item_id)
    if item is None:
        return set()
    board_id = space.boards[item.board_id].subitem_board_id if subitems else item.board_id
    return {board_id} if board_id else set()
