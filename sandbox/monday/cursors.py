"""Pages of items. A cursor remembers the items of its first page, so nothing is skipped or seen twice."""

from __future__ import annotations

import base64
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from sandbox.monday.clock import Clock
from sandbox.monday.errors import MondayError, invalid_argument

PAGE_LIMIT = 500
_KEPT = 2_000


@dataclass(frozen=True)
class Page:
    item_ids: tuple[int, ...]
    cursor: str | None


@dataclass(frozen=True)
class _Rest:
    item_ids: tuple[int, ...]
    until: float


class Cursors:
    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.seconds = seconds
        self._open: OrderedDict[str, _Rest] = OrderedDict()

    def first_page(self, item_ids: list[int], limit: int) -> Page:
        return self._page(tuple(item_ids), checked_limit(limit), self._clock.now() + self.seconds)

    def next_page(self, cursor: str, limit: int) -> Page:
        rest = self._open.get(cursor)
        if rest is None or rest.until < self._clock.now():
            raise MondayError(
                "CursorException", "CursorExpiredError: The cursor provided has expired or is unknown"
            )
        return self._page(rest.item_ids, checked_limit(limit), rest.until)

    def _page(self, item_ids: tuple[int, ...], limit: int, until: float) -> Page:
        head, tail = item_ids[:limit], item_ids[limit:]
        if not tail:
            return Page(head, None)
        cursor = base64.urlsafe_b64encode(b"MSw5" + secrets.token_bytes(18)).decode()
        self._open[cursor] = _Rest(tail, until)
        while len(self._open) > _KEPT:
            self._open.popitem(last=False)
        return Page(head, cursor)


def checked_limit(limit: int) -> int:
    if not 1 <= limit <= PAGE_LIMIT:
        raise invalid_argument(f"limit must be between 1 and {PAGE_LIMIT}", limit=limit)
    return limit
