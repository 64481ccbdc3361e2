"""What can be ordered to go wrong on any server, and which request it strikes.

A fault has two independent parts: whether the request is executed first (`when`), and how the answer is
spoilt (`kind`). "Time-out after commit" is therefore `silence` with `when: after`.
"""

import random
import re
import threading
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FaultKind = Literal[
    "status",  # an error of the system's own shape with HTTP `status`, 503 unless it says otherwise
    "rate_limit",  # 429; Retry-After tells `seconds`, unless that is 0
    "html",  # a proxy's page
    "empty",  # 200 without a body
    "half_json",  # a cut-off answer
    "silence",  # no answer, connection left open
    "close",  # connection closed without an answer
    "reset",  # connection reset
    "kill",  # SIGKILL to the caller, told by the header X-Sandbox-Pid
    "own",  # an answer that only this system gives, by its `name`
    "none",  # nothing: a gap in a queue
]
CallKind = Literal["read", "write"]


class Fault(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    when: Literal["before", "after"] = "after"
    on: Literal["read", "write", "any"] = "any"
    path: str | None = None
    """Pattern (regular expression, searched) for the path; None: any."""
    status: int | None = Field(None, ge=200, le=599)
    seconds: float = Field(1.0, ge=0)
    """What Retry-After tells."""

    name: str = ""
    """Of an own fault: which one; the system lists them."""

    after_entries: int | None = Field(None, ge=0)
    """Of a batch, execute only so many entries: what a time-out of the server leaves behind."""

    def strikes(self, kind: CallKind, path: str) -> bool:
        return self.on in (kind, "any") and (self.path is None or bool(re.search(self.path, path)))


class FaultRule(Fault):
    probability: float = Field(1.0, ge=0, le=1)
    times: int | None = Field(None, ge=1)
    """Strike so often at most."""


class FaultPlan(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    rules: tuple[FaultRule, ...] = ()
    """Tried in order for each request; the first that strikes counts."""
    queue: tuple[Fault, ...] = ()
    """One-shot: each request that matches the head takes it, before any rule is tried."""
    latency: tuple[float, float] = (0.0, 0.0)
    """Seconds of server time per request, drawn evenly between the two bounds."""


NO_FAULT = Fault(kind="none")


class FaultSchedule:
    """Seeded, one draw per rule and request: the same order of requests meets the same faults."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.set(FaultPlan())

    def set(self, plan: FaultPlan) -> None:
        with self._lock:
            self.plan = plan
            self._queue = list(plan.queue)
            self._struck = [0] * len(plan.rules)
            self._strike = random.Random(plan.seed)
            self._delay = random.Random(plan.seed + 1)

    def push(self, *faults: Fault) -> None:
        """Put faults at the end of the one-shot queue."""
        with self._lock:
            self._queue.extend(faults)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def next_fault(self, kind: CallKind, path: str) -> Fault:
        with self._lock:
            draws = [self._strike.random() for _ in self.plan.rules]
            if self._queue and self._queue[0].strikes(kind, path):
                return self._queue.pop(0)
            for place, (rule, draw) in enumerate(zip(self.plan.rules, draws, strict=True)):
                spent = rule.times is not None and self._struck[place] >= rule.times
                if rule.strikes(kind, path) and draw < rule.probability and not spent:
                    self._struck[place] += 1
                    return rule
            return NO_FAULT

    def latency(self) -> float:
        """Seconds that the next request takes longer."""
        with self._lock:
            return self._delay.uniform(*self.plan.latency)
