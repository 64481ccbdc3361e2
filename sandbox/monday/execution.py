"""GraphQL: parsed and validated once per document text, executed by graphql-core.

One shortcut: a page of 500 items holds over 20,000 column values, and completing them field by field
takes seconds. When only their plain fields are selected they are projected in one go.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from sandbox.monday import board_fields, item_fields, query_fields
from sandbox.monday.call import Call
from sandbox.monday.complexity import Fragments
from sandbox.monday.mutation_fields import CHANGES, resolver
from sandbox.monday.readings import TYPENAMES, Reading
from sandbox.monday.resolving import RESOLVERS

# Importing them has filled RESOLVERS.
RESOLVING_MODULES = (board_fields, item_fields, query_fields)
PLAIN_FIELDS = frozenset({"id", "text", "type", "value"})


def _load_schema() -> GraphQLSchema:
    schema = build_schema(Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8"))
    for (type_name, field_name), resolve in RESOLVERS.items():
        _field(schema, type_name, field_name).resolve = resolve
    for mutation in CHANGES:
        _field(schema, "Mutation", mutation).resolve = resolver(mutation)
    column_value = schema.type_map["ColumnValue"]
    assert isinstance(column_value, GraphQLInterfaceType)
    column_value.resolve_type = lambda reading, _info, _type: TYPENAMES[reading.type]
    schema.type_map["JSON"].parse_value = _json_text  # type: ignore[attr-defined]
    return schema


def _field(schema: GraphQLSchema, type_name: str, field_name: str) -> GraphQLField:
    owner = schema.type_map[type_name]
    assert isinstance(owner, GraphQLObjectType)
    field: GraphQLField = owner.fields[field_name]
    return field


def _json_text(value: Any) -> str:
    """JSON travels as a string inside JSON; an object is what clients send by mistake."""
    if not isinstance(value, str):
        raise GraphQLError("JSON must be given as a string")
    return value


SCHEMA = _load_schema()


class MondayExecution(ExecutionContext):
    def complete_list_value(
        self, return_type: Any, field_nodes: Any, info: Any, path: Any, result: Any
    ) -> Any:
        if result and isinstance(result[0], Reading):
            plans = self._plans(field_nodes)
            if plans is not None:
                return [
                    {name: getattr(reading, attribute) for name, attribute in plans[reading.type]}
                    for reading in result
                ]
        return super().complete_list_value(return_type, field_nodes, info, path, result)

    def _plans(self, field_nodes: Any) -> dict[str, list[tuple[str, str]]] | None:
        """Per column type the answer's keys and the attributes behind them; None: take the long way."""
        cache: dict[int, Any] = self.__dict__.setdefault("plans", {})
        key = id(field_nodes[0])
        if key not in cache:
            cache[key] = self._planned(field_nodes)
        plans: dict[str, list[tuple[str, str]]] | None = cache[key]
        return plans

    def _planned(self, field_nodes: Any) -> dict[str, list[tuple[str, str]]] | None:
        plans = {}
        for kind, type_name in TYPENAMES.items():
            object_type = self.schema.type_map[type_name]
            assert isinstance(object_type, GraphQLObjectType)
            selected = self.collect_subfields(object_type, field_nodes)
            names = [(name, nodes[0].name.value) for name, nodes in selected.items()]
            if not all(attribute in PLAIN_FIELDS for _, attribute in names):
                return None
            plans[kind] = names
        return plans


class Document:
    """A valid document."""

    def __init__(self, node: DocumentNode) -> None:
        self.node = node
        self.fragments: Fragments = {
            definition.name.value: definition
            for definition in node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        return get_operation_ast(self.node, name)


@lru_cache(maxsize=256)
def prepare(text: str) -> Document | tuple[GraphQLError, ...]:
    """The document, or why it is none."""
    try:
        node = parse(text)
    except GraphQLError as error:
        return (error,)
    errors = validate(SCHEMA, node)
    return tuple(errors) if errors else Document(node)


def run(
    document: Document, call: Call, variables: Mapping[str, Any], operation: str | None
) -> ExecutionResult:
    return execute_sync(
        SCHEMA,
        document.node,
        context_value=call,
        variable_values=dict(variables),
        operation_name=operation,
        execution_context_class=MondayExecution,
    )
