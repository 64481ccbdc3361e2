"""Chance without state: a number per (seed, purpose, key), the same whoever asks and in whatever order.

A generator with state would make row 700 depend on how many rows were asked for. Here every trait is a
function of its key, so rows keep their identity when the table grows, and all rows of one style (one
purchase order) agree wherever they are generated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_GOLDEN = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of splitmix64: neighbouring keys come out unrelated."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


@dataclass(frozen=True)
class Dice:
    seed: int

    def words(self, purpose: str, keys: Ints) -> NDArray[np.uint64]:
        """64 random bits per key."""
        salt = (crc32(purpose.encode()) * _GOLDEN + self.seed * 0xD1342543DE82EF95) & _WORD
        return _mixed(_mixed(keys.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64(salt)))

    def share(self, purpose: str, keys: Ints) -> Floats:
        """Uniform in [0, 1)."""
        return (self.words(purpose, keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def chance(self, purpose: str, keys: Ints, probability: float) -> NDArray[np.bool_]:
        return self.share(purpose, keys) < probability

    def below(self, purpose: str, keys: Ints, bound: int) -> Ints:
        """Uniform in 0 … bound - 1."""
        return (self.share(purpose, keys) * bound).astype(np.int64)

    def weighted(self, purpose: str, keys: Ints, weights: Sequence[float]) -> Ints:
        """Positions in `weights`, drawn in proportion to them."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        drawn = np.searchsorted(edges, self.share(purpose, keys) * edges[-1], side="right")
        return np.asarray(np.minimum(drawn, len(edges) - 1), dtype=np.int64)

    def normal(self, purpose: str, keys: Ints) -> Floats:
        """Standard normal (Box-Muller)."""
        radius = np.sqrt(-2.0 * np.log1p(-self.share(f"{purpose} radius", keys)))
        angle = 2.0 * np.pi * self.share(f"{purpose} angle", keys)
        return np.asarray(radius * np.cos(angle), dtype=np.float64)
