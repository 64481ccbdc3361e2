"""Every call that arrived, for tests that count: what was asked, what was executed, how it ended."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

_KEPT = 50_000


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
    ended: bool = False
    """Nothing more is going to be executed for it."""


class CallLog:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        self._entries.clear()

    def begin(self, entry: Entry) -> None:
        self._entries.append(entry)

    def report(self, *, log: bool = True) -> dict[str, Any]:
        """Ended calls only: an answered call is among them before its answer leaves the server."""
        ended = [entry for entry in list(self._entries) if entry.ended]
        kinds = Counter(entry.kind for entry in ended)
        report: dict[str, Any] = {
            "calls": len(ended),
            "queries": kinds["query"],
            "mutations": kinds["mutation"],
            "unread": kinds["unknown"],
            "executed": dict(Counter(entry.kind for entry in ended if entry.executed)),
            "replayed": sum(entry.replayed for entry in ended),
            "fields": _sum(entry.fields for entry in ended),
            "committed": _sum(entry.committed for entry in ended),
            "statuses": dict(Counter(str(entry.status) for entry in ended)),
        }
        if log:
            report["log"] = [asdict(entry) for entry in ended]
        return report


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)
