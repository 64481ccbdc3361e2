"""Which fault strikes which request. Seeded, one draw per rule and request: the same order of requests
meets the same faults."""

from __future__ import annotations

import random
import threading

from sandbox.monday.fault_rules import Fault, FaultPlan, Poison
from sandbox.monday.limits import Kind

NO_FAULT = Fault(kind="none")


class FaultSchedule:
    def __init__(self, plan: FaultPlan | None = None) -> None:
        self._lock = threading.Lock()
        self.set(plan or FaultPlan())

    def set(self, plan: FaultPlan) -> None:
        with self._lock:
            self.plan = plan
            self._queue = list(plan.queue)
            self._struck = [0] * len(plan.rules)
            self._poisoned = [0] * len(plan.poison)
            self._strike = random.Random(plan.seed)
            self._delay = random.Random(plan.seed + 1)

    def push(self, *faults: Fault) -> None:
        """Put faults at the end of the one-shot queue."""
        with self._lock:
            self._queue.extend(faults)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def next_fault(self, kind: Kind) -> Fault:
        with self._lock:
            draws = [self._strike.random() for _ in self.plan.rules]
            if self._queue and self._queue[0].on in (kind, "any"):
                return self._queue.pop(0)
            for place, (rule, draw) in enumerate(zip(self.plan.rules, draws, strict=True)):
                spent = rule.times is not None and self._struck[place] >= rule.times
                if rule.on in (kind, "any") and draw < rule.probability and not spent:
                    self._struck[place] += 1
                    return rule
            return NO_FAULT

    def request_seconds(self) -> float:
        with self._lock:
            return self._delay.uniform(*self.plan.latency.request)

    def alias_seconds(self) -> float:
        with self._lock:
            return self._delay.uniform(*self.plan.latency.alias)

    def take_poison(self, place: int, poison: Poison) -> bool:
        """Whether this poison still has a dose left; takes it."""
        with self._lock:
            if poison.times is not None and self._poisoned[place] >= poison.times:
                return False
            self._poisoned[place] += 1
            return True
