"""One clock for limits, cursors and idempotency keys, so that tests can let half an hour pass at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch, plus whatever has been skipped."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    def timestamp(self) -> str:
        """The present as Monday writes it: UTC, whole seconds, a trailing Z."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
