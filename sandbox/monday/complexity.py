"""What a document costs, estimated before it runs.

Monday publishes no formula. Mutations cost what the limits say; reading costs one point per object,
lists multiplied by the page size that was asked for, so that asking for more costs more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    value_from_ast_untyped,
)

from sandbox.monday.settings import Limits

Fragments = Mapping[str, FragmentDefinitionNode]
DEFAULT_PAGE = 25
FREE_ROOTS = frozenset({"complexity", "version", "versions", "platform_api", "__schema", "__type"})
# Objects expected where neither `limit` nor `ids` says how many.
LISTS = {
    "boards": DEFAULT_PAGE,
    "column_values": 20,
    "columns": 20,
    "groups": 10,
    "items_page": DEFAULT_PAGE,
    "items_page_by_column_values": DEFAULT_PAGE,
    "next_items_page": DEFAULT_PAGE,
    "subitems": DEFAULT_PAGE,
}


def estimate(
    operation: OperationDefinitionNode, fragments: Fragments, variables: Mapping[str, Any], limits: Limits
) -> int:
    total = 0
    for node in fields(operation.selection_set, fragments):
        name = node.name.value
        if name in FREE_ROOTS:
            total += 1
        elif operation.operation is OperationType.MUTATION:
            total += limits.mutation_costs.get(name, limits.mutation_cost)
        else:
            total += _cost(node, fragments, variables)
    return total


def fields(selection_set: SelectionSetNode | None, fragments: Fragments) -> list[FieldNode]:
    """The fields selected, through fragments."""
    found: list[FieldNode] = []
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            found.append(node)
        elif isinstance(node, InlineFragmentNode):
            found += fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            found += fields(fragments[node.name.value].selection_set, fragments)
    return found


def _cost(node: FieldNode, fragments: Fragments, variables: Mapping[str, Any]) -> int:
    if node.selection_set is None:
        return 0
    inside = sum(_cost(child, fragments, variables) for child in fields(node.selection_set, fragments))
    return _expected(node, variables) * (1 + inside)


def _expected(node: FieldNode, variables: Mapping[str, Any]) -> int:
    given = {
        argument.name.value: value_from_ast_untyped(argument.value, dict(variables))
        for argument in node.arguments
    }
    limit, ids = given.get("limit"), given.get("ids")
    if isinstance(limit, int):
        return max(1, limit)
    if isinstance(ids, list):
        return max(1, len(ids))
    return LISTS.get(node.name.value, 1)
