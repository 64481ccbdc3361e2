"""Values of the ERP's database as ours, whichever driver brought them.

ODBC gives decimals, dates and timestamps; the sandbox's SQLite gives numbers and texts. Both give texts with
blanks at their ends, and for no value sometimes a null, sometimes nothing but blanks.
"""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any


def text(value: Any) -> str | None:
    """A text without blanks at its ends; None when nothing is left of it."""
    return None if value is None else str(value).strip() or None


def whole(value: Any) -> int | None:
    """A whole number; raises ValueError for what is none."""
    if value is None or isinstance(value, int):
        return value
    found = number(value)
    if found is not None and found != found.to_integral_value():
        raise ValueError(f"{value!r} is no whole number")
    return None if found is None else int(found)


def number(value: Any) -> Decimal | None:
    """A number to the last digit; raises ValueError for what is none."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    try:
        return Decimal(str(value).strip()) if str(value).strip() else None
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


def day(value: Any) -> dt.date | None:
    """A date, also of a timestamp; raises ValueError for what is none."""
    if value is None or isinstance(value, dt.datetime):
        return None if value is None else value.date()
    if isinstance(value, dt.date):
        return value
    said = str(value).strip()
    return dt.date.fromisoformat(said[:10]) if said else None
