"""Every call that arrived, for tests that count: what was asked, whether it was executed, how it ended."""

import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.web.faults import CallKind

_KEPT = 50_000


@dataclass
class Call:
    kind: CallKind
    method: str
    path: str
    query: str = ""
    route: str = ""
    """Path with ids left out, such as /orders/{id}/notes."""
    status: int | None = None
    """The status the client got; None: it got none."""
    fault: str | None = None
    executed: bool = False
    cut_after: int | None = None
    """So many entries of a batch are executed, and no more."""
    ended: bool = False
    at: float = field(default_factory=time.time)
    seconds: float = 0.0

    def end(self) -> None:
        """Nothing more happens for it; an answered call has ended before its answer leaves the server."""
        if not self.ended:
            self.seconds = round(time.time() - self.at, 4)
            self.ended = True


class CallLog:
    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        self._calls.clear()

    def begin(self, call: Call) -> None:
        self._calls.append(call)

    def report(self, *, log: bool = True) -> dict[str, Any]:
        """Counts of ended calls, and each of them when `log`."""
        ended = [call for call in list(self._calls) if call.ended]
        kinds = Counter(call.kind for call in ended)
        report: dict[str, Any] = {
            "calls": len(ended),
            "reads": kinds["read"],
            "writes": kinds["write"],
            "executed": dict(Counter(call.kind for call in ended if call.executed)),
            "routes": dict(Counter(f"{call.method} {call.route}" for call in ended)),
            "statuses": dict(Counter(str(call.status) for call in ended)),
        }
        if log:
            report["log"] = [asdict(call) for call in ended]
        return report
