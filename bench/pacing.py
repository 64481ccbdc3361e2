"""How much of the contractual rate limit a delivery uses, and up to which server latency one lane suffices.

The board's account has the contract's quotas; its windows and our clock run `SCALE` times faster, so that
fifteen minutes take ninety seconds. All seconds here are on that clock. Our own work is not sped up: it weighs
`SCALE` times what it weighs in production, which makes every share a lower bound.

The ceiling is budget / cost: 10,000,000 points a minute at 30,001 for a create.
"""

import datetime as dt
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.direct import deliver, item
from bench.figures import Figure
from bench.world import World, world_with_board
from dagster_project.delivery.destination import Row
from sandbox.monday.settings import profile

ITEMS = 5_000
SWEPT_ITEMS = 700
SCALE = 10.0
SWEPT_SCALE = 5.0
"""Slower, so that our own work does not hide where the server's latency begins to matter."""
LATENCIES = (0.0, 0.005, 0.020, 0.050, 0.100, 0.150, 0.200)
STATED = 0.050
"""Seconds per alias of the figure with the target; the vendor publishes none."""
LEAST = 0.95
MINUTE = 60.0
CONTRACT = profile("contract").limits


class ScaledClock:
    """A clock that runs faster than the machine's, for waiting as well."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.slept = 0.0
        self._zero = time.monotonic()
        self._start = dt.datetime.now(dt.UTC).replace(tzinfo=None)

    def now(self) -> dt.datetime:
        """UTC, naive, ahead of everybody else's."""
        return self._start + dt.timedelta(seconds=(time.monotonic() - self._zero) * self.scale)

    def sleep(self, seconds: float) -> None:
        """Wait, as long as that is on this clock."""
        self.slept += seconds
        time.sleep(seconds / self.scale)


@dataclass(frozen=True)
class Pace:
    """One delivery under the limit. Seconds are the scaled clock's, but for `own`, which nothing speeds up.

    `latency` is what each alias was made to wait, `measured` what it took the server altogether.
    """

    latency: float
    measured: float
    items: int
    requests: int
    refused: int
    seconds: float
    share: float
    steady_share: float
    waited: float
    own: float

    @property
    def reached(self) -> float:
        """The lower of the two shares: a first burst out of a full budget must not flatter."""
        return min(self.share, self.steady_share)

    def __str__(self) -> str:
        return f"{1000 * self.measured:.0f} ms: {self.reached:.1%}"


def ceiling(budget: float = CONTRACT.complexity_per_minute, cost: float = CONTRACT.mutation_cost) -> float:
    """Creates per second that the budget pays for."""
    return budget / cost / MINUTE


def pace(rows: Sequence[Row], latency: float, scale: float = SCALE, **limits: Any) -> Pace:
    """Deliver rows to a board with so many seconds of latency per alias, under the contract's limits."""
    clock = ScaledClock(scale)
    with world_with_board(clock, "contract") as world:
        assert world.monday is not None
        world.monday.set_limits(time_scale=scale, told_in="scaled_seconds", **limits)
        world.monday.set_faults(latency={"alias": [latency / scale, latency / scale]})
        slept = clock.slept
        deliver(world, rows, clock)
        budget = limits.get("complexity_per_minute", CONTRACT.complexity_per_minute)
        return _measured(world, latency, scale, budget, clock.slept - slept)


def _measured(world: World, latency: float, scale: float, budget: float, slept: float) -> Pace:
    assert world.monday is not None
    calls = world.monday.calls()
    sent = [
        (entry["at"] * scale, entry["seconds"] * scale, entry["committed"]["create_item"])
        for entry in calls["log"]
        if entry["committed"].get("create_item")
    ]
    starts = [start for start, _, _ in sent]
    ends = [start + seconds for start, seconds, _ in sent]
    sizes = [size for _, _, size in sent]
    items, seconds, best = sum(sizes), ends[-1] - starts[0], ceiling(budget)
    serving = sum(seconds for _, seconds, _ in sent)
    return Pace(
        latency, serving / items, items, len(sent), calls["statuses"].get("429", 0), seconds,
        share=items / best / seconds, steady_share=_steady(starts, sizes, best), waited=slept,
        own=max(0.0, seconds - serving - slept) / len(sent) / scale,
    )  # fmt: skip


def _steady(starts: Sequence[float], sizes: Sequence[int], best: float) -> float:
    """The share once the first budget is spent: how long a window's worth of requests takes, on average."""
    window = max(1, int(best * MINUTE / max(sizes)))
    if len(starts) <= window:
        return 1.0
    spans = [(sum(sizes[i - window : i]), starts[i] - starts[i - window]) for i in range(window, len(starts))]
    return statistics.fmean(size / seconds for size, seconds in spans) / best


def crossing(paces: Sequence[Pace]) -> tuple[float, float] | None:
    """Between which two latencies the share falls below the target for good; None when it does not."""
    enough = [place for place, pace in enumerate(paces) if pace.reached >= LEAST]
    last = enough[-1] if enough else 0
    if last + 1 >= len(paces):
        return None
    return paces[last].measured, paces[last + 1].measured


def one_lane(own_seconds: float, aliases: int = 25) -> float:
    """The latency per alias at which requests one after another use up all their time, in production."""
    return (aliases / ceiling() - own_seconds) / aliases


def measure(quick: bool = False) -> list[Figure]:
    """The stated latency at full length, then the sweep."""
    few = [item(number) for number in range(SWEPT_ITEMS)]
    full = pace(few if quick else [item(number) for number in range(ITEMS)], STATED)
    scale, latencies = (SCALE, LATENCIES[::3]) if quick else (SWEPT_SCALE, LATENCIES)
    swept = [pace(few, latency, scale) for latency in latencies]
    own = statistics.median(p.own for p in swept)
    found = crossing(swept)
    refused = sum(p.refused for p in swept)
    return [
        Figure(
            f"{full.items:,} items under the contractual rate limit, {1000 * STATED:g} ms per alias",
            f"{full.seconds:.0f} s in {full.requests} requests, {full.refused} answers 429",
            f"budget / cost: {ceiling() * MINUTE:.0f} creates a minute, {full.items / ceiling():.0f} s",
            f"{full.reached:.1%}",
            f">= {LEAST:.0%}, no 429",
            full.reached >= LEAST and full.refused == 0,
            {"scale": SCALE, "full": vars(full)},
        ),
        Figure(
            f"the same with {len(few):,} items: server's time per alias swept",
            "; ".join(map(str, swept)),
            "the same ceiling",
            f"one lane suffices up to {_words(found)}; without our own {1000 * own:.0f} ms a request, "
            f"which weigh {scale:g} times here, to {1000 * one_lane(own):.0f} ms",
            "reported beside; no 429",
            refused == 0,
            {"scale": scale, "swept": [vars(p) for p in swept], "answers 429": refused},
        ),
    ]


def _words(found: tuple[float, float] | None) -> str:
    return f"{1000 * found[0]:.0f}-{1000 * found[1]:.0f} ms" if found else "more than was swept"
