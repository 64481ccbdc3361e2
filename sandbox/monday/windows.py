"""Quotas per stretch of time, in the two readings of "resets 60 s after the first call"."""

from __future__ import annotations

from collections import deque
from typing import Literal


class Window:
    """`anchored`: empties at once, one length after its first use. `rolling`: each use leaves on its own."""

    def __init__(
        self, quota: float, seconds: float, kind: Literal["anchored", "rolling"] = "anchored"
    ) -> None:
        self.quota = quota
        self.seconds = seconds
        self.kind = kind
        self._uses: deque[tuple[float, float]] = deque()
        self._used = 0.0

    def left(self, now: float) -> float:
        self._expire(now)
        return self.quota - self._used

    def resets_in(self, now: float) -> float:
        """Seconds until something comes back; 0 when nothing is used."""
        self._expire(now)
        return max(0.0, self._uses[0][0] + self.seconds - now) if self._uses else 0.0

    def take(self, amount: float, now: float) -> None:
        self._expire(now)
        self._uses.append((now, amount))
        self._used += amount

    def give_back(self, amount: float) -> None:
        """A refund shrinks the newest use; what has left the window meanwhile is not refunded."""
        while amount > 0 and self._uses:
            at, used = self._uses.pop()
            refund = min(amount, used)
            self._used -= refund
            amount -= refund
            if used > refund or not self._uses:
                # The oldest use stays even at nothing: it is what the window is counted from.
                self._uses.append((at, used - refund))
                return

    def wait_for(self, amount: float, now: float) -> float:
        """Seconds until `amount` fits; 0 when it fits now."""
        missing = amount - self.left(now)
        if missing <= 0:
            return 0.0
        if amount > self.quota:
            return self.seconds
        if self.kind == "anchored":
            return self.resets_in(now)
        for at, used in self._uses:
            missing -= used
            if missing <= 0:
                return at + self.seconds - now
        return self.seconds

    def _expire(self, now: float) -> None:
        if self.kind == "anchored":
            if self._uses and now >= self._uses[0][0] + self.seconds:
                self._uses.clear()
                self._used = 0.0
            return
        while self._uses and now >= self._uses[0][0] + self.seconds:
            self._used -= self._uses.popleft()[1]
