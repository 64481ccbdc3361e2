"""ORDERS_UNIFIED of any length: the hand-written scenes first, ordinary orders after them.

A row depends on the seed and its position alone. So the first rows of a longer table are the rows of a
shorter one, batches of any size hold the same rows, and a test can name a row by its position.
"""

from collections.abc import Iterator

import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source import decoys, dirt, reference, twins
from sandbox.source.bulk import ordinary_rows
from sandbox.source.dice import Dice
from sandbox.source.scenes import Scene, rows_of

DEFAULT_ORDERS = 1_500
DEFAULT_SEED = 4755
EMPTY_SHARE = 1 / 3


def scenes() -> tuple[Scene, ...]:
    return (*reference.scenes(), *decoys.scenes(), *twins.scenes(), *dirt.scenes())


SCENES = len(scenes())
"""How many rows are hand-written; dirty rows are the last of them."""


def generate_batches(
    orders: int = DEFAULT_ORDERS,
    seed: int = DEFAULT_SEED,
    batch_rows: int = 50_000,
    empty_share: float = EMPTY_SHARE,
) -> Iterator[pa.RecordBatch]:
    """The first `orders` rows, at most `batch_rows` at a time.

    `empty_share` of the ordinary rows carry no quantity; 0 gives about 5 lines per row.
    """
    dice = Dice(seed)
    played = rows_of(scenes(), dice)
    for start in range(0, orders, batch_rows):
        stop = min(start + batch_rows, orders)
        parts = []
        if start < SCENES:
            parts.append(played.slice(start, min(stop, SCENES) - start))
        if stop > SCENES:
            parts.append(ordinary_rows(dice, max(start, SCENES) - SCENES, stop - SCENES, empty_share))
        yield parts[0] if len(parts) == 1 else pa.concat_batches(parts)


def generate(
    orders: int = DEFAULT_ORDERS,
    seed: int = DEFAULT_SEED,
    empty_share: float = EMPTY_SHARE,
) -> pa.Table:
    """The first `orders` rows as one table of 268 columns; 1,000,000 of them take about 2 GB."""
    batches = generate_batches(orders, seed, empty_share=empty_share)
    return pa.Table.from_batches(batches, schema=c.schema())
