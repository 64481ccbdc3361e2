"""Ordinary orders: every column of a run of rows, consistent within the row and deliverable throughout."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.source import colours, headers, prices, quantities, shipping, styles
from sandbox.source import columns as c
from sandbox.source.dice import Dice, Ints
from sandbox.source.lines import lines
from sandbox.source.texts import joined

_HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)
_DIGIT_PLACES = np.array([place for place in range(36) if place not in (8, 13, 18, 23)])


def record_uuids(dice: Dice, positions: Ints) -> pa.Array:
    """Upper-case uuid texts (version 4 in form), as SQL Server prints them."""
    halves = np.stack([dice.words(f"uuid {half}", positions) for half in ("high", "low")], axis=1)
    octets = halves.astype(">u8").view(np.uint8).reshape(len(positions), 16)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    text: NDArray[np.uint8] = np.full((len(positions), 36), ord("-"), dtype=np.uint8)
    text[:, _DIGIT_PLACES] = _HEX[np.stack([octets >> 4, octets & 15], axis=2).reshape(len(positions), 32)]
    return pa.array(text.reshape(-1).view("S36")).cast(pa.string())


def with_nulls(named: dict[str, pa.Array], rows: int) -> pa.RecordBatch:
    """All 268 columns in order; those that nobody fills share one run of nulls per type."""
    schema = c.schema()
    empty = {kind: pa.nulls(rows, kind) for kind in set(schema.types)}
    arrays = [named[field.name] if field.name in named else empty[field.type] for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def validation(named: dict[str, pa.Array]) -> pa.Array:
    """Purchase order, style, colour and total glued together: how the source checks its prices."""
    total = pc.cast(named[c.TOTAL_QTY], pa.string())
    return joined(named[c.PO_NUMBER], named[c.STYLE], named[c.COLOUR], total)


def ordinary_rows(dice: Dice, start: int, stop: int, empty_share: float) -> pa.RecordBatch:
    """Rows `start` … `stop` - 1 of the endless sequence; `empty_share` of them without any quantity."""
    run = lines(dice, start, stop)
    named: dict[str, pa.Array] = {
        **headers.columns(run, dice),
        **styles.columns(run, dice),
        **colours.columns(run, dice),
        **quantities.columns(run, dice, empty_share),
        **shipping.columns(run, dice),
        **prices.columns(run, dice),
        c.RECORD_UUID: record_uuids(dice, np.arange(start, stop, dtype=np.int64)),
    }
    named[c.VALIDATION] = validation(named)
    return with_nulls(named, len(run))
