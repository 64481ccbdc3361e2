"""What a run knows of the other side: version, user, boards, quotas, and the groups made since it looked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_project.clock import Clock
from dagster_project.delivery.outcomes import AccessRefused, PreflightFailed
from dagster_project.monday.board import Board, board_of, groups_of
from dagster_project.monday.client import MondayClient
from dagster_project.monday.documents import GROUPS, PREFLIGHT


@dataclass(frozen=True)
class Surroundings:
    """What one read told. `calls_today` and `daily_limit` are the whole account's."""

    version: str
    me: str | None
    boards: Mapping[str, Board]
    calls_today: float = 0.0
    daily_limit: float | None = None


class Known:
    """Looks once, and again only when asked to."""

    def __init__(self, client: MondayClient, clock: Clock, board_id: str, board_ids: Sequence[str]) -> None:
        self._client = client
        self._clock = clock
        self._board_id = board_id
        self._board_ids = board_ids
        self._found: Surroundings | None = None
        self._groups: dict[str, str] = {}
        self._made: dict[str, int] = {}

    def look(self) -> Surroundings:
        """Read everything afresh. Raises what the client raises."""
        now = self._clock.now()
        data = self._client.read(PREFLIGHT, {"boards": list(self._board_ids)}, optional=("platform_api",))
        found = self._found = _surroundings(data, now.date())
        self._client.budget.used_today(found.calls_today, found.daily_limit, now)
        self._made = {}
        if board := found.boards.get(self._board_id):
            self._take_groups(board.groups)
        return found

    def once(self) -> Surroundings:
        """What was found at first sight."""
        return self._found or self.look()

    def board(self, board_id: str, *, fresh: bool = False) -> Board:
        """Return a board as it was when first seen, or as it is now. PreflightFailed: it is not there."""
        found = self.look() if fresh else self.once()
        if board_id not in found.boards:
            raise PreflightFailed(f"board {board_id} is not there, or the token may not see it")
        return found.boards[board_id]

    def groups(self) -> Mapping[str, str]:
        """Ids of the board's groups by title; the first counts when a title occurs twice."""
        self.once()
        return self._groups

    def read_groups(self) -> tuple[tuple[str, str], ...]:
        """Read (id, title) of the board's groups afresh."""
        boards = self._client.read(GROUPS, {"board": self._board_id})["boards"]
        if not boards:
            raise AccessRefused(f"board {self._board_id} is not there, or the token may not see it")
        groups = groups_of(boards[0])
        self._take_groups(groups)
        return groups

    def made_group(self, title: str, group_id: str) -> None:
        """A group was made by us."""
        self.once()
        self._groups[title] = group_id

    def made_item(self, board_id: str) -> None:
        """An item was made by us."""
        self._made[board_id] = self._made.get(board_id, 0) + 1

    def items_on(self, board_id: str) -> int:
        """How many items a board has, about."""
        return self.board(board_id).items_count + self._made.get(board_id, 0)

    def _take_groups(self, groups: tuple[tuple[str, str], ...]) -> None:
        self._groups = {}
        for group_id, title in groups:
            self._groups.setdefault(title.strip(), group_id)


def _surroundings(data: Mapping[str, Any], today: dt.date) -> Surroundings:
    boards = [board_of(said) for said in data.get("boards") or () if said]
    me = data.get("me") or {}
    quotas = data.get("platform_api") or {}
    return Surroundings(
        version=str((data.get("version") or {}).get("value")),
        me=str(me["id"]) if me.get("id") else None,
        boards={board.id: board for board in boards},
        calls_today=_calls_today(quotas, today),
        daily_limit=(quotas.get("daily_limit") or {}).get("total"),
    )


def _calls_today(quotas: Mapping[str, Any], today: dt.date) -> float:
    days = (quotas.get("daily_analytics") or {}).get("by_day") or ()
    return sum(float(day["usage"]) for day in days if str(day["day"]).startswith(today.isoformat()))
