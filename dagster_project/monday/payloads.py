"""From mapped values to what the API is asked: column values by type, and one call per operation."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dagster_project.delivery.destination import Change, Kind, Operation, StagedAs, Target
from dagster_project.monday.board import Board, Column
from dagster_project.monday.documents import Call
from dagster_project.monday.layout import NAME_COLUMN, Layout, Place
from dagster_project.monday.normalise import DATE, LABELS, LONG_TEXT, canonical

CREATE, COLUMNS, RENAME, MOVE, ARCHIVE = "create", "columns", "rename", "move", "archive"


def column_value(place: Place, value: Any, column: Column | None) -> Any:
    """Return the JSON value a column takes; None clears it.

    Known labels are written by number where the text could mean something else: a purely numeric one could
    be an id or index, and one of a column that takes no new labels could be made beside another that may.
    """
    text = canonical(place.type, value)
    if text is None:
        return None
    if place.type in LABELS:
        by_number = text.isdigit() or not place.create_labels
        number = column.labels.get(text) if column and by_number else None
        return _label(place.type, text, number)
    return {DATE: {"date": text}, LONG_TEXT: {"text": text}}.get(place.type, text)


def column_values(
    layout: Layout, values: Mapping[str, Any], fields: Iterable[str], key: str, board: Board
) -> tuple[dict[str, Any], bool]:
    """Return the column values of some fields, our key with them, and whether labels have to be made."""
    wanted = frozenset(fields)
    written: dict[str, Any] = {}
    create_labels = False
    for place in layout.places:
        if place.field in wanted:
            column = board.columns.get(place.column)
            written[place.column] = column_value(place, values.get(place.field), column)
            create_labels |= place.create_labels and _unknown_label(place, values.get(place.field), column)
    external = layout.external_id
    if external and external.column in board.columns:
        written[external.column] = key
    return written, create_labels


def group_operations(target: Target, board_id: str) -> list[Operation]:
    """Plan a group: it is made once and never changed."""
    title = target.row.key
    call = Call("create_group", {"board_id": board_id, "group_name": title})
    return [Operation(target, CREATE, Kind.CREATE, {"title": title}, call)]


def item_operations(
    target: Target, layout: Layout, board: Board, groups: Mapping[str, str]
) -> list[Operation]:
    """Plan an item or subitem: make it, archive it, or tell it what changed and what is in doubt."""
    if target.row.change is Change.REMOVED:
        call = Call("archive_item", {"item_id": target.remote_id})
        return [Operation(target, ARCHIVE, Kind.ARCHIVE, {}, call)]
    if target.remote_id is None:
        return [_create(target, layout, board, groups)]
    resend = target.resend | _sign_of_life(target, layout)
    return [*_columns(target, layout, board, resend), *_name_and_group(target, layout, groups, resend)]


def _create(target: Target, layout: Layout, board: Board, groups: Mapping[str, str]) -> Operation:
    values = target.row.values
    written, create_labels = column_values(layout, values, values, target.row.key, board)
    arguments: dict[str, Any] = {"item_name": _name(layout, values)}
    if layout.group is not None:
        title = canonical("text", values.get(layout.group)) or ""
        arguments = {"board_id": layout.board_id, "group_id": groups[title], **arguments}
    else:
        arguments = {"parent_item_id": target.parent_remote_id, **arguments}
    arguments["column_values"] = as_json({c: value for c, value in written.items() if value is not None})
    arguments["create_labels_if_missing"] = create_labels
    mutation = "create_item" if layout.group is not None else "create_subitem"
    return Operation(target, CREATE, Kind.CREATE, values, Call(mutation, arguments))


def _columns(target: Target, layout: Layout, board: Board, resend: frozenset[str]) -> list[Operation]:
    values = target.row.values
    fields = [place.field for place in layout.places if place.field in resend and place.field in values]
    if not fields:
        return []
    written, create_labels = column_values(layout, values, fields, target.row.key, board)
    call = Call(
        "change_multiple_column_values",
        {
            "board_id": layout.board_id,
            "item_id": target.remote_id,
            "column_values": as_json(written),
            "create_labels_if_missing": create_labels,
        },
    )
    return [Operation(target, COLUMNS, Kind.SET, {field: values[field] for field in fields}, call)]


def _name_and_group(
    target: Target, layout: Layout, groups: Mapping[str, str], resend: frozenset[str]
) -> list[Operation]:
    values, operations = target.row.values, []
    name, group = layout.name.field, layout.group
    if name in resend and name in values:
        arguments = {
            "board_id": layout.board_id,
            "item_id": target.remote_id,
            "column_id": NAME_COLUMN,
            "value": _name(layout, values),
        }
        call = Call("change_simple_column_value", arguments)
        operations.append(Operation(target, RENAME, Kind.SET, {name: values[name]}, call))
    if group and group in resend and group in values:
        group_id = groups[canonical("text", values[group]) or ""]
        call = Call("move_item_to_group", {"item_id": target.remote_id, "group_id": group_id})
        operations.append(Operation(target, MOVE, Kind.SET, {group: values[group]}, call))
    return operations


def _sign_of_life(target: Target, layout: Layout) -> frozenset[str]:
    """A row in doubt with nothing to tell was being archived: writing its name shows whether it was."""
    in_doubt = target.row.status is StagedAs.IN_DOUBT and not target.resend & set(layout.told)
    return frozenset({layout.name.field}) if in_doubt else frozenset()


def _name(layout: Layout, values: Mapping[str, Any]) -> str:
    return canonical("text", values.get(layout.name.field)) or ""


def _label(board_type: str, text: str, number: int | None) -> dict[str, Any]:
    if board_type == "dropdown":
        return {"labels": [text]} if number is None else {"ids": [number]}
    return {"label": text} if number is None else {"index": number}


def _unknown_label(place: Place, value: Any, column: Column | None) -> bool:
    text = canonical(place.type, value)
    return place.type in LABELS and text is not None and (column is None or text not in column.labels)


def as_json(value: Mapping[str, Any]) -> str:
    """Column values travel as JSON inside JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
