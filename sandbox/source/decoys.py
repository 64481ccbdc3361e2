"""Rows beside the reference case that a careless filter or key would take for it."""

from collections.abc import Iterator

from sandbox.source import columns as c
from sandbox.source.scenes import Scene

_SIZES = {"XS": 11, "S": 26, "M": 40, "L": 31, "XL": 12}

LOOKALIKE_POS = ("47551", "47551", "47551", "14755", "14755", "4755-00", "4755-00", "47550")


def scenes() -> Iterator[Scene]:
    """Purchase orders that contain 4755, then single oddities under purchase order 4756."""
    for number, po in enumerate(LOOKALIKE_POS):
        yield Scene(f"GRE-{4301 + number:05d}", po, f"MFA25D{51 + number}", "417 - LAGOON BLUE", _SIZES)
    yield Scene("GRE-04309", "4756", "LFA25D59", "417 - LAGOON BLUE", _SIZES, cells={c.TARIFF_RATE: "TRUE"})
    yield Scene("GRE-04310", "4756", "LFA25D60", "N/A", _SIZES, cells={c.INFOR_COLOUR_CODE: "LAGO"})
    # The order number, style and sizes of the reference case's first row in a colour it does not have.
    yield Scene("GRE-04101", "4756", "MFA25B26", "622 - DEEP CORAL", _SIZES)
    yield Scene("GRE-04311", "4756", "MFA25D61", "001 - HARBOUR BLACK", _SIZES)
    yield Scene("GRE-04311", "4756", "MFA25D61", "417 - LAGOON BLUE", _SIZES)
    yield Scene("GRE-04312", "4756", "MFA25D62", "417 - LAGOON BLUE", _SIZES, "GREYSON")
