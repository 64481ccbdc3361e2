"""How a column says no. Which of these facts reach the client differs by column and by setting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.monday.errors import VALUE_GUIDE, MondayError

if TYPE_CHECKING:
    from sandbox.monday.draft import Draft
    from sandbox.monday.model import Column

# Monday reports a status column under its historical name.
REPORTED_TYPES = {"status": "color"}
LISTED_LABELS = 60


def value_refused(draft: Draft, column: Column, raw: Any, why: str) -> MondayError:
    return _column_error(
        draft,
        column,
        raw,
        f"invalid value - {why}. Please check our API documentation for the correct data structure "
        f"for this column. {VALUE_GUIDE}",
    )


def label_missing(draft: Draft, column: Column, label: str) -> MondayError:
    known = draft.labels(column)
    listed = ", ".join(f"{number}: {text}" for number, text in list(known.items())[:LISTED_LABELS])
    if len(known) > LISTED_LABELS:
        listed += ", ..."
    what = "dropdown label" if column.type == "dropdown" else "status label"
    return _column_error(
        draft, column, label, f"The {what} '{label}' does not exist, possible labels are: {{{listed}}}"
    )


def too_many_labels(draft: Draft, column: Column, label: str, limit: int) -> MondayError:
    return _column_error(
        draft,
        column,
        label,
        f"The label '{label}' cannot be created: the column has reached its limit of {limit} labels",
    )


def read_only(draft: Draft, column: Column, raw: Any) -> MondayError:
    return _column_error(
        draft, column, raw, f"invalid value - columns of type {column.type} cannot be changed through the API"
    )


def _column_error(draft: Draft, column: Column, raw: Any, message: str) -> MondayError:
    error_data = {
        "column_value": raw if isinstance(raw, str) else json.dumps(raw),
        "column_type": REPORTED_TYPES.get(column.type, column.type),
    }
    if draft.rules.column_id_in_errors:
        error_data |= {"column_id": column.id, "column_name": column.title}
    return MondayError("ColumnValueException", message, error_data=error_data)
