"""Prices, fees, duties and tariffs: all of them text, as people typed them.

Most are bare decimals; some carry a currency sign, a thousands comma or a percent sign. One tariff rate in
a hundred is the text TRUE, which a spreadsheet made of an empty condition.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.source import columns as c
from sandbox.source.dice import Dice, Ints
from sandbox.source.lines import Lines
from sandbox.source.texts import digits, hundredths, joined, kept, picked

_DUTY_RATES = ("16.5%", "0.165", "32%", "0.149", "28.2%", "10.9%")
_DUTY_PERCENT = np.array([165, 165, 320, 149, 282, 109])
_TARIFF_RATES = ("10%", "0.1", "20%", "0", "TRUE")
_TARIFF_PERCENT = np.array([100, 100, 200, 0, 0])
_FREIGHT_CENTS = 45


def _dressed(cents: Ints, lines: Lines, dice: Dice, purpose: str) -> pa.Array:
    """9.20, and $9.20 in one of ten."""
    bare = hundredths(cents)
    return pc.if_else(
        pa.array(dice.chance(f"sign on {purpose}", lines.row_key, 0.1)), joined("$", bare), bare
    )


def _sample_prices(lines: Lines, dice: Dice) -> pa.Array:
    """Sample sets are dear: the one place where thousands commas come up."""
    key = lines.style_key
    thousands = dice.below("sample thousands", key, 2) + 1
    rest = hundredths(100_000 + dice.below("sample rest", key, 100_000))
    dear = joined("$", digits(thousands), ",", pc.utf8_slice_codeunits(rest, 1))
    usual = hundredths(2_000 + dice.below("sample", key, 6_000))
    either = pc.if_else(pa.array(dice.chance("sample set", key, 0.05)), dear, usual)
    return kept(either, dice.chance("has sample price", key, 0.4))


def _american(cents: Ints, lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    duty = dice.below("duty rate", lines.style_key, len(_DUTY_RATES))
    tariff = dice.weighted("tariff rate", lines.row_key, (40, 40, 10, 9, 1))
    duty_cents = cents * _DUTY_PERCENT[duty] // 1000
    tariff_cents = cents * _TARIFF_PERCENT[tariff] // 1000
    return {
        "US DUTY RATE": picked(_DUTY_RATES, duty),
        "US DUTY": hundredths(duty_cents),
        "FREIGHT": hundredths(np.full(len(lines), _FREIGHT_CENTS)),
        c.TARIFF_RATE: picked(_TARIFF_RATES, tariff),
        "US TARIFF": hundredths(tariff_cents),
        "DDP US (USD)": _dressed(cents + duty_cents + tariff_cents + _FREIGHT_CENTS, lines, dice, "ddp us"),
    }


def _elsewhere(cents: Ints, lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    british = dice.chance("sold in the UK", lines.po_key, 0.15)
    canadian = dice.chance("sold in Canada", lines.po_key, 0.1)
    once = np.zeros(len(lines), dtype=np.int64)
    return {
        "UK DUTY RATE": kept(picked(("12%",), once), british),
        "UK DUTY": kept(hundredths(cents * 12 // 100), british),
        "UK CIF": kept(hundredths(cents + 60), british),
        "DDP UK (USD)": kept(hundredths(cents * 112 // 100 + 60), british),
        "CAN DUTY RATE": kept(picked(("18%",), once), canadian),
        "CAN DUTY": kept(hundredths(cents * 18 // 100), canadian),
        "DDP CAN (USD)": kept(hundredths(cents * 118 // 100 + 60), canadian),
    }


def columns(lines: Lines, dice: Dice) -> dict[str, pa.Array]:
    style, rows = lines.style_key, lines.row_key
    cents = 920 + dice.below("price", style, 1_967)
    surcharge = dice.chance("surcharge", rows, 0.05)
    once = np.zeros(len(lines), dtype=np.int64)
    return {
        "CUSTOMER PRICE": _dressed(cents, lines, dice, "customer price"),
        "USA ONLY LSTP 75% EX WORKS": kept(
            hundredths(cents * 3 // 4), dice.chance("lstp", lines.po_key, 0.2)
        ),
        "EX WORKS (USD)": hundredths(cents * 9 // 10),
        "ADMINISTRATION FEE": kept(picked(("0.15",), once), dice.chance("administration", lines.po_key, 0.3)),
        "DESIGN FEE": kept(
            picked(("0.25", "$0.25"), dice.below("design", rows, 2)), dice.chance("designed", style, 0.2)
        ),
        "FX CHARGE": kept(picked(("1.5%",), once), dice.chance("fx", lines.po_key, 0.1)),
        "HANDLING": kept(picked(("0.10",), once), dice.chance("handling", lines.po_key, 0.3)),
        "SURCHARGE FEE": kept(hundredths(10 + dice.below("surcharge fee", rows, 90)), surcharge),
        "DISCOUNT": picked(("0", "5%", None), dice.weighted("discount", lines.po_key, (5, 1, 4))),
        "FINAL FOB (USD)": hundredths(cents),
        **_american(cents, lines, dice),
        **_elsewhere(cents, lines, dice),
        "SMS PRICE USD": _sample_prices(lines, dice),
        "FINAL PRICES Y/N": picked(("Y", "N", None), dice.weighted("final", lines.po_key, (6, 2, 2))),
        "NOTES FOR PRICE": kept(
            picked(("PRICE HELD FROM LAST SEASON",), once), dice.chance("price note", rows, 0.03)
        ),
    }
