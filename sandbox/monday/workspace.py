"""All boards of the account in memory, written through to the store.

Reading is done from memory because a page of 500 items holds over 20,000 column values; each change
is one transaction, so a killed server loses at most the alias it was working on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.monday.board_template import FIRST_ITEM_ID, fresh_boards
from sandbox.monday.clock import Clock
from sandbox.monday.draft import Draft
from sandbox.monday.errors import inactive_item, invalid_argument, invalid_board, not_found
from sandbox.monday.model import Board, Group, Item
from sandbox.monday.settings import Rules
from sandbox.monday.store import Store

_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class Workspace:
    def __init__(self, store: Store, clock: Clock, rules: Rules) -> None:
        self.store = store
        self.clock = clock
        self.rules = rules
        self.index_lag = 0.0
        """Seconds until a new item is found by `items_page_by_column_values`."""
        self.lock = threading.RLock()
        self.boards: dict[int, Board] = {}
        self._load()

    def _load(self) -> None:
        boards = self.store.load_boards()
        if not boards:
            self.reset()
            return
        self.boards = {board.id: board for board in boards}

    def reset(self) -> None:
        """Back to the template: no items, the first labels, the default group."""
        with self.changing():
            self.store.clear()
            boards = fresh_boards(self.clock.timestamp())
            for board in boards:
                self.store.save_board(board)
                for column in board.columns.values():
                    self.store.save_column(board, column)
                for group in board.groups.values():
                    self.store.save_group(board, group)
            self.boards = {board.id: board for board in boards}

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One committed change. Whoever raises inside must not have touched memory yet."""
        with self.lock:
            self.store.begin()
            try:
                yield
            except BaseException:
                self.store.rollback()
                raise
            self.store.commit()

    def draft(self, board: Board, *, create_labels: bool) -> Draft:
        return Draft(board, self.rules, self.clock.timestamp(), create_labels=create_labels)

    def board(self, board_id: object) -> Board:
        board = self.boards.get(number(board_id, "board_id"))
        if board is None:
            raise invalid_board(board_id)
        return board

    def find_item(self, item_id: object) -> Item | None:
        wanted = number(item_id, "item_id")
        for board in self.boards.values():
            if wanted in board.items:
                return board.items[wanted]
        return None

    def live_item(self, item_id: object, *, archived_allowed: bool = False) -> Item:
        """The item, unless it was deleted (not found) or archived (inactive)."""
        item = self.find_item(item_id)
        if item is None or item.state == "deleted":
            raise not_found("Item", item_id)
        if item.state == "archived" and not archived_allowed:
            raise inactive_item(item.id)
        return item

    def group(self, board: Board, group_id: str) -> Group:
        group = board.groups.get(group_id)
        if group is None:
            raise not_found("Group", group_id)
        return group

    def next_item_id(self) -> int:
        return self.store.next_number("item", FIRST_ITEM_ID)

    def next_suffix(self) -> str:
        """Such as mk0000a1: what Monday puts behind `group_` or `text_`."""
        count = self.store.next_number("suffix", 36**3)
        digits = ""
        while count:
            count, digit = divmod(count, 36)
            digits = _ID_ALPHABET[digit] + digits
        return f"mk{digits}"


def number(raw: object, name: str) -> int:
    """GraphQL IDs are strings of digits here."""
    text = str(raw)
    if not (text.isascii() and text.isdigit()):
        raise invalid_argument(f"{name} must be a number", **{name: text})
    return int(text)
