"""Arrow text columns out of numbers: picked from a vocabulary, joined, padded, blanked."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.source.dice import Ints


def picked(vocabulary: Sequence[str | None], positions: Ints) -> pa.Array:
    return pa.array(vocabulary, pa.string()).take(pa.array(positions))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Row by row concatenation; a missing part counts as an empty one."""
    return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")


def digits(numbers: Ints, width: int = 1) -> pa.Array:
    """Decimal text, filled with zeros up to `width`."""
    text = pa.array(numbers).cast(pa.string())
    return pc.utf8_lpad(text, width, "0") if width > 1 else text


def hundredths(numbers: Ints) -> pa.Array:
    """1250 becomes 12.50."""
    return joined(digits(numbers // 100), ".", digits(numbers % 100, 2))


def kept(texts: pa.Array, where: NDArray[np.bool_]) -> pa.Array:
    """Null wherever `where` is false."""
    return pc.if_else(pa.array(where), texts, pa.scalar(None, texts.type))


def by_kind(kinds: Ints, write: Sequence[Callable[[Ints], pa.Array]]) -> pa.Array:
    """One column out of several ways to write it: `write[k]` gets the positions of the rows of kind k."""
    positions = [np.flatnonzero(kinds == kind) for kind in range(len(write))]
    parts = [writer(where) for writer, where in zip(write, positions, strict=True) if len(where)]
    if not parts:
        return pa.array([], pa.string())
    order = np.argsort(np.concatenate(positions), kind="stable")
    return pa.concat_arrays(parts).take(pa.array(order))
