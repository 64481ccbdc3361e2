"""How many pieces of which size: a third of the rows none, the others a bell over about five sizes."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.source import columns as c
from sandbox.source.dice import Dice, Floats, Ints
from sandbox.source.lines import Lines

RUNS: tuple[tuple[float, tuple[str, ...]], ...] = tuple(
    (weight, tuple(sizes.split("|")))
    for weight, sizes in (
        (48, "XS|S|M|L|XL"),
        (7, "XS|S|M|L|XL|XXL"),
        (3, "XXS|XS|S|M|L|XL|XXL"),
        (12, "S|M|L|XL"),
        (1, "XXXS|XXS|XS|S|M"),
        (2, "M|L|XL|XXL|XXXL"),
        (1, "L|XL|2XL|3XL|4XL|4XT"),
        (1, "1X|2X|3X|4X"),
        (1.5, "S/M|M/L|L/XL"),
        (0.5, "S(6-8)|M(8-10)|M(10-12)|L(10-12)|L(14-16)"),
        (4, "0|2|4|6|8|10"),
        (1, "12|14|16|18|20|22|24|26"),
        (0.7, "5|7|9"),
        (0.6, "2/3|4/5|6/7"),
        (0.8, "0w|2w|4w|6w|8w|10w|12w"),
        (1.5, "0-3M|3-6M|6-9M|9-12M|12-18M|18-24M"),
        (1.5, "2T|3T|4T|5T|6T"),
        (2, "27|28|29|30|31|32"),
        (1.2, "33|34|35|36|38|40"),
        (0.5, "42|44|46|48|50|52|54|56|58|60"),
        (1.5, "30/30|30/32|32/30|32/32|34/30|34/32|36/30|36/32"),
        (0.8, "31/30|31/32|33/30|33/32|35/30|35/32|38/30|38/32|40/30|40/32"),
        (0.4, "32/34|32/36|34/34|36/34|38/34|38/36"),
        (0.6, "30X30|31X30|32X30|34X30|36X30|38X30|40X30"),
        (0.7, "28-30L|30-30L|31-30L|32-30L|33-30L|34-30L|35-30L|36-30L|38-30L|40-30L"),
        (0.6, "30-31L|31-31L|32-31L|33-31L|34-31L|35-31L|36-31L|38-31L|40-31L"),
        (0.6, "30-32L|31-32L|32-32L|33-32L|34-32L|35-32L|36-32L|38-32L"),
        (0.8, "32C|32D|32DD|32DDD|34C|34D|34DD|34DDD|36C|36D|36DD|36DDD"),
        (0.3, "38C|38D|38DD|38DDD"),
        (3, "ONE SIZE"),
        (3, "OS"),
    )
)
_PLACE = {size: place for place, size in enumerate(c.SIZES)}


def _totals(dice: Dice, key: Ints, empty_share: float) -> Ints:
    """Median about 247, from 18; many round hundreds, a few of thousands, `empty_share` of them 0."""
    usual = np.exp(np.log(247) + 0.75 * dice.normal("total", key)).clip(18, 832).astype(np.int64)
    round_hundred = dice.chance("round", key, 0.3) & (usual >= 100)
    usual = np.where(round_hundred, usual // 100 * 100, usual)
    large = 2_100 + dice.below("large", key, 1_389)
    totals = np.where(dice.chance("is large", key, 0.012), large, usual)
    return np.where(dice.chance("is empty", key, empty_share), 0, totals)


def spread(totals: Ints, lean: Floats, sizes: int) -> Ints:
    """Rows of `sizes` positive quantities that add up to each total, bell-shaped; `lean` moves the peak."""
    centre = (sizes - 1) / 2 + lean[:, None]
    bell = np.exp(-(((np.arange(sizes)[None, :] - centre) / (0.25 * sizes + 0.1)) ** 2) / 2)
    up_to = np.cumsum(bell, axis=1) / bell.sum(axis=1, keepdims=True)
    beyond_one_each = np.rint(up_to * (totals - sizes)[:, None]).astype(np.int64)
    return np.asarray(1 + np.diff(beyond_one_each, axis=1, prepend=0), dtype=np.int64)


def _grid(lines: Lines, dice: Dice, totals: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Quantity per size and row, and where the source has a value at all (a zero may be 0 or missing)."""
    run = dice.weighted("size run", lines.style_key, [weight for weight, _ in RUNS])
    lean = dice.share("lean", lines.row_key) - 0.5
    spelt_zero = dice.chance("spelt zero", lines.row_key, 0.4)
    quantities = np.zeros((len(c.SIZES), len(lines)), dtype=np.int64)
    given = np.zeros((len(c.SIZES), len(lines)), dtype=np.bool_)
    for number, (_, sizes) in enumerate(RUNS):
        places = np.array([_PLACE[size] for size in sizes])[:, None]
        filled = np.flatnonzero((run == number) & (totals > 0))
        quantities[places, filled] = spread(totals[filled], lean[filled], len(sizes)).T
        given[places, filled] = True
        given[places, np.flatnonzero((run == number) & (totals == 0) & spelt_zero)] = True
    return quantities, given


def columns(lines: Lines, dice: Dice, empty_share: float) -> dict[str, pa.Array]:
    """The size columns that anyone ordered in, and both totals.

    In about one row of sixty the total is not the sum of the sizes, as in the source.
    """
    key = lines.row_key
    sums = _totals(dice, key, empty_share)
    quantities, given = _grid(lines, dice, sums)
    off = dice.chance("total is off", key, 0.025) & (sums > 0)
    totals = pa.array(np.where(off, sums + 1 + dice.below("off by", key, 12), sums).astype(np.int32))
    filled = {
        size: pa.array(quantities[place].astype(np.int32), mask=~given[place])
        for place, size in enumerate(c.SIZES)
        if given[place].any()
    }
    return {**filled, c.TOTAL_QTY: totals, c.SUM_OF_TOTAL_QTY: totals}
