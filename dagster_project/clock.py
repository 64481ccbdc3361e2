"""Time as the kernel sees it: UTC without zone, and replaceable, so that tests need not wait."""

import datetime as dt
import secrets
import time
from typing import Protocol


class Clock(Protocol):
    """Now, and waiting."""

    def now(self) -> dt.datetime:
        """UTC, naive, microseconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """UTC, naive."""
        return dt.datetime.now(dt.UTC).replace(tzinfo=None)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def new_id() -> str:
    """Return an id that sorts by time of making, also within a loop: 16 hex digits of nanoseconds, 16 random ones."""
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"
