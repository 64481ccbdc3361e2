# ruff: noqa: S608 - names come from columns.py, values are bound
"""What people do to orders after the first load, as statements on ORDERS_UNIFIED in the warehouse.

Every edit answers with what it changed, so that a test can hold it against what the destination was told.
Statements are plain enough for DuckDB and SQL Server: names in double quotes, values bound to `?`. The
caller owns the transaction.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.source import columns as c

_PAIRS_PER_STATEMENT = 500  # SQL Server takes 2,100 parameters
_NAMESPACE = uuid.UUID("4755a9e0-0000-4000-8000-000000000268")


@dataclass(frozen=True)
class Change:
    record_uuid: str
    """Upper-case text, as of before the change."""
    column: str | None
    """None: the whole row, as a dictionary in `old` or `new`."""
    old: Any
    new: Any


class OrderBook:
    """ORDERS_UNIFIED as the people who edit it see it: one row at a time, found by its record_uuid.

    `connection` is a SQLAlchemy connection or a DB-API one whose markers are `?` (DuckDB, pyodbc).
    Every edit raises LookupError when there is not exactly one row with the key.
    """

    def __init__(self, connection: Any, schema: str | None = None, table: str = "ORDERS_UNIFIED") -> None:
        self._run = getattr(connection, "exec_driver_sql", None) or connection.execute
        self._table = ".".join(_quoted(part) for part in (schema, table) if part)

    def keys(self, customer: str, po: str | None = None) -> list[str]:
        """The rows of a customer, or of one of its purchase orders, by order number, then key."""
        narrower = f" and {_quoted(c.PO_NUMBER)} = ?" if po is not None else ""
        found = self._run(
            f"select {_quoted(c.RECORD_UUID)} from {self._table} "
            f"where {_quoted(c.CUSTOMER_NAME)} = ?{narrower} "
            f"order by {_quoted(c.ORDER_NUMBER)}, {_quoted(c.RECORD_UUID)}",
            (customer,) if po is None else (customer, po),
        ).fetchall()
        return [_key(row[0]) for row in found if row[0] is not None]

    def sizes(self, record_uuid: str) -> dict[str, int]:
        """The sizes that are ordered, in the order of the columns."""
        quantities = zip(c.SIZES, self._cells(record_uuid, c.SIZES), strict=True)
        return {size: quantity for size, quantity in quantities if quantity and quantity > 0}

    def change_description(self, record_uuid: str, text: str) -> list[Change]:
        return [self._set(record_uuid, c.STYLE_DESCRIPTION, text)]

    def change_season(self, record_uuid: str, season: str | None) -> list[Change]:
        """Another customer season: the item moves to another group."""
        return [self._set(record_uuid, c.CUSTOMER_SEASON, season)]

    def raise_quantity(self, record_uuid: str, size: str, by: int) -> list[Change]:
        """More (or, with a negative `by`, fewer) pieces of a size; the totals follow."""
        return self._order(record_uuid, size, (self._cell(record_uuid, size) or 0) + by)

    def drop_size(self, record_uuid: str, size: str) -> list[Change]:
        """A size nobody wants any more: 0 pieces."""
        return self._order(record_uuid, size, 0)

    def add_size(self, record_uuid: str, size: str, quantity: int) -> list[Change]:
        """A size that was not ordered before. Raises ValueError when it was."""
        if self._cell(record_uuid, size):
            raise ValueError(f"{record_uuid}: size {size} is already ordered; raise its quantity instead")
        return self._order(record_uuid, size, quantity)

    def cancel(self, record_uuid: str, order_type: str = "CANCELLED") -> list[Change]:
        """The sizes stay as they are; only the order type says so, in whatever case people type it."""
        return [self._set(record_uuid, c.ORDER_TYPE, order_type)]

    def uncancel(self, record_uuid: str) -> list[Change]:
        return [self._set(record_uuid, c.ORDER_TYPE, "ACTIVE")]

    def remove(self, record_uuid: str) -> list[Change]:
        names = [column.name for column in c.COLUMNS]
        row = dict(zip(names, self._cells(record_uuid, names), strict=True))
        self._run(f"delete from {self._table} where {_BY_KEY}", (_key(record_uuid),))
        return [Change(_key(record_uuid), None, row, None)]

    def put_back(self, removed: Change) -> list[Change]:
        """Undo a removal: the same row under the same key."""
        names = ", ".join(_quoted(name) for name in removed.old)
        markers = ", ".join("?" for _ in removed.old)
        self._run(f"insert into {self._table} ({names}) values ({markers})", tuple(removed.old.values()))
        return [Change(removed.record_uuid, None, None, removed.old)]

    def reissue(self, record_uuids: Sequence[str]) -> list[Change]:
        """New record_uuids for these rows and nothing else: what a reload of the table does."""
        pairs = [(key, _reissued(key)) for key in map(_key, record_uuids)]
        for start in range(0, len(pairs), _PAIRS_PER_STATEMENT):
            chunk = pairs[start : start + _PAIRS_PER_STATEMENT]
            markers = ", ".join("(?, ?)" for _ in chunk)
            self._run(
                f"update {self._table} set {_quoted(c.RECORD_UUID)} = pair.new_key "
                f"from (values {markers}) as pair (old_key, new_key) where {_KEY} = pair.old_key",
                tuple(key for pair in chunk for key in pair),
            )
        return [Change(old, c.RECORD_UUID, old, new) for old, new in pairs]

    def _order(self, record_uuid: str, size: str, quantity: int) -> list[Change]:
        return list(self._quantities(record_uuid, size, quantity))

    def _quantities(self, record_uuid: str, size: str, quantity: int) -> Iterator[Change]:
        if size not in c.SIZES:
            raise ValueError(f"{size} is no size column of ORDERS_UNIFIED")
        changed = self._set(record_uuid, size, quantity)
        yield changed
        for total in (c.TOTAL_QTY, c.SUM_OF_TOTAL_QTY):
            old = self._cell(record_uuid, total) or 0
            yield self._set(record_uuid, total, old + quantity - (changed.old or 0))

    def _set(self, record_uuid: str, column: str, value: Any) -> Change:
        old = self._cell(record_uuid, column)
        self._run(
            f"update {self._table} set {_quoted(column)} = ? where {_BY_KEY}", (value, _key(record_uuid))
        )
        return Change(_key(record_uuid), column, old, value)

    def _cell(self, record_uuid: str, column: str) -> Any:
        return self._cells(record_uuid, [column])[0]

    def _cells(self, record_uuid: str, names: Sequence[str]) -> Sequence[Any]:
        chosen = ", ".join(_quoted(name) for name in names)
        rows: list[Sequence[Any]] = self._run(
            f"select {chosen} from {self._table} where {_BY_KEY}", (_key(record_uuid),)
        ).fetchall()
        if len(rows) != 1:
            raise LookupError(f"{len(rows)} rows of {self._table} have record_uuid {record_uuid}, not one")
        return rows[0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _key(record_uuid: object) -> str:
    return str(record_uuid).upper()


def _reissued(key: str) -> str:
    return _key(uuid.uuid5(_NAMESPACE, key))


_KEY = f"upper(cast({_quoted(c.RECORD_UUID)} as varchar(36)))"
"""The same text whether the column is a uuid, which prints in another case per engine, or a text."""
_BY_KEY = f"{_KEY} = ?"
