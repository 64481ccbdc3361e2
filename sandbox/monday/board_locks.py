"""Monday refuses to change a board that another request is changing: 423, nothing executed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.monday.errors import board_locked


class BoardLocks:
    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._lock = threading.Lock()
        self._held: set[int] = set()

    @contextmanager
    def held(self, boards: frozenset[int]) -> Iterator[None]:
        """Hold all boards for one request. Raises when one of them is held already."""
        if not self.enabled:
            yield
            return
        with self._lock:
            for board_id in sorted(boards & self._held):
                raise board_locked(board_id)
            self._held |= boards
        try:
            yield
        finally:
            with self._lock:
                self._held -= boards
