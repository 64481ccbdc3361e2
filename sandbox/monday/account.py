"""Everything one server holds, and how it is put back to the start."""

from __future__ import annotations

from pathlib import Path

from sandbox.monday.board_locks import BoardLocks
from sandbox.monday.call_log import CallLog
from sandbox.monday.clock import Clock
from sandbox.monday.cursors import Cursors
from sandbox.monday.fault_rules import FaultPlan
from sandbox.monday.fault_schedule import FaultSchedule
from sandbox.monday.idempotency import Replies
from sandbox.monday.limits import Gate
from sandbox.monday.settings import Limits, Rules, Settings
from sandbox.monday.store import Store
from sandbox.monday.workspace import Workspace


class Account:
    def __init__(self, settings: Settings, state: str | Path = ":memory:") -> None:
        self.settings = settings
        self.clock = Clock()
        self.store = Store(state)
        self.space = Workspace(self.store, self.clock, settings.rules)
        self.replies = Replies(self.store, self.clock, settings.rules)
        self.cursors = Cursors(self.clock, settings.rules.cursor_seconds)
        self.locks = BoardLocks(enabled=settings.rules.lock_boards)
        self.gate = Gate(settings.limits, self.clock)
        self.faults = FaultSchedule()
        self.calls = CallLog()
        self.tokens = set(settings.tokens)

    def set_limits(self, limits: Limits) -> None:
        """New quotas begin with full windows."""
        self.gate = Gate(limits, self.clock)

    def set_rules(self, rules: Rules) -> None:
        self.space.rules = rules
        self.replies.rules = rules
        self.cursors.seconds = rules.cursor_seconds
        self.locks.enabled = rules.lock_boards

    def set_faults(self, plan: FaultPlan) -> None:
        self.faults.set(plan)
        self.space.index_lag = plan.index_lag_seconds

    def reset(self) -> None:
        with self.space.lock:
            self.space.reset()
            self.replies.clear()
        self.set_limits(self.settings.limits)
        self.set_rules(self.settings.rules)
        self.set_faults(FaultPlan())
        self.calls.clear()
        self.tokens = set(self.settings.tokens)

    def close(self) -> None:
        with self.space.lock:
            self.store.close()
