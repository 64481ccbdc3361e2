"""LINE_ITEMS_JSON read as JSON, whoever wrote it. Pure; a list that cannot be read is one row that says why.

The predecessor scanned the text by position, so a quotation mark in a name shifted every value behind it. Its rows,
ours and those that operators mend by hand are read alike here: key by key, in any order, with keys missing.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Json = Mapping[str, Any]
MISSING = "is empty"
NO_LINES = "holds no lines"
_KEYS = {"DESCR": "name", "QUANTITY": "quantity", "PRICE": "price", "TOTAL": "total"}


class _Unreadable(ValueError):
    """The message says why, to be read after the column's name."""


def line_rows(staging_id: int, text: str | None, details: str | None = None) -> list[Row]:
    """Return the lines of a staged order, numbered from 1, every value a text.

    `details` is LINE_DETAILS_JSON; what it says of a line counts only while the line is the one it was written for.
    """
    try:
        lines = _list(text)
    except _Unreadable as problem:
        return [{"STAGING_ID": staging_id, "LIN_SEQ_NO": 0, "PROBLEM": str(problem)}]
    known = _details(details, len(lines))
    return [
        _row(staging_id, place, line, detail)
        for place, (line, detail) in enumerate(zip(lines, known, strict=True), 1)
    ]


def tax_rows(staging_id: int, text: str | None) -> list[Row]:
    """Return the taxes of TAX_LINES_JSON, numbered from 1; none when there are none."""
    try:
        taxes = _list(text)
    except _Unreadable:
        return []
    return [
        {
            "STAGING_ID": staging_id,
            "SEQ_NO": place,
            "LABEL": _text(tax.get("label")),
            "RATE_CODE": _text(tax.get("rate_code")),
            "RATE": _text(tax.get("rate")),
            "AMOUNT": _text(tax.get("amount")),
            "SHIPPING_AMOUNT": _text(tax.get("shipping_amount")),
        }
        for place, tax in enumerate(taxes, 1)
        if isinstance(tax, Mapping)
    ]


def _list(text: str | None) -> list[Any]:
    if text is None or not text.strip():
        raise _Unreadable(MISSING)
    try:
        value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise _Unreadable(f"is no JSON: {str(error)[:200]}") from None
    if not isinstance(value, list):
        raise _Unreadable(f"is no list but {_word(value)}")
    if not value:
        raise _Unreadable(NO_LINES)
    return value


def _row(staging_id: int, place: int, line: Any, detail: Json) -> Row:
    row: Row = {"STAGING_ID": staging_id, "LIN_SEQ_NO": place}
    if not isinstance(line, Mapping):
        return row | {"PROBLEM": f"line {place} is no object but {_word(line)}"}
    row |= {"SKU": _sku(line)} | {column: _text(line.get(key)) for column, key in _KEYS.items()}
    if detail and (detail.get("sku"), _amount(detail.get("total"))) == (
        line.get("sku_original"), _amount(line.get("total")),
    ):  # fmt: skip
        row |= {"SUBTOTAL": _text(detail.get("subtotal")), "TAX": _text(detail.get("tax"))}
    return row


def _sku(line: Json) -> str | None:
    """The SKU with its suffix. The predecessor kept that in sku_original only; whoever mends a line writes sku."""
    sku, original = (_text(line.get(key)) or "" for key in ("sku", "sku_original"))
    whole = original.strip().upper()
    return original if not sku or whole.startswith(f"{sku.strip().upper()}-") else sku


def _details(text: str | None, lines: int) -> Sequence[Json]:
    try:
        found = [one if isinstance(one, Mapping) else {} for one in _list(text)]
    except _Unreadable:
        found = []
    return found if len(found) == lines else [{}] * lines


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, default=str)


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def _word(value: Any) -> str:
    kinds = {dict: "an object", str: "a text", bool: "true or false", Decimal: "a number", list: "a list"}
    return kinds.get(type(value), "null")
