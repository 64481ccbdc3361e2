"""Every call that arrived, for tests that count: what was asked, what was executed, how it ended."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

_KEPT = 20_000


@dataclass
class Entry:
    kind: str = "unknown"
    """query, mutation, or unknown when the request was refused before it was read."""
    fields: dict[str, int] = field(default_factory=dict)
    """Aliases asked for, by name of the root field."""
    committed: dict[str, int] = field(default_factory=dict)
    """Aliases committed, by name of the mutation."""
    status: int | None = None
    """The status the client got; None: it got none."""
    code: str | None = None
    fault: str | None = None
    errors: int = 0
    executed: bool = False
    replayed: bool = False
    idempotency_key: str | None = None
    request_id: str | None = None
    seconds: float = 0.0
    at: float = 0.0


class CallLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._entries: deque[Entry] = deque(maxlen=_KEPT)
            self._kinds: Counter[str] = Counter()
            self._executed: Counter[str] = Counter()
            self._fields: Counter[str] = Counter()
            self._committed: Counter[str] = Counter()
            self._statuses: Counter[str] = Counter()
            self._replayed = 0

    def add(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
            self._kinds[entry.kind] += 1
            self._executed[entry.kind] += entry.executed
            self._fields.update(entry.fields)
            self._committed.update(entry.committed)
            self._statuses[str(entry.status)] += 1
            self._replayed += entry.replayed

    def report(self, *, log: bool = True) -> dict[str, Any]:
        with self._lock:
            report: dict[str, Any] = {
                "calls": sum(self._kinds.values()),
                "queries": self._kinds["query"],
                "mutations": self._kinds["mutation"],
                "unread": self._kinds["unknown"],
                "executed": {kind: count for kind, count in self._executed.items() if count},
                "replayed": self._replayed,
                "fields": dict(self._fields),
                "committed": dict(self._committed),
                "statuses": dict(self._statuses),
            }
            if log:
                report["log"] = [asdict(entry) for entry in self._entries]
            return report
