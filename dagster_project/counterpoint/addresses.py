"""Addresses of the shop on Counterpoint's lines of 40 letters. Pure; what fits on no two lines stays as it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dagster_project.counterpoint.texts import clean, phone

LINE = 40
_INNER = re.compile(
    r"[,;]?\s+(?=(?:suite|ste|unit|apt|apartment|bldg|building|floor|fl|room|rm|dock|attn|c/o|#)\b|#)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Address:
    """One address as the shop has it, cleaned. `name` is the company, else the person."""

    name: str
    first: str
    last: str
    line_1: str
    line_2: str
    city: str
    state: str
    postcode: str
    country: str
    phone: str


def address_of(said: Mapping[str, Any]) -> Address:
    """Return an address block of an order: `billing` or `shipping`."""
    first, last = clean(said.get("first_name")), clean(said.get("last_name"))
    line_1, line_2 = on_two_lines(clean(said.get("address_1")), clean(said.get("address_2")))
    return Address(
        name=clean(said.get("company")) or f"{first} {last}".strip(),
        first=first,
        last=last,
        line_1=line_1,
        line_2=line_2,
        city=clean(said.get("city")),
        state=clean(said.get("state")).upper(),
        postcode=clean(said.get("postcode")).upper(),
        country=clean(said.get("country")).upper(),
        phone=phone(said.get("phone")),
    )


def on_two_lines(line_1: str, line_2: str) -> tuple[str, str]:
    """Move the end of a street that is too long to the free second line.

    Before a suite or building, else behind a comma, else between two words. Nothing is left out: a street that
    does not fit even then comes back as it is.
    """
    if len(line_1) <= LINE or line_2:
        return line_1, line_2
    for first, second in _parted(line_1):
        if len(first) <= LINE and len(second) <= LINE:
            return first, second
    return line_1, line_2


def _parted(line: str) -> Iterator[tuple[str, str]]:
    for found in _INNER.finditer(line):
        yield line[: found.start()], line[found.end() :]
    for sign in (",", " "):
        for place in reversed([at for at, letter in enumerate(line) if letter == sign]):
            yield line[:place].rstrip(), line[place + 1 :].lstrip()
