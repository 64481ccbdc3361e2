"""Rows of the ERP within one transaction, as dictionaries by column name."""

import json
import sqlite3
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sandbox.radius.tables import LATE, twin

Row = dict[str, Any]

FIRST_NUMBERS = {
    "order": 251_000, "purchase order": 241_000, "job": 900_100, "ship request": 570_000, "estimate": 106_600,
    "master estimate": 200_010_000, "record": 336_000_000, "requirement": 340_000_000,
}  # fmt: skip
"""The last number taken before the first; plants share one sequence of order numbers."""
COMPANY = 2


class Session:
    def __init__(self, connection: sqlite3.Connection, who: str = "") -> None:
        self._connection = connection
        self._who = who
        self.lag_seconds = 0.0
        """How long rows that the adapter adds to a late table stay invisible to SQL."""

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """What a query gives; tables are named without PUB here."""
        return [dict(row) for row in self._connection.execute(sql, values)]

    def one(self, sql: str, *values: Any) -> Row | None:
        """The first row of a query."""
        row = self._connection.execute(sql, values).fetchone()
        return None if row is None else dict(row)

    def find(self, table: str, **where: Any) -> Row | None:
        """A row by equality, waiting ones included."""
        found = self.all(table, **where)
        return found[0] if found else None

    def all(self, table: str, **where: Any) -> list[Row]:
        """Rows by equality, in the order they were made, waiting ones included."""
        found: list[Row] = []
        for name in _places(table):
            sql = f'select * from "{name}" where {_equal(where)} order by rowid'  # noqa: S608 - names are literals of this package
            found += self.rows(sql, *where.values())
        return [{column: value for column, value in row.items() if column != "due_at"} for row in found]

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row; to a late table under a lag, it waits first."""
        name, values = table, dict(row)
        if self.lag_seconds and table in _LATE:
            name, values = twin(table), {"due_at": time.time() + self.lag_seconds, **values}
        columns = ", ".join(f'"{column}"' for column in values)
        marks = ", ".join("?" * len(values))
        sql = f'insert into "{name}" ({columns}) values ({marks})'  # noqa: S608
        self._connection.execute(sql, [_bound(value) for value in values.values()])

    def update(self, table: str, values: Mapping[str, Any], **where: Any) -> int:
        """Set columns of the rows found by equality; how many there were."""
        sets = ", ".join(f'"{column}" = ?' for column in values)
        bound = [*(_bound(value) for value in values.values()), *where.values()]
        return sum(
            self._connection.execute(f'update "{name}" set {sets} where {_equal(where)}', bound).rowcount  # noqa: S608
            for name in _places(table)
        )

    def delete(self, table: str, **where: Any) -> int:
        """Take rows away; how many there were."""
        return sum(
            self._connection.execute(
                f'delete from "{name}" where {_equal(where)}', list(where.values())  # noqa: S608
            ).rowcount
            for name in _places(table)
        )  # fmt: skip

    def next(self, name: str) -> int:
        """The next number of a sequence."""
        row = self._connection.execute(
            """insert into sandbox_number values (?, ?) on conflict (name) do update set last = last + 1
            returning last""",
            (name, FIRST_NUMBERS[name] + 1),
        ).fetchone()
        return int(row[0])

    def record(self) -> Row:
        """What every row that is written anew carries: when, and a record number."""
        return {"LastUpdatedDateTime": stamp(), "TableRecId": self.next("record")}

    def note(self, deed: str, subject: object, **detail: Any) -> None:
        """Write down in the audit what was changed."""
        self._connection.execute(
            "insert into sandbox_audit (who, deed, object, detail) values (?, ?, ?, ?)",
            (self._who, deed, str(subject), json.dumps(detail, default=str) if detail else ""),
        )

    def publish(self) -> None:
        """Move the rows that are due to where SQL sees them."""
        now = time.time()
        for table in LATE:
            columns = ", ".join(f'"{column}"' for column in table.columns)
            due = f'from "{twin(table.name)}" where due_at <= ?'
            self._connection.execute(f'insert into "{table.name}" ({columns}) select {columns} {due}', (now,))
            self._connection.execute(f"delete {due}", (now,))

    def due_in(self) -> float | None:
        """Seconds until the next waiting row is due, 0 or less when one is; None when none waits."""
        waiting = [self.one(f'select min(due_at) as due from "{twin(table.name)}"') for table in LATE]  # noqa: S608
        due = [row["due"] for row in waiting if row is not None and row["due"] is not None]
        return min(due) - time.time() if due else None


_LATE = frozenset(table.name for table in LATE)


def stamp() -> str:
    """Now, as LastUpdatedDateTime has it: UTC, text."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def _places(table: str) -> tuple[str, ...]:
    return (table, twin(table)) if table in _LATE else (table,)


def _equal(where: Mapping[str, Any]) -> str:
    return " and ".join(f'"{column}" = ?' for column in where) or "1"


def _bound(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
