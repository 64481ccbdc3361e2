"""Rows that share order number, style and colour: the business key is not unique, only record_uuid is."""

from collections.abc import Iterator
from dataclasses import replace

from sandbox.source import columns as c
from sandbox.source.scenes import Scene

_BELL = (4, 21, 35, 25, 14)
_ALPHA = ("XS", "S", "M", "L", "XL")


def _sizes(total: int) -> dict[str, int | None]:
    """About the shape of a real row; the middle size takes the rounding."""
    quantities: dict[str, int | None] = {
        size: max(1, total * share // 100) for size, share in zip(_ALPHA, _BELL, strict=True)
    }
    rest = total - sum(quantity or 0 for quantity in quantities.values())
    return {**quantities, "M": (quantities["M"] or 0) + rest}


def _group(first: Scene, *totals: int) -> Iterator[Scene]:
    """One row per total, all with the identity of `first`; equal totals are equal in every value."""
    return (replace(first, sizes=_sizes(total)) for total in totals)


def scenes() -> Iterator[Scene]:
    tidewell = Scene("TDW-00031", "1187", "TDHD100042", "BLACK", {}, "TIDEWELL (AU)", "2026 SPRING", "SP26")
    yield from _group(tidewell, 240, 240)
    yield from _group(replace(tidewell, order="TDW-00032", colour="WHITE"), 18, 732)
    omalley = Scene("OMA-00024", "8120-00", "LSP26B46", "WHITE", {}, "O'MALLEY ATHLETIC (US)", "2026 SPRING")
    yield from _group(omalley, 94, 119, 228, 500)
    yield from _group(replace(omalley, order="OMA-00025", colour="HEATHER GREY"), 300, 300, 300)
    northfold = Scene("NOF-00007", "1190", "629350", "BLACK / MOSS", {}, "NORTHFOLD (NZ)", "2025 Q2")
    yield from _group(northfold, 100, 100, 101)
    # Nothing ordered, twice: twins without a single line.
    nothing = Scene("KSR-00012", "1191", "KS029-128", "ANTIQUE MOSS", {}, "KESTREL", "2025 FALL")
    yield nothing
    yield nothing
    # The same pieces in other sizes: the totals agree, the lines do not.
    swapped = replace(nothing, order="KSR-00013", sizes={"S": 40, "M": 60})
    yield swapped
    yield replace(swapped, sizes={"S": 60, "M": 40})
    # One of two is cancelled.
    twice = Scene(
        "MWG-00044", "7391", "MCLSB01V-30", "417 - LAGOON BLUE", _sizes(250), "Marlowe Private Label"
    )
    yield twice
    yield replace(twice, cells={c.ORDER_TYPE: "CANCELLED", "ORTP (ORDER TYPE)": "C", "ACTIVE": "N"})
