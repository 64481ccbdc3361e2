"""One form for every value, whoever wrote it: what a board returns is not letter by letter what it was told.

Boards trim texts, strip zeros from numbers and answer labels as text. `canonical` makes both sides
comparable; `ledger_form` turns what was read into what the ledger would have written.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from dagster_project.monday.layout import Layout, Place

NUMBERS, DATE, LONG_TEXT, TEXT = "numbers", "date", "long_text", "text"
LABELS = frozenset({"dropdown", "status"})
WRITABLE = frozenset({NUMBERS, DATE, LONG_TEXT, TEXT}) | LABELS
DAY = len("YYYY-MM-DD")


def canonical(board_type: str, value: Any) -> str | None:
    """Return the comparable form of a told or found value; None for no value."""
    if value is None:
        return None
    text = str(value).replace("\r\n", "\n").strip()
    if not text:
        return None
    if board_type == NUMBERS:
        return plain_number(text) or text
    return text[:DAY] if board_type == DATE else text


def plain_number(value: Any) -> str | None:
    """Return a finite number without exponent and superfluous zeros; None when it is not a number."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return format(number.normalize(), "f") if number else "0"


def ledger_form(place: Place, text: str | None) -> Any:
    """Return a value read from a board as the ledger writes it: decimals with the mapping's scale, ints."""
    value = canonical(place.type, text)
    if value is None or place.kind not in ("integer", "decimal"):
        return value
    number = plain_number(value)
    if number is None:
        return value
    if place.kind == "integer":
        return int(number) if "." not in number else number
    decimals = len(number.partition(".")[2])
    return format(Decimal(number), f".{max(decimals, place.scale or 0)}f")


def differences(
    layout: Layout, told: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Return the fields in which a board disagrees with what it was told: field → (told, found).

    Fields that were never told, that were not read, or that the board's users keep are not compared.
    """
    different: dict[str, tuple[Any, Any]] = {}
    for field in layout.told:
        place = layout.place(field)
        if field not in told or field not in found or (place is not None and not place.compare):
            continue
        board_type = place.type if place else TEXT
        if canonical(board_type, told[field]) != canonical(board_type, found[field]):
            different[field] = (told[field], found[field])
    return different
