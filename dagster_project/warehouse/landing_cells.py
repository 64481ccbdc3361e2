"""Reads cells as integers, dates and texts; what does not fit becomes NULL and is remembered.

A column is turned into its distinct values first, so the rules are plain Python on a few hundred values and
a million rows cost no more than looking them up.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.warehouse.landing_layout import Kind

LONGEST_TEXT = 4_000  # UTF-16 units: what nvarchar(4000) holds
_NOTHING = frozenset({"", "nan", "none", "null"})
_NO_DATE = _NOTHING | {"tbc", "tba", "tbd", "n/a", "00/00/00", "00/00/0000"}
_INTEGER = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.0*)?", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)

ARROW_TYPE = {Kind.TEXT: pa.string(), Kind.INTEGER: pa.int32(), Kind.DATE: pa.date32()}


class Unreadable(Exception):
    """A cell does not fit its column; the message is the reason."""


def read_integer(text: str) -> int | None:
    """Read 12, 12.0, -3, 1,200; blank and the words for nothing are None."""
    text = text.strip()
    if text.casefold() in _NOTHING:
        return None
    found = _INTEGER.fullmatch(text)
    if not found:
        raise Unreadable("is not an integer")
    digits = found[2].replace(",", "").lstrip("0")
    if len(digits) > 10 or not -(2**31) <= int(found[1] + (digits or "0")) < 2**31:
        raise Unreadable("is beyond the range of an integer")
    return int(found[1] + (digits or "0"))


def read_date(text: str) -> dt.date | None:
    """Read 2025-09-10, with or without a time, else month/day/year, else day/month/year.

    TBC, TBA, TBD, N/A, 00/00/00, blank and the words for nothing are None.
    """
    text = text.strip()
    if text.casefold() in _NO_DATE:
        return None
    if found := _ISO.fullmatch(text):
        year, month, day = found[1].split("-")
        return _date(year, month, day)
    if found := _SLASHED.fullmatch(text):
        if int(found[1]) <= 12:
            return _date(found[3], found[1], found[2])
        return _date(found[3], found[2], found[1])
    raise Unreadable("is not a date: YYYY-MM-DD, month/day/year or day/month/year is")


def _date(year: str, month: str, day: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        raise Unreadable("is not a day of the calendar") from None


def day_first(text: str) -> bool | None:
    """Tell whether a date can only be day/month (True) or only month/day (False); None: neither."""
    found = _SLASHED.fullmatch(text.strip())
    if not found or (int(found[1]) > 12) == (int(found[2]) > 12):
        return None
    return int(found[1]) > 12


def read_text(text: str) -> str | None:
    """Keep a text as it is; NULL is for what SQL Server could not hold."""
    if len(text) + sum(character > "\uffff" for character in text) > LONGEST_TEXT:
        raise Unreadable(f"is longer than {LONGEST_TEXT:,} characters")
    return text


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: read_text,
    Kind.INTEGER: read_integer,
    Kind.DATE: read_date,
}


class BadValue(NamedTuple):
    """A cell that did not fit."""

    place: int  # in its batch, from 0
    value: str
    reason: str


class ColumnReader:
    """Reads one column batch by batch, remembering what a value means."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.filled = 0
        self.orders: set[bool] = set()  # day first, month first
        self._known: dict[str, Any] = {}
        self._refused: dict[str, str] = {}

    @property
    def typed(self) -> bool:
        """True for integers and dates."""
        return self.kind is not Kind.TEXT

    def read(self, cells: pa.Array) -> tuple[pa.Array, list[BadValue]]:
        """Return the typed column and its bad cells."""
        target = ARROW_TYPE[self.kind]
        if cells.null_count == len(cells):
            return pa.nulls(len(cells), target), []
        self.filled += len(cells) - cells.null_count
        if (typed := _directly(cells, self.kind)) is not None:
            return typed, []
        texts = as_text(cells)
        if self.kind is Kind.TEXT:
            return self._read_texts(texts)
        return self._read_distinct(texts)

    def _read_texts(self, texts: pa.Array) -> tuple[pa.Array, list[BadValue]]:
        suspects = pc.greater(pc.utf8_length(texts), LONGEST_TEXT // 2)
        if not pc.any(suspects).as_py():
            return texts, []
        bad = []
        for place in np.flatnonzero(suspects.fill_null(False).to_numpy(zero_copy_only=False)):
            value = texts[place].as_py()
            try:
                read_text(value)
            except Unreadable as reason:
                bad.append(BadValue(int(place), value, str(reason)))
        return _without(texts, [place for place, _, _ in bad]), bad

    def _read_distinct(self, texts: pa.Array) -> tuple[pa.Array, list[BadValue]]:
        encoded = texts.dictionary_encode()
        values: list[str] = encoded.dictionary.to_pylist()
        for value in values:
            self._learn(value)
        meanings = pa.array([self._known.get(value) for value in values], ARROW_TYPE[self.kind])
        refused = [place for place, value in enumerate(values) if value in self._refused]
        bad = []
        if refused:
            places = pc.is_in(encoded.indices, pa.array(refused, encoded.indices.type))
            for place in np.flatnonzero(places.to_numpy(zero_copy_only=False)):
                value = texts[place].as_py()
                bad.append(BadValue(int(place), value, self._refused[value]))
        return meanings.take(encoded.indices), bad

    def _learn(self, value: str) -> None:
        if value in self._known or value in self._refused:
            return
        try:
            self._known[value] = _READERS[self.kind](value)
        except Unreadable as reason:
            self._refused[value] = str(reason)
            return
        if self.kind is Kind.DATE and (order := day_first(value)) is not None:
            self.orders.add(order)


def as_text(cells: pa.Array) -> pa.Array:
    """Return cells of any simple type as text: whole floats without a fraction, dates in ISO form."""
    kind = cells.type
    if isinstance(kind, pa.ExtensionType):
        return as_text(cells.storage)
    if pa.types.is_dictionary(kind):
        return as_text(cells.dictionary_decode())
    if pa.types.is_string(kind):
        return cells
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16:
        return pa.array([None if v is None else str(uuid.UUID(bytes=v)) for v in cells.to_pylist()])
    if pa.types.is_boolean(kind):
        return pc.if_else(cells, "TRUE", "FALSE")
    if pa.types.is_floating(kind):
        return _floats_as_text(cells)
    return cells.cast(pa.string())


def _floats_as_text(cells: pa.Array) -> pa.Array:
    cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    whole = pc.and_(pc.equal(pc.floor(cells), cells), pc.less(pc.abs(cells), 2.0**53))
    integers = pc.if_else(whole, cells, pa.scalar(None, cells.type)).cast(pa.int64())
    return pc.coalesce(integers.cast(pa.string()), cells.cast(pa.string()))


def _directly(cells: pa.Array, kind: Kind) -> pa.Array | None:
    """Return typed cells as they are wanted, when all of them convert without loss."""
    if kind is Kind.INTEGER and (pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type)):
        try:
            return cells.cast(pa.int32())
        except pa.ArrowInvalid:
            return None
    if kind is Kind.DATE and pa.types.is_timestamp(cells.type):
        return (pc.local_timestamp(cells) if cells.type.tz else cells).cast(pa.date32())
    return cells if cells.type == ARROW_TYPE[kind] and kind is not Kind.TEXT else None


def _without(texts: pa.Array, places: list[int]) -> pa.Array:
    keep = np.ones(len(texts), dtype=bool)
    keep[places] = False
    return pc.if_else(pa.array(keep), texts, pa.scalar(None, texts.type))
