"""Dropdown and status columns: labels are matched by case, created on request, and limited in number."""

from __future__ import annotations

import json
from typing import Any

from sandbox.monday.column_errors import label_missing, too_many_labels, value_refused
from sandbox.monday.draft import Draft
from sandbox.monday.model import Cell, Column


def write_dropdown(draft: Draft, column: Column, raw: Any) -> Cell:
    """Accepts {labels: […]}, {ids: […]}, or a plain string of labels separated by commas."""
    if isinstance(raw, str):
        raw = {"labels": raw.split(",")}
    if not isinstance(raw, dict) or len(raw.keys() & {"labels", "ids"}) != 1:
        raise value_refused(draft, column, raw, "give either labels or ids, not both")
    if "ids" in raw:
        ids = _known_ids(draft, column, raw["ids"])
    else:
        labels = raw["labels"]
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise value_refused(draft, column, raw, "labels must be a list of strings")
        wanted = dict.fromkeys(stripped for label in labels if (stripped := label.strip()))
        ids = [_label_id(draft, column, label, first=1) for label in wanted]
    if not ids:
        return draft.empty(column)
    known = draft.labels(column)
    value = json.dumps({"ids": ids, "changed_at": draft.timestamp}, separators=(",", ":"))
    return Cell(", ".join(known[number] for number in ids), value)


def write_status(draft: Draft, column: Column, raw: Any) -> Cell:
    """Accepts {label}, {index}, or a plain string; digits in a plain string are an index."""
    if isinstance(raw, str):
        text = raw.strip()
        raw = {"index": int(text)} if text.isascii() and text.isdigit() else {"label": text}
    if not isinstance(raw, dict) or len(raw.keys() & {"label", "index"}) != 1:
        raise value_refused(draft, column, raw, "give either label or index, not both")
    if "index" in raw:
        index = _known_ids(draft, column, [raw["index"]])[0]
    else:
        label = raw["label"]
        if not isinstance(label, str):
            raise value_refused(draft, column, raw, "label must be a string")
        if not label.strip():
            return draft.empty(column)
        index = _label_id(draft, column, label.strip(), first=0)
    value = json.dumps(
        {"index": index, "post_id": None, "changed_at": draft.timestamp}, separators=(",", ":")
    )
    return Cell(draft.labels(column)[index], value)


def _known_ids(draft: Draft, column: Column, ids: Any) -> list[int]:
    if not isinstance(ids, list):
        raise value_refused(draft, column, {"ids": ids}, "ids must be a list of numbers")
    numbers = []
    for number in ids:
        text = str(number)
        if isinstance(number, bool) or not (text.isascii() and text.isdigit()):
            raise value_refused(draft, column, {"ids": ids}, "ids must be a list of numbers")
        if int(text) not in draft.labels(column):
            raise label_missing(draft, column, text)
        numbers.append(int(text))
    return list(dict.fromkeys(numbers))


def _label_id(draft: Draft, column: Column, label: str, *, first: int) -> int:
    known = draft.labels(column)
    for number, text in known.items():
        if text == label:
            return number
    if not draft.create_labels:
        raise label_missing(draft, column, label)
    limit = draft.rules.dropdown_labels if column.type == "dropdown" else draft.rules.status_labels
    if len(known) >= limit:
        raise too_many_labels(draft, column, label, limit)
    number = max(known, default=first - 1) + 1
    known[number] = label
    return number
