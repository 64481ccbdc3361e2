"""The query of GET /orders, checked as WordPress checks it. Unknown parameters are ignored, as there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.woocommerce.errors import invalid_parameters
from sandbox.woocommerce.site_time import ZONE
from sandbox.woocommerce.statuses import LISTABLE

MAX_PER_PAGE = 100
ORDERINGS = ("date", "modified", "id", "include", "title", "slug")
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|z|[+-]\d{2}(:?\d{2})?)?$")
_NUMBER = re.compile(r"^-?\d+$")


@dataclass(frozen=True)
class ListRequest:
    page: int
    per_page: int
    offset: int | None
    order: str
    orderby: str
    after: str | None
    before: str | None
    modified_after: str | None
    modified_before: str | None
    dates_are_gmt: bool
    statuses: tuple[str, ...]
    include: tuple[int, ...]
    exclude: tuple[int, ...]
    customer: int | None
    product: int | None
    search: str
    fields: tuple[str, ...]


class _Invalid(Exception):
    """One parameter is wrong: code and sentence."""

    def __init__(self, message: str, code: str = "rest_invalid_type") -> None:
        super().__init__(message)
        self.code = code


def list_request(query: Mapping[str, list[str]]) -> ListRequest:
    """Raises Refused with every wrong parameter in it."""
    reading = _Reading(query)
    request = {
        "page": reading.one("page", _at_least(1), 1),
        "per_page": reading.one("per_page", _between(1, MAX_PER_PAGE), 10),
        "offset": reading.one("offset", _integer, None),
        "order": reading.one("order", _among(("asc", "desc")), "desc"),
        "orderby": reading.one("orderby", _among(ORDERINGS), "date"),
        "after": reading.one("after", _moment, None),
        "before": reading.one("before", _moment, None),
        "modified_after": reading.one("modified_after", _moment, None),
        "modified_before": reading.one("modified_before", _moment, None),
        "dates_are_gmt": reading.one("dates_are_gmt", _boolean, False),
        "statuses": reading.many("status", _status) or ("any",),
        "include": reading.many("include", _list_integer),
        "exclude": reading.many("exclude", _list_integer),
        "customer": reading.one("customer", _integer, None),
        "product": reading.one("product", _integer, None),
        "search": reading.one("search", lambda _, value: value, ""),
        "fields": reading.many("_fields", lambda _, value: value),
    }
    if reading.problems:
        raise invalid_parameters(reading.problems)
    return ListRequest(**request)


class _Reading:
    def __init__(self, query: Mapping[str, list[str]]) -> None:
        self._query = query
        self.problems: dict[str, tuple[str, str]] = {}

    def one(self, name: str, read: Callable[[str, str], Any], default: Any) -> Any:
        values = self._query.get(name)
        if not values:
            return default
        return self._read(name, name, values[-1], read)

    def many(self, name: str, read: Callable[[str, str], Any]) -> tuple[Any, ...]:
        """A comma list, or the same name with brackets several times."""
        texts = self._query.get(f"{name}[]") or ",".join(self._query.get(name, [])).split(",")
        parts = [part.strip() for part in texts if part.strip()]
        return tuple(self._read(name, f"{name}[{place}]", part, read) for place, part in enumerate(parts))

    def _read(self, name: str, label: str, value: str, read: Callable[[str, str], Any]) -> Any:
        try:
            return read(label, value)
        except _Invalid as problem:
            self.problems[name] = (problem.code, str(problem))
            return None


def _integer(label: str, value: str) -> int:
    if not _NUMBER.match(value.strip()):
        raise _Invalid(f"{label} is not of type integer.")
    return int(value)


def _list_integer(label: str, value: str) -> int:
    return _integer(label, value)


def _at_least(least: int) -> Callable[[str, str], int]:
    def read(label: str, value: str) -> int:
        number = _integer(label, value)
        if number < least:
            raise _Invalid(f"{label} must be greater than or equal to {least}", "rest_out_of_bounds")
        return number

    return read


def _between(least: int, most: int) -> Callable[[str, str], int]:
    def read(label: str, value: str) -> int:
        number = _integer(label, value)
        if not least <= number <= most:
            message = f"{label} must be between {least} (inclusive) and {most} (inclusive)"
            raise _Invalid(message, "rest_out_of_bounds")
        return number

    return read


def _among(words: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(label: str, value: str) -> str:
        if value not in words:
            raise _Invalid(f"{label} is not one of {_listed(words)}.", "rest_not_in_enum")
        return value

    return read


def _status(label: str, value: str) -> str:
    return _among(LISTABLE)(label, value)


def _boolean(label: str, value: str) -> bool:
    if value.lower() not in ("0", "1", "true", "false", ""):
        raise _Invalid(f"{label} is not of type boolean.")
    return value.lower() in ("1", "true")


def _moment(_: str, value: str) -> str:
    """The wall-clock text that the database is asked for.

    WordPress turns a moment with an offset into the site's zone, and compares the text with the column chosen
    by dates_are_gmt as it is: an offset together with dates_are_gmt asks for the wrong hours, there as here.
    """
    text = value.strip().replace(" ", "+") if "T" in value else value.strip()
    if not _MOMENT.match(text):
        raise _Invalid("Invalid date.", "rest_invalid_date")
    try:
        moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError:
        raise _Invalid("Invalid date.", "rest_invalid_date") from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZONE)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])}, and {words[-1]}" if len(words) > 2 else " and ".join(words)
