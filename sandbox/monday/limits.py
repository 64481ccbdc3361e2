"""The account's quotas: who is let in, what is left, and how that is told in headers and errors."""

from __future__ import annotations

import math
import threading
from typing import Any, Literal

from sandbox.monday.clock import Clock
from sandbox.monday.errors import MondayError
from sandbox.monday.settings import Limits
from sandbox.monday.windows import Window

Kind = Literal["query", "mutation"]
DAY = 86_400.0


class Gate:
    """All counting for one account."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._in_flight = 0
        self._day = -1
        self._calls_today = 0.0
        minute = 60.0 / limits.time_scale
        self._minute = Window(limits.requests_per_minute, minute, limits.window)
        self._ip = Window(limits.requests_per_ten_seconds, 10.0 / limits.time_scale, limits.window)
        read = Window(limits.complexity_per_minute, minute, limits.window)
        write = Window(limits.complexity_per_minute, minute, limits.window)
        self._budgets = {"query": read, "mutation": write if limits.split_read_and_write else read}

    @property
    def calls_today(self) -> float:
        self._turn_day(self._clock.now())
        return self._calls_today

    def enter(self) -> None:
        """Count a request, whatever becomes of it. Raises a 429 when one of the quotas is used up."""
        with self._lock:
            now = self._clock.now()
            self._turn_day(now)
            refusal = self._refusal(now)
            self._minute.take(1, now)
            self._ip.take(1, now)
            # Rate-limited calls cost a tenth of a daily call.
            self._calls_today += 0.1 if refusal else 1.0
            if refusal:
                raise refusal
            self._in_flight += 1

    def leave(self) -> None:
        with self._lock:
            self._in_flight -= 1

    def count_as_tenth(self) -> None:
        """A call that only asks for its complexity costs a tenth of a daily call."""
        with self._lock:
            self._calls_today -= 0.9

    def charge(self, kind: Kind, cost: int) -> int:
        """Take the estimated cost up front; the budget before is returned. Raises when it does not fit."""
        if cost > self.limits.query_cap:
            raise MondayError(
                "maxComplexityExceeded",
                f"Query has complexity of {cost}, which exceeds max complexity of {self.limits.query_cap}",
                error_data={"complexity": cost, "max_complexity": self.limits.query_cap},
            )
        with self._lock:
            now = self._clock.now()
            budget = self._budgets[kind]
            before = int(budget.left(now))
            wait = budget.wait_for(cost, now)
            if wait > 0:
                self._calls_today -= 0.9
                raise _budget_exhausted(self.limits, cost, before, wait)
            budget.take(cost, now)
            return before

    def refund(self, kind: Kind, cost: int) -> None:
        with self._lock:
            self._budgets[kind].give_back(cost)

    def complexity_left(self, kind: Kind) -> int:
        with self._lock:
            return int(self._budgets[kind].left(self._clock.now()))

    def complexity_resets_in(self, kind: Kind) -> int:
        with self._lock:
            return told(self.limits, self._budgets[kind].resets_in(self._clock.now()))

    def headers(self, kind: Kind = "mutation") -> dict[str, str]:
        limits = self.limits
        minute = told(limits, 60.0 / limits.time_scale)
        with self._lock:
            now = self._clock.now()
            budget = self._budgets[kind]
            minute_ends, budget_ends = self._minute.resets_in(now), budget.resets_in(now)
            return {
                "RateLimit-Policy": (
                    f'"minuteRate";q={limits.requests_per_minute};w={minute}, '
                    f'"concurrency";q={limits.concurrency};qu="concurrent-requests", '
                    f'"complexityMinute";q={limits.complexity_per_minute};w={minute}'
                ),
                "RateLimit": (
                    f'"minuteRate";r={_left(self._minute, now)};t={told(limits, minute_ends)}, '
                    f'"complexityMinute";r={_left(budget, now)};t={told(limits, budget_ends)}'
                ),
            }

    def _turn_day(self, now: float) -> None:
        """The daily count ends at midnight UTC, or earlier on a faster clock."""
        day = int(now // (DAY / self.limits.time_scale))
        if day != self._day:
            self._day, self._calls_today = day, 0.0

    def _refusal(self, now: float) -> MondayError | None:
        limits = self.limits
        if self._ip.left(now) < 1:
            return rate_limited(
                limits,
                "IP_RATE_LIMIT_EXCEEDED",
                "Your IP has sent too many requests",
                self._ip.resets_in(now),
            )
        if self._minute.left(now) < 1:
            return rate_limited(
                limits, "Rate Limit Exceeded", "Rate Limit Exceeded", self._minute.resets_in(now)
            )
        if self._in_flight >= limits.concurrency:
            return rate_limited(limits, "maxConcurrencyExceeded", "Concurrency limit exceeded", 1.0)
        if self._calls_today >= limits.calls_per_day:
            length = DAY / limits.time_scale
            return rate_limited(limits, "DAILY_LIMIT_EXCEEDED", "Daily limit exceeded", length - now % length)
        return None


def rate_limited(limits: Limits, code: str, message: str, wait: float) -> MondayError:
    seconds = told(limits, wait)
    return MondayError(
        code,
        message,
        status=429,
        extras={"retry_in_seconds": seconds},
        headers={"Retry-After": str(seconds)},
    )


def _budget_exhausted(limits: Limits, cost: int, left: int, wait: float) -> MondayError:
    """Three shapes: flat before 2025-01, with figures until 2025-04, bare since 2025-07."""
    seconds = told(limits, wait)
    error = MondayError(
        "COMPLEXITY_BUDGET_EXHAUSTED",
        "Complexity budget exhausted",
        status=429,
        headers={"Retry-After": str(seconds)},
    )
    error.extensions = {"code": error.code, "retry_in_seconds": seconds}
    if limits.error_shape == "2025-01":
        error.extensions |= {
            "complexity": cost,
            "complexity_budget_left": left,
            "complexity_budget_limit": limits.complexity_per_minute,
            "status_code": 429,
        }
    elif limits.error_shape == "2024-10":
        error.flat = flat_complexity_error(
            f"Complexity budget exhausted, query cost {cost} budget remaining {left} "
            f"out of {limits.complexity_per_minute} reset in {seconds} seconds"
        )
    return error


def flat_complexity_error(message: str) -> dict[str, Any]:
    return {
        "error_code": "ComplexityException",
        "status_code": 429,
        "error_message": message,
        "error_data": {},
        "errors": [message],
    }


def _left(window: Window, now: float) -> int:
    return max(0, int(window.left(now)))


def told(limits: Limits, seconds: float) -> int:
    """Real seconds as clients are told: whole, and on the limits' clock where they ask for that."""
    scale = limits.time_scale if limits.told_in == "scaled_seconds" else 1.0
    # A hair less, so that 60 seconds that were divided and multiplied again stay 60.
    return max(0, math.ceil(seconds * scale - 1e-6))
