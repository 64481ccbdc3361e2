"""Where and when the pieces go."""

import numpy as np
import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source.dice import Dice, Floats, Ints
from sandbox.source.lines import Lines
from sandbox.source.texts import kept, picked

_FIRST_DAY = int(np.datetime64("2025-01-06").astype(np.int64))
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DESTINATIONS = (
    "MISSISSIPPI",
    "NEW JERSEY",
    "CALIFORNIA",
    "SYDNEY",
    "AUCKLAND",
    "ROTTERDAM",
    "TORONTO",
    "LONDON",
)
_WAREHOUSES = ("MS1", "NJ2", "CA1", "SYD", "AKL", "RTM", "YYZ", "LDN")
_METHODS = ("SEA", "AIR", "SEA LCL", "COURIER")
_NOTES = ("ADDED 12.5.25", "ADDED 3.6.25", "QTY TO BE CONFIRMED BY CUSTOMER", "TOP UP OF FIRST DELIVERY")


def _days(days: Ints, given: np.ndarray | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=None if given is None else ~given).cast(
        pa.date32()
    )


def _ordered_on(lines: Lines, dice: Dice) -> Ints:
    """Later purchase orders come later, however many there are: the year fills up, it does not run over."""
    progress: Floats = lines.po / (lines.po + 25.0)
    return _FIRST_DAY + (310 * progress).astype(np.int64) + dice.below("order day", lines.po_key, 7)


def columns(lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    po, rows = lines.po_key, lines.row_key
    ordered = _ordered_on(lines, dice)
    leaves = ordered + 105 + dice.below("production days", po, 45)
    arrives = leaves + 14 + dice.below("transit days", po, 32)
    month = leaves.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    destination = dice.below("destination", po, len(_DESTINATIONS))
    return {
        c.ORDER_DATE: _days(ordered),
        c.EX_FACTORY_DATE: _days(leaves, ~dice.chance("no ex factory", po, 0.04)),
        c.ETA_DATE: _days(arrives, dice.chance("has eta", po, 0.35)),
        "MONTH": picked(_MONTHS, month),
        "DESTINATION": picked(_DESTINATIONS, destination),
        "DESTINATION WAREHOUSE": picked(_WAREHOUSES, destination),
        "Warehouse": picked(_WAREHOUSES, destination),
        "ALLOCATION (CHANNEL)": picked(
            (None, "RETAIL", "WHOLESALE", "ONLINE"), dice.weighted("channel", po, (5, 1, 3, 1))
        ),
        "DELIVERY TERMS": picked(("FOB", "DDP"), dice.weighted("terms", lines.customer, (3, 1))),
        "PLANNED DELIVERY METHOD": picked(_METHODS, dice.weighted("method", po, (6, 3, 1, 0.3))),
        "NOTES": kept(
            picked(_NOTES, dice.below("note", rows, len(_NOTES))), dice.chance("has note", rows, 0.12)
        ),
    }
