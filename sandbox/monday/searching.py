"""Which items a query means: by column values, or by the rules of `query_params`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.monday.errors import invalid_argument, invalid_column
from sandbox.monday.model import Board, Column, Item
from sandbox.monday.workspace import Workspace, number

SEARCHABLE = frozenset({"date", "dropdown", "long_text", "name", "numbers", "status", "text"})


def by_column_values(space: Workspace, board: Board, columns: Sequence[Mapping[str, Any]]) -> list[int]:
    """Any of the values per column, all columns together; new items only after the index lag."""
    now = space.clock.now()
    wanted = [
        (_searchable(board, entry["column_id"]), {value or "" for value in entry["column_values"]})
        for entry in columns
    ]
    return [
        item.id
        for item in board.active_items()
        if item.indexed_at <= now and all(_text(item, column) in values for column, values in wanted)
    ]


def by_query(board: Board, query: Mapping[str, Any] | None, group_id: str | None) -> list[int]:
    items = [item for item in board.active_items() if group_id is None or item.group_id == group_id]
    if not query:
        return [item.id for item in items]
    if query.get("ids") is not None:
        if len(query["ids"]) > 100:
            raise invalid_argument("ids takes at most 100 items")
        ids = {number(raw, "ids") for raw in query["ids"]}
        items = [item for item in items if item.id in ids]
    rules = [_rule(board, rule) for rule in query.get("rules") or ()]
    if rules:
        every = any if query.get("operator") == "or" else all
        items = [item for item in items if every(rule(item) for rule in rules)]
    for order in reversed(query.get("order_by") or []):
        column = _searchable(board, order["column_id"])
        items.sort(key=lambda item: _sort_key(item, column), reverse=order["direction"] == "desc")
    return [item.id for item in items]


def _rule(board: Board, rule: Mapping[str, Any]) -> Callable[[Item], bool]:
    column_id, operator = rule["column_id"], rule["operator"]
    given = rule["compare_value"]
    values = given if isinstance(given, list) else [given]
    if column_id == "group":
        inside = {str(value) for value in values}
        return lambda item: (item.group_id in inside) == (operator == "any_of")
    column = _searchable(board, column_id)
    test = _TESTS.get(operator)
    if test is None:
        raise invalid_argument(f"The sandbox does not know the operator {operator}")
    if column.type in {"dropdown", "status"}:
        # Labels are compared by id or index, as in the vendor's samples.
        values = [column.labels.get(int(value), "") if str(value).isdigit() else value for value in values]
    texts = [str(value) for value in values]
    return lambda item: test(_text(item, column), texts)


def _searchable(board: Board, column_id: str) -> Column:
    column = board.columns.get(column_id)
    if column is None:
        raise invalid_column(column_id, board.id)
    if column.type not in SEARCHABLE:
        raise invalid_argument(f"Columns of type {column.type} cannot be searched", column_id=column_id)
    return column


def _text(item: Item, column: Column) -> str:
    if column.type == "name":
        return item.name
    cell = item.cells.get(column.id)
    return cell.text or "" if cell else ""


def _sort_key(item: Item, column: Column) -> tuple[Decimal, str]:
    text = _text(item, column)
    return (_decimal(text) if column.type == "numbers" else Decimal(0), text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("-Infinity")


def _compared(text: str, other: str) -> int:
    """As numbers when both are; as texts (dates in ISO form) otherwise."""
    left, right = _decimal(text), _decimal(other)
    if left.is_finite() and right.is_finite():
        return (left > right) - (left < right)
    return (text > other) - (text < other)


_TESTS: dict[str, Callable[[str, list[str]], bool]] = {
    "any_of": lambda text, values: text in values,
    "not_any_of": lambda text, values: text not in values,
    "is_empty": lambda text, _values: text == "",
    "is_not_empty": lambda text, _values: text != "",
    "contains_text": lambda text, values: any(value.lower() in text.lower() for value in values),
    "not_contains_text": lambda text, values: not any(value.lower() in text.lower() for value in values),
    "starts_with": lambda text, values: any(text.startswith(value) for value in values),
    "ends_with": lambda text, values: any(text.endswith(value) for value in values),
    "greater_than": lambda text, values: text != "" and _compared(text, values[0]) > 0,
    "greater_than_or_equals": lambda text, values: text != "" and _compared(text, values[0]) >= 0,
    "lower_than": lambda text, values: text != "" and _compared(text, values[0]) < 0,
    "lower_than_or_equal": lambda text, values: text != "" and _compared(text, values[0]) <= 0,
    "between": lambda text, values: (
        text != "" and _compared(text, values[0]) >= 0 and _compared(text, values[-1]) <= 0
    ),
}
