"""Rules of the workflow that need no ERP: keys, quantities and dates as they are told. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from dagster_project.delivery.destination import Fields
from dagster_project.radius.item_codes import same

PO_TO_REQUEST_DAYS = 14
"""The purchase order's own date lies so long before that of its lines."""
Line = TypeVar("Line")


def told_number(value: Decimal | None) -> str | None:
    """Return a number as the ledger tells it: without an exponent or trailing zeros."""
    if value is None:
        return None
    said = f"{value:f}"
    return (said.rstrip("0").rstrip(".") if "." in said else said) or "0"


def told_day(value: dt.date | None) -> str | None:
    """Return a date as the ledger tells it."""
    return None if value is None else value.isoformat()


def day_of(value: object) -> dt.date | None:
    """Read a date of the ledger."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else None


def number_of(value: object) -> Decimal:
    """Read a number of the ledger; none is 0."""
    return Decimal(str(value)) if value is not None else Decimal(0)


def sent_day(required: dt.date | None, lead_days: int, today: dt.date) -> dt.date:
    """Return when film has to be there: so long before it is required, never before today.

    A requirement without a date is due at once.
    """
    return today if required is None else max(required - dt.timedelta(days=lead_days), today)


def ordered_by(sent: dt.date, today: dt.date) -> dt.date:
    """Return the purchase order's own date: two weeks before its lines, tomorrow at the earliest."""
    return max(sent - dt.timedelta(days=PO_TO_REQUEST_DAYS), today + dt.timedelta(days=1))


def on_time(there: dt.date | None, required: dt.date | None, lead_days: int, today: dt.date) -> bool:
    """True when a date that stands in the ERP says what is required, also where "today" was another day then."""
    if required is None or there is None:
        return required is there
    wanted = required - dt.timedelta(days=lead_days)
    return there == wanted or (wanted < today and wanted <= there <= max(required, today))


def shipping_reference(custref: str | None, po: str, so2: int) -> str:
    """Return what stands on the ship request: the customer's reference, else the purchase order, else the order."""
    return custref or po or f"SO:{so2}"


def key_of(order: int | str, group: str, item: str) -> str:
    """Return the key of what is required of one item of one group for an order."""
    return f"{order}/{group}/{item}"


def parts_of(key: str) -> tuple[str, str, str]:
    """Return order, group and item of such a key; item codes may hold slashes themselves."""
    order, _, rest = key.partition("/")
    group, _, item = rest.partition("/")
    return order, group, item


def assigned(keys: Iterable[tuple[str, str]], lines: Iterable[tuple[str, Line]]) -> dict[str, Line]:
    """Pair (key, item) with (item, line), by item.

    Where several of an item are wanted, they stand in the order of their keys, as they were asked for.
    """
    free = list(lines)
    found: dict[str, Line] = {}
    for key, item in sorted(keys):
        place = next((n for n, (of, _) in enumerate(free) if same(of, item)), None)
        if place is not None:
            found[key] = free.pop(place)[1]
    return found


def by_item(quantities: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Return the sum of each item, by its code in capitals."""
    found: dict[str, Decimal] = {}
    for item, quantity in quantities:
        found[item.upper()] = found.get(item.upper(), Decimal(0)) + quantity
    return found


def said_by_item(quantities: Iterable[tuple[str, Decimal]]) -> str:
    """Return quantities by item as one text, in the order of the items."""
    return "; ".join(f"{item} {told_number(feet)}" for item, feet in sorted(by_item(quantities).items()))


def differing(told: Fields, wanted: Fields, names: Sequence[str]) -> list[str]:
    """Return the names, of those given, whose values differ."""
    return [name for name in names if told.get(name) != wanted.get(name)]


_TRANSIENT = re.compile(
    r"deadlock|lock (wait )?time-?out|(is|currently) locked|try again|too many requests", re.I
)


def is_transient(message: str) -> bool:
    """True when the words of a refusal say that nothing is wrong with what was asked."""
    return bool(_TRANSIENT.search(message))
