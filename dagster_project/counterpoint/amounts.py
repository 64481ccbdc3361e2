"""Amounts as the shop writes them, as exact decimals. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)
_SIGNS = re.compile(r"[$\u00a3\u00a5\u20ac\s]|USD")
_MAGNITUDE = 10
"""Powers of ten up and down: no shop charges more, and quotients of two still fit the 28 digits decimals have."""
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")


class NoAmount(ValueError):
    """A text that is no amount; the text itself is the message."""


def amount(value: Any) -> Decimal:
    """Return an amount: '1,028.86', '$5.00', '(3.25)' for -3.25; nothing or blank is 0.

    Raises NoAmount, also for a hundred billions and more.
    """
    if value is None or isinstance(value, bool):
        return ZERO
    text = _SIGNS.sub("", str(value))
    if not text:
        return ZERO
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    if "," in text:
        if not _GROUPED.fullmatch(text):
            raise NoAmount(str(value))
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NoAmount(str(value)) from None
    if not number.is_finite() or (number and abs(number.adjusted()) > _MAGNITUDE):
        raise NoAmount(str(value))
    return number


def told(value: Decimal) -> str:
    """Return an amount as text: in cents, or finer when it is finer; never with an exponent."""
    cents = value.quantize(Decimal("0.01"))
    return f"{cents:f}" if cents == value else f"{value.normalize():f}"


def total(values: Iterable[Any]) -> Decimal:
    """Return the sum of amounts. Raises NoAmount."""
    return sum(map(amount, values), ZERO)
