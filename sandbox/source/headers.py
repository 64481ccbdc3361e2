"""The order around the style: who, which purchase order, which season, which status."""

import numpy as np
import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source.customers import CUSTOMERS
from sandbox.source.dice import Dice, Ints
from sandbox.source.lines import Lines
from sandbox.source.texts import by_kind, digits, joined, kept, picked

_PREFIX = [customer.prefix for customer in CUSTOMERS]
_FIRST_ORDER = np.array([customer.first_order for customer in CUSTOMERS])
_FIRST_PO = np.array([customer.first_po for customer in CUSTOMERS])
_PO_SHAPES = ("digits", "dashed", "lettered")
_PO_SHAPE = np.array([_PO_SHAPES.index(customer.purchase_orders) for customer in CUSTOMERS])

_SPELLINGS = [name for customer in CUSTOMERS for name in customer.spellings]
_SPELLING_COUNT = np.array([len(customer.spellings) for customer in CUSTOMERS])
_FIRST_SPELLING = np.cumsum(_SPELLING_COUNT) - _SPELLING_COUNT

_AAG_SEASONS = ("2025 FALL", "2026 SPRING", "2026 SPRING SUMMER", "2025 HOLIDAY", "2025 SUMMER", "2025 Q2")
_AAG_SEASON_CODES = ("25F", "26S", "26SS", "25H", "25SU", "25Q2")
_CUSTOMER_SEASONS = (
    *("FA25", "SP26", "SS26", "SPRING 26-1", "SPRING 26 REBUY", "FALL", "FALL 25", "Q3 2025"),
    *("SPRING SUMMER 2026", "HOLIDAY 25", "RESORT", "AW25", "CORE", "WINTER 2"),
)
_PLANNERS = ("PL01", "PL02", "PL03", "PL04", "PL05")
_RANGES = ("COURT", "COASTAL", "CORE ESSENTIALS", "TRAIL & PEAK", "AFTER DARK")


def _customer_names(lines: Lines, dice: Dice) -> pa.Array:
    """One spelling per purchase order, the usual one in four of five."""
    count = _SPELLING_COUNT[lines.customer]
    other = (dice.share("other spelling", lines.po_key) * count).astype(np.int64)
    usual = dice.chance("usual spelling", lines.po_key, 0.8)
    return picked(_SPELLINGS, _FIRST_SPELLING[lines.customer] + np.where(usual, 0, other))


def _purchase_orders(lines: Lines) -> pa.Array:
    number = _FIRST_PO[lines.customer] + lines.po

    def dashed(where: Ints) -> pa.Array:
        return joined(digits(number[where]), "-", digits(lines.po[where] % 3, 2))

    def lettered(where: Ints) -> pa.Array:
        letters = picked([prefix[:2] for prefix in _PREFIX], lines.customer[where])
        return joined(letters, digits(number[where], 4))

    return by_kind(_PO_SHAPE[lines.customer], [lambda where: digits(number[where]), dashed, lettered])


def _seasons(lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    """Per purchase order; some customers hardly ever name their own season, but one of the two is there."""
    season = dice.weighted("season", lines.po_key, (5, 4, 2, 2, 1, 1))
    silence = 0.2 + 0.75 * dice.share("silent about seasons", lines.customer)
    named = dice.share("season named", lines.po_key) >= silence
    own = (lines.customer * 3 + dice.below("own season", lines.po_key, 4)) % len(_CUSTOMER_SEASONS)
    given = ~(named & dice.chance("no aag season", lines.po_key, 0.06))
    return {
        c.AAG_SEASON: kept(picked(_AAG_SEASONS, season), given),
        "AAG SEASON CODE": kept(picked(_AAG_SEASON_CODES, season), given),
        c.CUSTOMER_SEASON: kept(picked(_CUSTOMER_SEASONS, own), named),
    }


def columns(lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    rows, po = lines.row_key, lines.po_key
    order_type = dice.weighted("order type", rows, (93, 5, 2))
    planner = picked(_PLANNERS, dice.below("planner", lines.customer, len(_PLANNERS)))
    distribution = joined("CO", digits(100_000 + dice.below("co number", po, 900_000)))
    bulk = dice.chance("bulk", po, 0.1)
    everywhere = np.zeros(len(lines), dtype=np.int64)
    return {
        c.ORDER_NUMBER: joined(
            picked(_PREFIX, lines.customer),
            "-",
            digits(_FIRST_ORDER[lines.customer] + lines.order, 5),
        ),
        c.CUSTOMER_NAME: _customer_names(lines, dice),
        "CUSTOMER CODE": picked(_PREFIX, lines.customer),
        c.PO_NUMBER: _purchase_orders(lines),
        "CUSTOMER ALT PO": kept(
            joined("ALT-", digits(dice.below("alt po", po, 90_000), 5)), dice.chance("has alt po", po, 0.08)
        ),
        **_seasons(lines, dice),
        "DROP": kept(
            joined("DROP", digits(1 + dice.below("drop", po, 4), 2)), dice.chance("has drop", po, 0.1)
        ),
        "RANGE / COLLECTION": kept(
            picked(_RANGES, dice.below("range", lines.style_key, len(_RANGES))),
            dice.chance("has range", po, 0.2),
        ),
        "PROMO GROUP / CAMPAIGN (HOT 30/GLOBAL EDIT": kept(
            picked(("HOT 30", "GLOBAL EDIT"), dice.below("promo", po, 2)), dice.chance("has promo", po, 0.04)
        ),
        c.ORDER_TYPE: picked(("ACTIVE", "CANCELLED", "Cancelled"), order_type),
        "ORTP (ORDER TYPE)": picked(("A", "C", "C"), order_type),
        "ACTIVE": picked(("Y", "N", "N"), order_type),
        "MAKE OR BUY": picked(("MAKE", "BUY"), dice.weighted("make", lines.style_key, (3, 1))),
        "MAKE/BUY CODE": picked(("1", "2"), dice.weighted("make", lines.style_key, (3, 1))),
        "INFOR MAKE/BUY CODE": picked(("1", "2"), dice.weighted("make", lines.style_key, (3, 1))),
        "PLANNER": planner,
        "PLANNER2": planner,
        "FACILITY CODE": picked(("F10", "F20"), dice.below("facility", po, 2)),
        "ITEM TYPE CODE": picked(("FG",), everywhere),
        "INFOR ITEM TYPE CODE": picked(("FG",), everywhere),
        c.UNIT_OF_MEASURE: picked(("PCE",), everywhere),
        "BULK AGREEMENT NUMBER": kept(joined("BA", digits(lines.po, 6)), bulk),
        "BULK AGREEMENT DESCRIPTION": kept(picked(("GREIGE COMMITMENT",), everywhere), bulk),
        "CO NUMBER - INITIAL DISTRO": kept(distribution, dice.chance("distributed", po, 0.5)),
        "CO NUMBER (ALLOCATION DISTRO)": kept(distribution, dice.chance("allocated", po, 0.1)),
    }
