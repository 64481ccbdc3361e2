"""Orders that wait or have failed: where they stand, what was made for them, and what was last seen of them.

Where they stand and what was made is the ledger's; what was seen is the raw tables', as the last extract left them.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.records import Record, record_of
from dagster_project.delivery.states import RETIRED, State
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.facts import ART
from dagster_project.radius.item_codes import derived_of
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.reading import table_exists

ORDERS = "orders"
Seen = Mapping[str, Any]
NONE = "-"


@dataclass(frozen=True)
class Order:
    """An order that waits for something, or that failed."""

    record: Record
    updated_at: dt.datetime
    made: Mapping[str, Sequence[Record]] = field(default_factory=dict)  # entity → ledger rows, by key
    seen: Mapping[str, Sequence[Seen]] = field(default_factory=dict)  # raw table → rows, ERP's column names

    @property
    def number(self) -> str:
        """Number of the plant-4 order."""
        return self.record.key

    @property
    def code(self) -> str:
        """Its hold, or the step at which it failed."""
        return self.record.error_code or str(self.record.state)

    @property
    def reason(self) -> str:
        """Why, in a sentence."""
        return self.record.hold_reason or self.record.error_message or ""

    @property
    def since(self) -> dt.datetime:
        """When its hold began; of another order, when a run looked at it last."""
        return self.record.hold_since or self.updated_at

    @property
    def customer(self) -> str:
        """Customer's code."""
        return self._header("CustCode")

    @property
    def custref(self) -> str:
        """Customer's reference, as it was last seen."""
        return self._header("CustRef")

    def numbers(self, *entities: str) -> str:
        """The numbers of what was made, each once, without their lines; of the first entity that has any."""
        for entity in entities:
            ids = [
                record.remote_id.partition("/")[0] for record in self.made.get(entity, ()) if record.remote_id
            ]
            if ids:
                return ", ".join(dict.fromkeys(ids))
        return NONE

    def rows(self, table: sa.Table) -> Sequence[Seen]:
        """What was last seen of it in a raw table."""
        return self.seen.get(table.name, ())

    def _header(self, name: str) -> str:
        return next((str(row[name]) for row in self.rows(raws.SO4_HEADERS) if row[name] is not None), NONE)


def standing(
    connection: Connection, instance: str, states: Collection[State] = (), numbers: Collection[str] = ()
) -> list[Order]:
    """Return the orders in any of these states, or with these numbers, in the order of their numbers.

    They know where they stand and nothing else: most of those that wait are asked no more by any run.
    """
    table = tables.delivery
    query = sa.select(table).where(
        table.c.instance == instance,
        table.c.entity == ORDERS,
        sa.or_(table.c.state.in_(sorted(states)), table.c.business_key.in_(sorted(numbers))),
    )
    return [
        Order(record_of(row), row.updated_at)
        for row in connection.execute(query.order_by(table.c.business_key))
    ]


def made_for(connection: Connection, instance: str, found: Sequence[Order]) -> list[Order]:
    """Return these orders with what was made for them."""
    made = _made(connection, instance, [order.number for order in found])
    return [replace(order, made=made.get(order.number, {})) for order in found]


def filled(connection: Connection, instance: str, found: Iterable[Order]) -> list[Order]:
    """Return these orders with what was made for them and what was last seen of them."""
    bare = {order.number: order for order in found}
    if not bare:
        return []
    made = _made(connection, instance, bare)
    seen = _seen(connection, bare, made)
    return [
        replace(order, made=made.get(number, {}), seen=seen.get(number, {})) for number, order in bare.items()
    ]


def orders(connection: Connection, instance: str, numbers: Collection[str]) -> list[Order]:
    """Return the orders with these numbers, in their order, with all that is known of them."""
    return filled(connection, instance, standing(connection, instance, numbers=numbers))


def _made(
    connection: Connection, instance: str, numbers: Iterable[str]
) -> dict[str, dict[str, list[Record]]]:
    wanted = [(instance, number) for number in numbers]
    made: dict[str, dict[str, list[Record]]] = {}
    for row in rows.select_by_key(connection, tables.delivery, ("instance", "parent_key"), wanted):
        record = record_of(row)
        if record.state not in RETIRED and record.parent_key is not None:
            made.setdefault(record.parent_key, {}).setdefault(record.entity, []).append(record)
    for by_entity in made.values():
        for records in by_entity.values():
            records.sort(key=lambda record: record.key)
    return made


_BY_ORDER = (raws.SO4_HEADERS, raws.SO4_LINES, raws.JOBS_P4)


def _seen(
    connection: Connection, numbers: Iterable[str], made: Mapping[str, Mapping[str, Sequence[Record]]]
) -> dict[str, dict[str, list[Seen]]]:
    """Rows by order and raw table; what belongs to a job or a plant-2 order is found by what was made."""
    seen: dict[str, dict[str, list[Seen]]] = {number: {} for number in numbers}
    if not table_exists(connection, raws.SO4_HEADERS.name):
        return seen  # nothing was read yet; the raw tables are made together
    of_order = {int(number): number for number in seen if number.isdecimal()}
    for table in _BY_ORDER:
        _add(connection, seen, table, "SOrderNum", of_order)
    jobs = {i: number for number, by in made.items() for i in _ids(by, "jobs_p4")}
    for table in (raws.REQUIREMENTS, raws.PO_LINES):
        _add(connection, seen, table, "JobCode", jobs)
    sales = {int(i): number for number, by in made.items() for i in _ids(by, "so2_references", "so2_lines")}
    _add(connection, seen, raws.JOB_LINES_P2, "SOrderNum", sales)
    _add_items(connection, seen)
    return seen


def _add_items(connection: Connection, seen: Mapping[str, dict[str, list[Seen]]]) -> None:
    """Add what is derived of each order's bags; orders share items."""
    wanted = {number: derived(by_table.get(raws.SO4_LINES.name, ())) for number, by_table in seen.items()}
    codes = sorted({code for some in wanted.values() for code in some})
    if not codes:
        return
    found = rows.select_by_key(connection, raws.ITEMS, ("ItemCode",), [(code,) for code in codes])
    by_code = {row.ItemCode: dict(row._mapping) for row in found}
    for number, some in wanted.items():
        seen[number][raws.ITEMS.name] = [by_code[code] for code in some if code in by_code]


def derived(lines: Iterable[Seen]) -> list[str]:
    """Return the printed film and the printed roll of every bag, each once, in the order of the lines."""
    bags = [row["ItemCode"] for row in lines if row["ItemCode"] and row["SOItemTypeCode"] != ART]
    return list(dict.fromkeys(code for bag in bags for code in derived_of(bag)))


def _add(
    connection: Connection, seen: Mapping[str, dict[str, list[Seen]]], table: sa.Table, name: str,
    wanted: Mapping[Any, str],
) -> None:  # fmt: skip
    if not wanted:
        return
    keys = list(table.primary_key.columns.keys())
    found = [
        row._mapping for row in rows.select_by_key(connection, table, (name,), [(key,) for key in wanted])
    ]
    for row in sorted(found, key=lambda row: tuple(row[key] for key in keys)):
        seen[wanted[row[name]]].setdefault(table.name, []).append(dict(row))


def _ids(made: Mapping[str, Sequence[Record]], *entities: str) -> set[str]:
    return {
        record.remote_id.partition("/")[0]
        for entity in entities
        for record in made.get(entity, ())
        if record.remote_id
    }
