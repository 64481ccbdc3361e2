"""The colour an order is for: `code - name` for some customers, plain or compound names for the others.

INFOR COLOUR CODE stands between the size markers and mostly looks like a number: whoever takes it for a
size counts one line too many per row. Now and then it is no number at all.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source.customers import CUSTOMERS
from sandbox.source.dice import Dice, Ints
from sandbox.source.lines import Lines
from sandbox.source.texts import by_kind, digits, joined, kept, picked

_SHAPES = ("plain", "coded", "compound")
_SHAPE = np.array([_SHAPES.index(customer.colours) for customer in CUSTOMERS])

_STAPLES = ("BLACK", "WHITE", "NAVY", "HEATHER GREY", "CHALK", "CHARCOAL", "OLIVE", "BONE")
_TINTS = (
    "ANTIQUE",
    "WASHED",
    "DEEP",
    "PALE",
    "DUSTY",
    "MIDNIGHT",
    "WARM",
    "COOL",
    "FADED",
    "BRIGHT",
    "STORM",
)
_HUES = (
    *(
        "MOSS",
        "BLUE",
        "CORAL",
        "SAND",
        "PLUM",
        "TEAL",
        "ROSE",
        "SAGE",
        "RUST",
        "INDIGO",
        "CLAY",
        "MINT",
        "LILAC",
    ),
    *("AMBER", "SLATE", "CHERRY", "FOREST", "CITRUS", "COCOA", "LAGOON", "PEACH", "STEEL", "IVORY", "BERRY"),
    *(
        "CEDAR",
        "OPAL",
        "MUSTARD",
        "ORCHID",
        "PEWTER",
        "SKY",
        "TAUPE",
        "VIOLET",
        "WHEAT",
        "ZINC",
        "FERN",
        "GINGER",
    ),
)
_NAMED = [f"{tint} {hue}" for tint, hue in product(_TINTS, _HUES)]
_COMPOUNDS = [
    *(f"{one} / {other}" for one, other in product(_STAPLES, _HUES)),
    *(f"{hue}/WHITE" for hue in _HUES),
    *(f"{staple} (REFLECTIVE LOGO)" for staple in _STAPLES),
    *(f'{staple} "BIG WAVES"' for staple in _STAPLES),
    *(f"HARBOUR - {name} PRINT" for name in _NAMED[:60]),
]


def _plain(lines: Lines, dice: Dice) -> pa.Array:
    key = lines.colour_key
    rare = picked(_NAMED, dice.below("hue", key, len(_NAMED)))
    staple = picked(_STAPLES, dice.below("staple", key, len(_STAPLES)))
    return pa.compute.if_else(pa.array(dice.chance("is staple", key, 0.25)), staple, rare)


def _code(number: Ints) -> Ints:
    """Three digits, then four: injective in the position of the name."""
    return 400 + number * 3


def columns(lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    key = lines.colour_key
    named = dice.below("hue", key, len(_NAMED))
    code = digits(_code(named))
    shape = _SHAPE[lines.customer]
    writers: list[Callable[[Ints], pa.Array]] = [
        lambda where: _plain(lines, dice).take(pa.array(where)),
        lambda where: joined(code, " - ", picked(_NAMED, named)).take(pa.array(where)),
        lambda where: picked(_COMPOUNDS, dice.below("compound", key[where], len(_COMPOUNDS))),
    ]
    infor = dice.below("infor colour", key, 900) + 100
    return {
        c.COLOUR: by_kind(shape, writers),
        c.COLOUR_CODE: kept(code, shape == _SHAPES.index("coded")),
        c.INFOR_COLOUR_CODE: pa.compute.if_else(
            pa.array(dice.chance("infor is text", key, 0.05)), joined("C", digits(infor)), digits(infor)
        ),
    }
