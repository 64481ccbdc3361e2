"""What is ordered: style codes in the shapes that customers use, and what hangs on the style."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source.customers import CUSTOMERS
from sandbox.source.dice import Dice, Ints
from sandbox.source.lines import Lines
from sandbox.source.texts import by_kind, digits, joined, kept, picked

_SHAPES = ("golf", "six", "five", "number", "separated", "dotted")
_SHAPE = np.array([_SHAPES.index(customer.styles) for customer in CUSTOMERS])
_PREFIX = [customer.prefix for customer in CUSTOMERS]
_APART = 617  # how far the numbering of one customer starts from the next one's
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

_FABRICS = ("AIRFLOW", "COTTON", "PIMA", "RIBBED", "SEAMLESS", "BRUSHED", "WAFFLE", "PIQUE", "MESH", "FLEECE")
_FITS = ("RELAXED", "CLASSIC", "SLIM", "CROPPED", "LONGLINE", "HIGH RISE", "OVERSIZED", "TAILORED")
_GARMENTS = (
    "POLO",
    "TEE",
    "SHORT",
    "LEGGING",
    "BRA",
    "HOODIE",
    "QUARTER ZIP",
    "SKORT",
    "JOGGER",
    "VEST",
    "SWIMSUIT",
)
_DESCRIPTIONS = [f"{fit} {fabric} {garment}" for fabric in _FABRICS for fit in _FITS for garment in _GARMENTS]

_CATEGORIES = (None, "WOMENS", "MENS", "KIDS")
_GENDERS = (None, "W", "M", "K")
_HS_CODES = (
    "6109.90.10.50",
    "6109.10.00.12",
    "6105.20.20.10",
    "6104.63.20.11",
    "6110.30.30.59",
    "6112.41.00.10",
    "6103.43.15.50",
    "6212.10.90.20",
)
_PRODUCT_GROUPS = ("KNIT", "WOVEN", "SEAM", "SWIM")


def _golf(number: Ints) -> pa.Array:
    return joined(
        picked(("M", "L", "Y", "SY"), number % 4),
        picked(("FA25", "SP26"), number // 4 % 2),
        picked(_LETTERS, number // 8 % 24),
        digits(10 + (number // 192 + number * 11) % 90, 2),
        picked(("", "B", "-30", ""), number // 3 % 4),
    )


def _six(number: Ints) -> pa.Array:
    return joined(picked(("HD", "ST", "QX", "WW"), number % 4), digits(100_120 + number * 13, 6))


def _five(number: Ints) -> pa.Array:
    return joined(digits(386 + number * 7, 5), picked(("", "", "", " P"), number % 4))


def _number(number: Ints) -> pa.Array:
    return digits(600_000 + number * 37 % 399_989, 6)


def _separated(number: Ints) -> pa.Array:
    return joined(
        digits(number // 40 + 21, 3),
        picked(("-", "_W", "-U", "-"), number % 4),
        digits(100 + number % 40, 3),
        picked(("", "", "-BLK", "-MTS"), number % 4),
    )


def _dotted(number: Ints) -> pa.Array:
    return joined(
        digits(1260 + number // 90 * 10),
        ".",
        digits(1 + number % 90, 2),
        picked((" L2", " L2 U", " L1", " L3"), number % 4),
        " P31",
    )


_BARE: dict[str, Callable[[Ints], pa.Array]] = {
    "golf": _golf,
    "six": _six,
    "five": _five,
    "number": _number,
    "separated": _separated,
    "dotted": _dotted,
}
_PREFIXED = frozenset(("six", "five", "separated"))


def _codes(lines: Lines) -> pa.Array:
    """Distinct within a customer; two customers may share a code, as in life."""

    def writer(shape: str) -> Callable[[Ints], pa.Array]:
        def write(where: Ints) -> pa.Array:
            bare = _BARE[shape](lines.style[where] + lines.customer[where] * _APART)
            if shape not in _PREFIXED:
                return bare
            return joined(picked([prefix[:2] for prefix in _PREFIX], lines.customer[where]), bare)

        return write

    return by_kind(_SHAPE[lines.customer], [writer(shape) for shape in _SHAPES])


def columns(lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    style = lines.style_key
    codes = _codes(lines)
    category = dice.weighted("category", style, (4, 3, 2, 1))
    group = dice.below("product group", style, len(_PRODUCT_GROUPS))
    fabric = joined("F", digits(100 + dice.below("fabric", style, 80)))
    item_group = joined("IG", digits(1 + dice.below("item group", style, 30), 2))
    alias = joined("AL-", digits(10_000 + dice.below("alias", style, 80_000)))
    return {
        c.STYLE: codes,
        c.STYLE_DESCRIPTION: picked(_DESCRIPTIONS, dice.below("description", style, len(_DESCRIPTIONS))),
        "CATEGORY": picked(_CATEGORIES, category),
        "GENDER GROUP CODE": picked(_GENDERS, category),
        "INFOR GENDER GROUP CODE": picked(_GENDERS, category),
        "PATTERN ID": kept(joined("PT", codes), dice.chance("has pattern", style, 0.3)),
        "ALIAS/RELATED ITEM": kept(alias, dice.chance("has alias", style, 0.25)),
        "ORIGINAL ALIAS/RELATED ITEM": kept(alias, dice.chance("has original alias", style, 0.08)),
        "HS CODE": picked(_HS_CODES, dice.below("hs code", style, len(_HS_CODES))),
        "PRODUCT GROUP CODE": picked(_PRODUCT_GROUPS, group),
        "INFOR PRODUCT GROUP CODE": picked(_PRODUCT_GROUPS, group),
        "FABRIC TYPE CODE": fabric,
        "INFOR FABRIC TYPE CODE": fabric,
        "ITEM GROUP CODE": item_group,
        "INFOR ITEM GROUP CODE": item_group,
    }
