"""The SQLite file behind the boards: everything a restarted server must still know."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from sandbox.monday.model import Board, Cell, Column, Group, Item

_TABLES = """
create table if not exists board (id integer primary key, body text not null);
create table if not exists board_column (
    board_id integer not null, id text not null, place integer not null, body text not null,
    primary key (board_id, id)
);
create table if not exists board_group (
    board_id integer not null, id text not null, place integer not null, body text not null,
    primary key (board_id, id)
);
create table if not exists item (id integer primary key, board_id integer not null, body text not null);
create table if not exists reply (
    user text not null, key text not null, at real not null, body text not null, primary key (user, key)
);
create table if not exists counter (name text primary key, value integer not null);
"""


class Store:
    """Writes are collected until `commit`; the caller holds the lock of the boards."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        # isolation_level None: transactions begin and end where this class says so.
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self.connection.execute("pragma journal_mode = wal")
        self.connection.execute("pragma synchronous = normal")
        self.connection.executescript(_TABLES)

    def close(self) -> None:
        self.connection.close()

    def begin(self) -> None:
        self.connection.execute("begin immediate")

    def commit(self) -> None:
        self.connection.execute("commit")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("rollback")

    def clear(self) -> None:
        for table in ("board", "board_column", "board_group", "item", "reply", "counter"):
            self.connection.execute(f"delete from {table}")  # noqa: S608 - names are the literals above

    def save_board(self, board: Board) -> None:
        body = {
            "name": board.name,
            "type": board.type,
            "created_at": board.created_at,
            "updated_at": board.updated_at,
            "parent_board_id": board.parent_board_id,
            "former_column_ids": board.former_column_ids,
        }
        self._put("board (id, body)", board.id, json.dumps(body))

    def save_column(self, board: Board, column: Column) -> None:
        place = list(board.columns).index(column.id)
        body = json.dumps(asdict(column))
        self._put("board_column (board_id, id, place, body)", board.id, column.id, place, body)

    def save_group(self, board: Board, group: Group) -> None:
        place = list(board.groups).index(group.id)
        self._put(
            "board_group (board_id, id, place, body)", board.id, group.id, place, json.dumps(asdict(group))
        )

    def save_places(self, board: Board) -> None:
        """After something was put in the middle."""
        for table, ids in (("board_column", board.columns), ("board_group", board.groups)):
            self.connection.executemany(
                f"update {table} set place = ? where board_id = ? and id = ?",  # noqa: S608 - literals
                [(place, board.id, name) for place, name in enumerate(ids)],
            )

    def delete_column(self, board: Board, column_id: str) -> None:
        self.connection.execute(
            "delete from board_column where board_id = ? and id = ?", (board.id, column_id)
        )

    def delete_group(self, board: Board, group_id: str) -> None:
        self.connection.execute("delete from board_group where board_id = ? and id = ?", (board.id, group_id))

    def save_item(self, item: Item) -> None:
        self._put("item (id, board_id, body)", item.id, item.board_id, json.dumps(asdict(item)))

    def next_number(self, name: str, first: int) -> int:
        row = self.connection.execute("select value from counter where name = ?", (name,)).fetchone()
        number = first if row is None else int(row[0])
        self._put("counter (name, value)", name, number + 1)
        return number

    def load_boards(self) -> list[Board]:
        boards = {}
        for board_id, body in self.connection.execute("select id, body from board order by id"):
            boards[board_id] = Board(id=board_id, columns={}, groups={}, **json.loads(body))
        for board_id, body in self._rows("board_column"):
            column = Column(**json.loads(body))
            column.labels = {int(number): label for number, label in column.labels.items()}
            boards[board_id].columns[column.id] = column
        for board_id, body in self._rows("board_group"):
            group = Group(**json.loads(body))
            boards[board_id].groups[group.id] = group
        for board_id, body in self.connection.execute("select board_id, body from item order by id"):
            item = _item(json.loads(body))
            boards[board_id].items[item.id] = item
        return list(boards.values())

    def _rows(self, table: str) -> Iterator[tuple[int, str]]:
        query = f"select board_id, body from {table} order by board_id, place"  # noqa: S608 - literals
        yield from self.connection.execute(query)

    def _put(self, target: str, *values: object) -> None:
        marks = ", ".join("?" * len(values))
        self.connection.execute(f"insert or replace into {target} values ({marks})", values)  # noqa: S608


def _item(body: dict[str, object]) -> Item:
    item = Item(**body)  # type: ignore[arg-type]
    item.cells = {column_id: Cell(*cell) for column_id, cell in item.cells.items()}
    item.subitem_ids = tuple(item.subitem_ids)
    return item
