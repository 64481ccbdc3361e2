"""Killing runs of the web orders' three pipelines, each at its named points and at random moments.

Each pipeline is staged once by dbt, then delivered by runs that stage in Python what is left, until one of them
ends by itself; then comes the next pipeline.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.killing import Victim
from dagster_project.counterpoint.writing import POINTS as INSIDE
from dagster_project.delivery.sending import POINTS

PIPELINES: Mapping[str, tuple[str, ...]] = {
    "order_pull": POINTS,
    "order_processing": (*POINTS, *INSIDE),
    "fulfillment_status_sync": POINTS,
}
"""The points at which a run of each can die; those inside a document's transaction are its destination's."""
SMALL_REQUESTS = {"COUNTERPOINT_ORDERS_PER_REQUEST": "10", "WAREHOUSE_WAIT_SECONDS": "120"}
LONGEST_LIFE = 1.5
LAST = "after_outcome"


@dataclass
class Strikes:
    """What was struck: by pipeline and point; `random` for those that no point decided."""

    struck: Counter[tuple[str, str]] = field(default_factory=Counter)
    runs: int = 0

    @property
    def points(self) -> set[tuple[str, str]]:
        """Where a run died."""
        return {where for where, times in self.struck.items() if times}

    @property
    def at_random(self) -> int:
        """How many runs died where no point decided it."""
        return sum(times for (_, point), times in self.struck.items() if point == "random")

    @property
    def kills(self) -> int:
        """All of them."""
        return sum(self.struck.values())


Plans = dict[str, list[str | None]]
"""By pipeline: where its next runs die, the last one first; None at a random moment."""


def plans(dice: random.Random, at_random: int) -> Plans:
    """Every named point once and some random moments, in any order."""
    found: Plans = {name: list(points) for name, points in PIPELINES.items()}
    for name in dice.choices(list(PIPELINES), weights=(2, 5, 3), k=at_random):
        found[name].append(None)
    for some in found.values():
        dice.shuffle(some)
        some.sort(key=lambda point: point != LAST)  # popped last: behind it there may be nothing left to do
    return found


def through_kills(
    victim: Victim, todo: Plans, dice: random.Random, strikes: Strikes, longest: float = LONGEST_LIFE
) -> None:
    """Bring all orders to the end of all pipelines, dying as planned on the way; takes from `todo` what it used.

    A run that dies at random lives up to `longest` seconds from its first delivery.
    """
    for pipeline in PIPELINES:
        through_kills_of(victim, pipeline, todo[pipeline], dice, strikes, longest)


def through_kills_of(
    victim: Victim, pipeline: str, waiting: list[str | None], dice: random.Random, strikes: Strikes,
    longest: float = LONGEST_LIFE,
) -> None:  # fmt: skip
    """Stage one pipeline and bring what was staged to its end, dying as planned on the way."""
    victim.start(pipeline=pipeline, keep=True)
    _sound(victim.end())
    ended = False
    while not ended:
        point = waiting.pop() if waiting else ""
        died = _run(victim, pipeline, point, dice.uniform(0, longest))
        strikes.runs += 1
        strikes.struck[pipeline, point or "random"] += died
        ended = not died
        if ended and point:
            waiting.append(point)  # there was nothing left on which to die there


def _run(victim: Victim, pipeline: str, point: str | None, life: float) -> bool:
    """One run, at a random moment of at most `life` seconds without a point; True when it was killed."""
    victim.start(pipeline=pipeline, **({"point": point} if point else {}))
    if point is None:
        victim.wait("delivering")
        try:
            _sound(victim.wait("done", "failed", seconds=life))
        except TimeoutError:
            victim.kill()
    said = victim.end()
    if not said["signal"]:
        _sound(said)
    return bool(said["signal"])


def _sound(said: Mapping[str, Any]) -> None:
    if said["said"] == "failed" or said.get("report", {}).get("status", "COMPLETED") != "COMPLETED":
        raise RuntimeError(f"a run failed by itself: {said}")
