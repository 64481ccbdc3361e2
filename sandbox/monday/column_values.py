"""Column values on their way in: JSON text → one normalised cell per column, or a refusal.

Forms accepted per type are those of the vendor's guide to changing column values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.monday.column_errors import read_only, value_refused
from sandbox.monday.draft import Draft
from sandbox.monday.errors import invalid_column, json_parse
from sandbox.monday.labels import write_dropdown, write_status
from sandbox.monday.model import READ_ONLY_TYPES, Cell, Column

LONG_TEXT_LIMIT = 2_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def parse_object(what: str, raw: object) -> dict[str, Any]:
    """`column_values`: a JSON object inside a string; absent means no values."""
    if raw is None:
        return {}
    values = parse_text(what, raw)
    if not isinstance(values, dict):
        raise json_parse(what, raw)
    return values


def parse_text(what: str, raw: object) -> Any:
    if not isinstance(raw, str):
        raise json_parse(what, raw)
    try:
        return json.loads(raw)
    except ValueError:
        raise json_parse(what, raw) from None


def write_values(draft: Draft, values: dict[str, Any]) -> None:
    for column_id, raw in values.items():
        write_value(draft, column_id, raw)


def write_value(draft: Draft, column_id: str, raw: Any) -> None:
    """Raises MondayError: unknown column, read-only column, or a value in the wrong form."""
    column = draft.board.columns.get(column_id)
    if column is None or column.archived or column.type == "name":
        raise invalid_column(column_id, draft.board.id)
    if column.type in READ_ONLY_TYPES:
        raise read_only(draft, column, raw)
    if raw is None or raw == {} or raw == "":
        draft.cells[column_id] = draft.empty(column)
    else:
        draft.cells[column_id] = _WRITERS[column.type](draft, column, raw)


def _write_text(draft: Draft, column: Column, raw: Any) -> Cell:
    if not isinstance(raw, str):
        raise value_refused(draft, column, raw, "a text column takes a string")
    text = raw.strip()
    return Cell(text, json.dumps(text)) if text else draft.empty(column)


def _write_long_text(draft: Draft, column: Column, raw: Any) -> Cell:
    text = raw.get("text") if isinstance(raw, dict) else raw
    if not isinstance(text, str):
        raise value_refused(draft, column, raw, "a long text column takes {text} or a string")
    if len(text) > LONG_TEXT_LIMIT:
        raise value_refused(draft, column, raw, f"the text is longer than {LONG_TEXT_LIMIT} characters")
    text = text.strip()
    if not text:
        return draft.empty(column)
    return Cell(text, json.dumps({"text": text, "changed_at": draft.timestamp}, separators=(",", ":")))


def _write_numbers(draft: Draft, column: Column, raw: Any) -> Cell:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise value_refused(draft, column, raw, "a numbers column takes a number in a string")
    text = str(raw).strip()
    if not text:
        return draft.empty(column)
    if not _NUMBER.fullmatch(text):
        raise value_refused(draft, column, raw, f"'{text}' is not a number")
    try:
        plain = format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        raise value_refused(draft, column, raw, f"'{text}' is not a number") from None
    plain = "0" if plain == "-0" else plain
    return Cell(plain, json.dumps(plain))


def _write_date(draft: Draft, column: Column, raw: Any) -> Cell:
    if isinstance(raw, str):
        day, _, clock = raw.strip().partition(" ")
    elif isinstance(raw, dict) and isinstance(raw.get("date"), str):
        day, clock = raw["date"].strip(), raw.get("time") or ""
        if not day:
            return draft.empty(column)
    else:
        raise value_refused(draft, column, raw, "a date column takes {date, time}")
    if not _is_date(day) or not (clock == "" or _is_time(clock)):
        raise value_refused(draft, column, raw, "date must be YYYY-MM-DD and time HH:MM:SS")
    clock = f"{clock}:00" if len(clock) == len("HH:MM") else clock
    value = {"date": day, "time": clock or None, "icon": None, "changed_at": draft.timestamp}
    return Cell(f"{day} {clock[:5]}".rstrip(), json.dumps(value, separators=(",", ":")))


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _is_time(text: Any) -> bool:
    try:
        return isinstance(text, str) and bool(_TIME.fullmatch(text)) and time.fromisoformat(text) is not None
    except ValueError:
        return False


_WRITERS: dict[str, Callable[[Draft, Column, Any], Cell]] = {
    "date": _write_date,
    "dropdown": write_dropdown,
    "long_text": _write_long_text,
    "numbers": _write_numbers,
    "status": write_status,
    "text": _write_text,
}
WRITABLE_TYPES = frozenset(_WRITERS)
