"""The reference case: GREYSON CLOTHIERS, purchase order 4755, 69 rows, 264 positive size cells.

53 rows have sizes, 16 have none; no customer season, no range, all clean. What tempts a wrong program is
in it too: one order number on two colours, twins, a tariff rate TRUE, and a colour code between the size
markers that looks like a quantity on exactly the 53 rows (who counts it finds 317 lines instead of 264).
"""

from collections.abc import Iterator
from datetime import date

import numpy as np

from sandbox.source import columns as c
from sandbox.source.quantities import spread
from sandbox.source.scenes import Cells, Scene

CUSTOMER = "GREYSON CLOTHIERS"
PO = "4755"
AAG_SEASON = "2025 FALL"
ROWS = 69
SIZED_ROWS = 53
LINES = 264

_ALPHA = ("XS", "S", "M", "L", "XL")
_RUNS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (34, _ALPHA),
    (4, ("0", "2", "4", "6", "8")),
    (3, ("30", "32", "34", "36", "38")),
    (2, ("S(6-8)", "M(8-10)", "M(10-12)", "L(10-12)", "L(14-16)")),
    (4, (*_ALPHA, "XXL")),
    (2, ("30/30", "32/30", "32/32", "34/30", "34/32", "36/32")),
    (3, ("S", "M", "L", "XL")),
    (1, ("ONE SIZE",)),
)
_COLOURS = ("001 - HARBOUR BLACK", "417 - LAGOON BLUE", "1010 - MIDNIGHT LAGOON")
_TWINS = {31: 30, 41: 40, 43: 42, 44: 42}
"""Row → the row it repeats in order number, style and colour. 31 repeats every other value too."""
_SAME_ORDER_OTHER_COLOUR = {10: 9}
_TARIFF_TRUE = 5
_COLOUR_CODE_IS_TEXT = 60

_HEADER: Cells = {
    c.ORDER_DATE: date(2025, 1, 17),
    c.EX_FACTORY_DATE: date(2025, 5, 23),
    c.ETA_DATE: date(2025, 6, 20),
    "MONTH": "MAY",
    "DESTINATION": "NEW JERSEY",
    "DESTINATION WAREHOUSE": "NJ2",
    "Warehouse": "NJ2",
    "DELIVERY TERMS": "FOB",
    "PLANNED DELIVERY METHOD": "SEA",
}


def _sized(row: int, total: int) -> dict[str, int | None]:
    runs = [sizes for count, sizes in _RUNS for _ in range(count)]
    sizes = runs[row]
    quantities = spread(np.array([total]), np.array([0.1]), len(sizes))[0]
    return dict(zip(sizes, quantities.tolist(), strict=True))


def _unsized(row: int) -> dict[str, int | None]:
    """Every way to order nothing: no value, zeros, some of both."""
    zeros = (0, len(_ALPHA), 2)[row % 3]
    return dict.fromkeys(_ALPHA[:zeros], 0)


def _sizes(row: int) -> dict[str, int | None]:
    if row >= SIZED_ROWS:
        return _unsized(row)
    if row == 31:
        return _sizes(30)
    return _sized(row, 43 + 37 * row % 560)


def _colour_code(row: int) -> Cells:
    code = _COLOURS[row % 3].split(" - ")[0]
    infor = str(401 + row) if row < SIZED_ROWS else None
    return {c.COLOUR_CODE: code, c.INFOR_COLOUR_CODE: "NVY-C" if row == _COLOUR_CODE_IS_TEXT else infor}


def _scene(row: int) -> Scene:
    same = _TWINS.get(row, row)
    order = _SAME_ORDER_OTHER_COLOUR.get(same, same)
    style = same // 3
    return Scene(
        order=f"GRE-{4101 + order:05d}",
        po=PO,
        style=f"{'MLY'[style % 3]}FA25{'BCDK'[style % 4]}{26 + style}",
        colour=_COLOURS[same % 3],
        sizes=_sizes(row),
        customer=CUSTOMER,
        aag_season=AAG_SEASON,
        cells={
            **_HEADER,
            **_colour_code(same),
            **({c.TARIFF_RATE: "TRUE"} if row == _TARIFF_TRUE else {}),
        },
    )


def scenes() -> Iterator[Scene]:
    return (_scene(row) for row in range(ROWS))
