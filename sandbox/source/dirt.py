"""Everything wrong that the real table has been seen to hold, one row each, with what should become of it.

All rows are of an approved customer unless the customer is what is wrong, so no other hold hides a fate.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sandbox.source import columns as c
from sandbox.source import decoys, reference, twins
from sandbox.source.scenes import Cells, Scene

Fate = Literal["delivered", "warned", "refused", "line refused"]
"""delivered: the row is sent; its text may be cleaned, words for nothing count as nothing.
warned: sent too, and somebody is told. refused: an error row with the column, and no call.
line refused: the row is sent, the size line of the column is not."""

_TWICE = "4755D0B1-E000-4000-8000-000000004755"
_STYLE = "KS030-100"
_ALPHA = ("XS", "S", "M", "L", "XL")
_SIZES: dict[str, int | None] = dict(zip(_ALPHA, (4, 21, 35, 25, 14), strict=True))
_TOTAL = sum(quantity or 0 for quantity in _SIZES.values())


@dataclass(frozen=True)
class _Stain:
    what: str
    column: str
    fate: Fate
    cells: Cells = field(default_factory=dict)


def _cell(what: str, column: str, value: object, fate: Fate) -> _Stain:
    return _Stain(what, column, fate, {column: value})


def _title(length: int) -> Cells:
    """A style and a colour, each short enough, that make a title of `length` characters."""
    style = "KS-" + "X" * 147
    return {c.STYLE: style, c.COLOUR: "C" * (length - len(style) - len("KSR-00100"))}


def _keys() -> Iterator[_Stain]:
    blank: Cells = dict.fromkeys(column.name for column in c.COLUMNS)
    yield _cell("first of two rows with one record_uuid", c.RECORD_UUID, _TWICE, "refused")
    yield _cell("second of two rows with one record_uuid", c.RECORD_UUID, _TWICE, "refused")
    yield _cell("no record_uuid", c.RECORD_UUID, None, "refused")
    yield _Stain("a wholly blank row", c.RECORD_UUID, "refused", blank)
    yield _Stain(
        "a row blank but for record_uuid",
        c.ORDER_NUMBER,
        "refused",
        {name: value for name, value in blank.items() if name != c.RECORD_UUID},
    )
    yield _cell("no order number", c.ORDER_NUMBER, None, "refused")
    yield _cell("order number of blanks", c.ORDER_NUMBER, "   ", "refused")
    yield _cell("no style", c.STYLE, None, "refused")
    yield _cell("style is the text nan", c.STYLE, "nan", "refused")
    yield _cell("no colour", c.COLOUR, None, "refused")
    yield _cell("no customer", c.CUSTOMER_NAME, None, "refused")


def _names() -> Iterator[_Stain]:
    yield _cell("style of 300 characters", c.STYLE, "X" * 300, "refused")
    yield _Stain("title of 256 characters", c.STYLE, "refused", _title(256))
    yield _Stain("title of 255 characters", c.STYLE, "delivered", _title(255))
    yield _cell("style not known yet", c.STYLE, "TBD", "delivered")
    yield _cell("style with a trailing blank and P", c.STYLE, "KS01087 P", "delivered")
    yield _cell("several styles in one cell", c.STYLE, "KS030-101, KS030-102", "delivered")
    yield _cell(
        "customer in other case and with outer blanks", c.CUSTOMER_NAME, " kestrel running  ", "delivered"
    )
    yield _cell("customer nobody listed", c.CUSTOMER_NAME, "KESTREL RUNNING CLUB", "warned")
    yield _cell("customer with an accent", c.CUSTOMER_NAME, "KÉSTREL", "warned")


def _texts() -> Iterator[_Stain]:
    yield _cell("colour with trailing blanks", c.COLOUR, "BLACK   ", "delivered")
    yield _cell("colour with a line break", c.COLOUR, "BLACK\r\nCHALK", "delivered")
    yield _cell("colour with a zero-width blank", c.COLOUR, "BLA\u200bCK", "delivered")
    yield _cell("colour with a non-breaking blank", c.COLOUR, "BLACK\u00a0", "delivered")
    yield _cell("mis-decoded non-breaking blank", c.COLOUR, "ANTIQUE\u00c2\u00a0MOSS", "delivered")
    yield _cell("mis-decoded right quote", c.STYLE_DESCRIPTION, "WOMEN\u00e2\u20ac\u2122S TEE", "delivered")
    yield _cell("control characters", c.STYLE_DESCRIPTION, "RELAXED\x07 TEE\x1f\x0b", "delivered")
    yield _cell("tab and outer blanks", c.STYLE_DESCRIPTION, "  RELAXED\tTEE ", "delivered")
    yield _cell(
        "emoji",
        c.STYLE_DESCRIPTION,
        "SUNNY \U0001f31e TEE \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "delivered",
    )
    yield _cell(
        "quotes of both kinds and backslashes", c.STYLE_DESCRIPTION, '12" O\'MALLEY \\ "TEE" \\n', "delivered"
    )
    yield _cell(
        "text that looks like SQL", c.STYLE_DESCRIPTION, "TEE'); DROP TABLE ORDERS_UNIFIED; --", "delivered"
    )
    yield _cell("text that looks like a template", c.STYLE_DESCRIPTION, "{{ TEE }} ${x} %s {0}", "delivered")
    yield _cell("lines in a note", "NOTES", "ADDED 12.5.25\nBY PHONE", "delivered")
    yield _cell("note of 2,500 characters", "NOTES", "NOTE " * 500, "refused")
    for missing in ("nan", "None", "NULL", "", "   "):
        yield _cell(f"customer season is the text {missing!r}", c.CUSTOMER_SEASON, missing, "delivered")
    yield _Stain("no season at all", c.AAG_SEASON, "warned", {c.AAG_SEASON: None, c.CUSTOMER_SEASON: None})
    yield _Stain(
        "both seasons are words for nothing",
        c.AAG_SEASON,
        "warned",
        {c.AAG_SEASON: "nan", c.CUSTOMER_SEASON: "none"},
    )


def _numbers() -> Iterator[_Stain]:
    yield _cell("price to be confirmed", "CUSTOMER PRICE", "TBC", "delivered")
    yield _cell("price is a sentence", "CUSTOMER PRICE", "ASK THE MILL", "refused")
    yield _cell("two prices in one cell", "EX WORKS (USD)", "9.20 / 9.80", "refused")
    yield _cell("price with sign and comma", "CUSTOMER PRICE", " $1,250.00 ", "delivered")
    yield _cell("price is the text nan", "CUSTOMER PRICE", "nan", "delivered")
    yield _cell("price is empty", "CUSTOMER PRICE", "", "delivered")
    yield _cell("freight is a sentence", "FREIGHT", "0.45 SEA / 3.10 AIR / FOB ONLY", "delivered")
    yield _cell("arrival in 1900", c.ETA_DATE, date(1900, 1, 1), "delivered")
    yield _Stain("cancelled before it was ever seen", c.ORDER_TYPE, "delivered", {c.ORDER_TYPE: "Cancelled"})


def _quantities() -> Iterator[_Stain]:
    yield _cell("negative quantity", "XXL", -6, "line refused")
    huge = 1_999_999_999
    yield _Stain(
        "quantity near the end of the integers",
        "M",
        "line refused",
        {**dict.fromkeys(_ALPHA), "M": huge, c.TOTAL_QTY: huge, c.SUM_OF_TOTAL_QTY: huge},
    )
    yield _cell("total is not the sum of the sizes", c.TOTAL_QTY, _TOTAL + 7, "warned")
    yield _cell("no total", c.TOTAL_QTY, None, "warned")
    yield _Stain(
        "one real size in two columns", "2XL", "delivered", {"XXL": 3, "2XL": 3, c.TOTAL_QTY: _TOTAL + 6}
    )
    many = c.SIZES[:64]
    yield _Stain("64 sizes on one row", many[0], "delivered", {**dict.fromkeys(many, 2), c.TOTAL_QTY: 128})


@dataclass(frozen=True)
class Dirt:
    row: int
    """Position in the generated table, for every seed and size."""
    column: str
    what: str
    fate: Fate


def _stains() -> list[_Stain]:
    return [*_keys(), *_names(), *_texts(), *_numbers(), *_quantities()]


def scenes() -> Iterator[Scene]:
    """One row each, under one purchase order."""
    for number, stain in enumerate(_stains(), start=100):
        yield Scene(
            f"KSR-{number:05d}",
            "1290",
            _STYLE,
            "BLACK",
            _SIZES,
            "KESTREL RUNNING",
            "2026 SPRING",
            cells=stain.cells,
        )


FIRST_ROW = sum(len(list(rows)) for rows in (reference.scenes(), decoys.scenes(), twins.scenes()))
DIRTY: tuple[Dirt, ...] = tuple(
    Dirt(FIRST_ROW + place, stain.column, stain.what, stain.fate) for place, stain in enumerate(_stains())
)
