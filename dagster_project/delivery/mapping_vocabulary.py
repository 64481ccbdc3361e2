"""The words a mapping may use: transforms, their arguments, and data types.

dbt's macros give the transforms their meaning and `mappings/mapping.schema.json` gives editors the words;
tests keep both in step with this module.
"""

import re
from dataclasses import dataclass

TEXT, INTEGER, DECIMAL, DATE = "text", "integer", "decimal", "date"
LONG_TEXT = "{{ 'nvarchar(max)' if target.type == 'sqlserver' else 'varchar' }}"
"""A text of any length, as each engine spells it."""
_ANY = frozenset({TEXT, INTEGER, DECIMAL, DATE})


@dataclass(frozen=True)
class Transform:
    """What a transform needs, what it may be given besides, and which kinds of column it can fill."""

    required: frozenset[str]
    optional: frozenset[str]
    kinds: frozenset[str]


def _transform(required: str, optional: str, *kinds: str) -> Transform:
    return Transform(frozenset(required.split()), frozenset(optional.split()), frozenset(kinds) or _ANY)


TRANSFORMS = {
    "trim": _transform("source", "missing", TEXT),
    "clean_text": _transform("source", "missing", TEXT),
    "upper": _transform("source", "missing", TEXT),
    "integer": _transform("source", "missing replace on_invalid", INTEGER),
    "number": _transform("source", "missing replace on_invalid", DECIMAL, INTEGER),
    "date": _transform("source", "missing on_invalid", DATE),
    "map": _transform("source values", "missing otherwise", TEXT),
    "lookup": _transform("source lookup", "missing", TEXT),
    "concat": _transform("parts", "separator", TEXT),
    "constant": _transform("value", ""),
    "misfits": _transform("", "", TEXT),
}
ARGUMENTS = frozenset().union(*(t.required | t.optional for t in TRANSFORMS.values()))
RULES = frozenset({"required", "max_length", "too_long", "minimum", "maximum", "compare"})
"""Keys that any transform may stand beside (lengths and bounds depend on the data type)."""

_KINDS = {
    r"nvarchar\((\d+)\)": TEXT,
    r"(?:int|bigint|smallint)": INTEGER,
    r"decimal\(\d+, ?\d+\)": DECIMAL,
    r"date": DATE,
}


def kind_of(data_type: str) -> str | None:
    """Return text, integer, decimal or date; None for a type that no mapped column may have."""
    if data_type == LONG_TEXT:
        return TEXT
    return next((kind for shape, kind in _KINDS.items() if re.fullmatch(shape, data_type)), None)


def length_of(data_type: str) -> int | None:
    """Return the n of nvarchar(n), in characters; None for other types and for texts of any length."""
    found = re.fullmatch(r"nvarchar\((\d+)\)", data_type)
    return int(found[1]) if found else None
