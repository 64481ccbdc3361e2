"""The SQLite file behind the shop: orders as the JSON that is told, notes, mails, expectations.

Every change is one transaction in WAL mode, so a killed server loses at most the request it was working on.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_TABLES = """
create table if not exists shop_order (
    id integer primary key, status text not null, customer_id integer not null,
    created text not null, created_gmt text not null, modified text not null, modified_gmt text not null,
    found_by text not null, body text not null
);
create index if not exists order_by_modification on shop_order (modified_gmt);
create table if not exists note (id integer primary key, order_id integer not null, body text not null);
create index if not exists note_by_order on note (order_id);
create table if not exists mail (
    id integer primary key, order_id integer not null, kind text not null, at text not null
);
create table if not exists expectation (order_id integer primary key, body text not null);
create table if not exists fact (name text primary key, value text not null);
"""
_FILLED = ("shop_order", "note", "mail", "expectation", "fact")


class Store:
    """Use it under `reading` or `changing`; both hold the one lock."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        # isolation_level None: transactions begin and end where this class says so.
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock:
            yield

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction."""
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def clear(self) -> None:
        for table in _FILLED:
            self._connection.execute(f"delete from {table}")  # noqa: S608 - names are the literals above

    def fact(self, name: str) -> str | None:
        """Something remembered about the shop itself, such as its seed."""
        row = self._connection.execute("select value from fact where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: object) -> None:
        self._connection.execute("insert or replace into fact values (?, ?)", (name, str(value)))

    def add(self, orders: Iterable[tuple[Json, Json]]) -> int:
        """Orders with their expectations; returns how many."""
        rows = [(_row(order), (order["id"], json.dumps(expected))) for order, expected in orders]
        self._connection.executemany(
            "insert into shop_order values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [row for row, _ in rows]
        )
        self._connection.executemany("insert into expectation values (?, ?)", [row for _, row in rows])
        return len(rows)

    def save(self, order: Json) -> None:
        self._connection.execute(
            "insert or replace into shop_order values (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(order)
        )

    def delete(self, order_id: int) -> None:
        self._connection.execute("delete from shop_order where id = ?", (order_id,))
        self._connection.execute("delete from note where order_id = ?", (order_id,))

    def order(self, order_id: int) -> Json | None:
        row = self._connection.execute("select body from shop_order where id = ?", (order_id,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def bodies(self, sql: str, values: Sequence[object]) -> list[str]:
        """JSON texts of the orders that `sql`, what follows the table's name, selects."""
        return [row[0] for row in self._connection.execute(f"select body from shop_order {sql}", values)]  # noqa: S608 - made of literals in selecting.py

    def count(self, sql: str, values: Sequence[object]) -> int:
        return int(self._connection.execute(f"select count(*) from shop_order {sql}", values).fetchone()[0])  # noqa: S608

    def status_counts(self) -> dict[str, int]:
        return dict(
            self._connection.execute(
                "select status, count(*) from shop_order group by 1 order by 1"
            ).fetchall()
        )

    def add_note(self, order_id: int, note: Json) -> Json:
        """The note with its id."""
        cursor = self._connection.execute(
            "insert into note (order_id, body) values (?, ?)", (order_id, json.dumps(note))
        )
        return {"id": cursor.lastrowid, **note}

    def notes(self, order_id: int) -> list[Json]:
        """Newest first."""
        rows = self._connection.execute(
            "select id, body from note where order_id = ? order by id desc", (order_id,)
        )
        return [{"id": number, **json.loads(body)} for number, body in rows]

    def delete_note(self, note_id: int) -> None:
        self._connection.execute("delete from note where id = ?", (note_id,))

    def add_mail(self, order_id: int, kind: str, at: str) -> None:
        self._connection.execute(
            "insert into mail (order_id, kind, at) values (?, ?, ?)", (order_id, kind, at)
        )

    def mails(self) -> list[Json]:
        rows = self._connection.execute("select order_id, kind, at from mail order by id")
        return [{"order_id": order_id, "kind": kind, "at": at} for order_id, kind, at in rows]

    def expectation(self, order_id: int) -> Json:
        row = self._connection.execute(
            "select body from expectation where order_id = ?", (order_id,)
        ).fetchone()
        return dict(json.loads(row[0]))

    def expect(self, order_id: int, expected: Json) -> None:
        self._connection.execute(
            "insert or replace into expectation values (?, ?)", (order_id, json.dumps(expected))
        )

    def expectations(self) -> dict[int, Json]:
        rows = self._connection.execute("select order_id, body from expectation order by order_id")
        return {order_id: json.loads(body) for order_id, body in rows}


def _row(order: Json) -> tuple[Any, ...]:
    return (
        order["id"], order["status"], order["customer_id"], order["date_created"], order["date_created_gmt"],
        order["date_modified"], order["date_modified_gmt"], _found_by(order), json.dumps(order),
    )  # fmt: skip


def _found_by(order: Json) -> str:
    """What `search` looks through: id, names, addresses, e-mail, items; lower case."""
    people = [str(value) for part in ("billing", "shipping") for value in order[part].values()]
    goods = [line["name"] for line in order["line_items"]]
    return " ".join([str(order["id"]), *people, *goods]).lower()
