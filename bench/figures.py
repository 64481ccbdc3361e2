"""What a measurement hands back: a figure beside its baseline, and whether the target was reached.

Seconds mean little on a shared machine; ratios of two things done in the same run mean more. CPU seconds are
kept next to the clock's, because they show what neighbours do not disturb.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

COLUMNS = ("work", "figure", "baseline", "ratio", "target", "verdict")


@dataclass(frozen=True)
class Figure:
    """One line of the table. `met` None: reported beside the others, without a target of its own."""

    work: str
    figure: str
    baseline: str
    ratio: str
    target: str
    met: bool | None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """met, MISSED, or a dash for what is only reported."""
        return {True: "met", False: "MISSED", None: "-"}[self.met]

    def cells(self) -> tuple[str, ...]:
        """The line of the table, in the order of COLUMNS."""
        return (self.work, self.figure, self.baseline, self.ratio, self.target, self.verdict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {**asdict(self), "verdict": self.verdict}


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and seconds of processor time, children that ended included."""

    seconds: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.cpu:.2f} s CPU)"


def timed(work: Callable[[], Any]) -> Spent:
    """Do something once and say what it took."""
    before, started = _cpu(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - started, _cpu() - before)


def least(runs: Sequence[Spent]) -> Spent:
    """The least of each: what the repetition took that neighbours disturbed least."""
    return Spent(min(r.seconds for r in runs), min(r.cpu for r in runs))


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
