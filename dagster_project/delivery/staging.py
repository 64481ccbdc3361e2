"""Reads STG_ into rows. Filters are bound equalities; dbt never sees them."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.destination import Change, Entity, Row, StagedAs
from dagster_project.warehouse import tables
from dagster_project.warehouse.exact import exact

CONTROL = (
    "business_key", "parent_key", "previous_key", "change_type", "stg_status", "stg_reason", "changed_fields",
    "revision", "batch_name", "source_version",
)  # fmt: skip


MEANS = {"customer": ("source_customer", "canonical_customer", "customer_no"), "po": ("po_number",)}
"""What operators say, and the filter columns it may stand in; any other name is the column itself."""


class NothingChosen(Exception):
    """Neither a filter nor --all was given; delivering everything has to be said."""


class UnknownFilter(Exception):
    """The pipeline's rows cannot be chosen by this; the message lists by what they can."""


@dataclass(frozen=True)
class Filters:
    """Which staged rows to deliver. All given ones must hold; `everything` stands for none on purpose."""

    chosen: Mapping[str, str] = field(default_factory=dict)  # name → exact value
    key: str | None = None
    everything: bool = False

    @classmethod
    def said(cls, *, key: str | None = None, everything: bool = False, **chosen: str | None) -> "Filters":
        """Return the filters that were given; None means that one was not."""
        return cls({name: value for name, value in chosen.items() if value is not None}, key, everything)

    def check(self) -> None:
        """Raise NothingChosen unless at least one filter, or `everything`, was given."""
        if not (self.everything or self.given()):
            raise NothingChosen(
                "say which rows: by --key, a filter such as --customer, --po or --where NAME=VALUE, or --all"
            )

    def given(self) -> dict[str, str]:
        """Return the filters that were given."""
        return {**self.chosen, **({"key": self.key} if self.key is not None else {})}

    def where(self, table: sa.FromClause, columns: Collection[str]) -> sa.ColumnElement[bool]:
        """Return the bound condition: equality, so that 4755 does not find 47551.

        `columns` are the filter columns of the relation. A customer is named as the source spells it or by
        its canonical name. Raises UnknownFilter.
        """
        conditions: list[sa.ColumnElement[bool]] = []
        for name, value in self.chosen.items():
            found = [column for column in MEANS.get(name, (name,)) if column in columns]
            if not found:
                raise UnknownFilter(f"rows cannot be chosen by {name}; they can by key, {', '.join(columns)}")
            conditions.append(sa.or_(*(table.c[column] == value for column in found)))
        if self.key is not None:
            conditions.append((table.c.business_key == self.key) | (table.c.parent_key == self.key))
        return sa.and_(sa.true(), *conditions)


def staged_table(name: str, filter_columns: Iterable[str], mapped: Iterable[str] = ()) -> sa.TableClause:
    """Return a STG_ relation as a selectable with its control, filter and mapped columns."""
    return sa.table(name, *(sa.column(column) for column in (*CONTROL, *filter_columns, *mapped)))


def still_staged(table: sa.TableClause, instance: str, entity: str) -> sa.ColumnElement[bool]:
    """Return the condition that nobody sent a row since it was staged: its revision is the ledger's."""
    ledger = tables.delivery
    moved_on = sa.select(ledger.c.business_key).where(
        ledger.c.instance == instance,
        ledger.c.entity == entity,
        ledger.c.business_key == exact(sa.func.coalesce(table.c.previous_key, table.c.business_key)),
        ledger.c.revision != sa.func.coalesce(table.c.revision, 0),
    )
    moved = sa.and_(
        table.c.previous_key.is_not(None),
        sa.exists(
            sa.select(ledger.c.business_key).where(
                ledger.c.instance == instance,
                ledger.c.entity == entity,
                ledger.c.business_key == exact(table.c.business_key),
            )
        ),
    )
    return sa.not_(sa.or_(sa.exists(moved_on), moved))


def read_staged(
    connection: Connection, instance: str, entity: Entity, mapped: Sequence[str], filters: Filters,
    filter_columns: Sequence[str],
) -> Iterator[Row]:  # fmt: skip
    """Yield the staged rows of an entity that the filters choose and nobody sent since, in key order."""
    table = staged_table(entity.staging, filter_columns, mapped)
    query = (
        sa.select(*(table.c[name] for name in (*CONTROL, *mapped)))
        .where(filters.where(table, filter_columns), still_staged(table, instance, entity.name))
        .order_by(table.c.business_key)
    )
    for record in connection.execution_options(stream_results=True).execute(query):
        yield _row(entity, record._mapping, mapped)


def _row(entity: Entity, record: Mapping[Any, Any], mapped: Sequence[str]) -> Row:
    changed = record["changed_fields"]
    return Row(
        entity=entity.name,
        key=record["business_key"],
        parent_key=record["parent_key"],
        previous_key=record["previous_key"],
        change=Change(record["change_type"]),
        status=StagedAs(record["stg_status"]),
        reason=record["stg_reason"],
        changed=frozenset(json.loads(changed)) if changed else frozenset(),
        revision=record["revision"],
        batch=record["batch_name"] or "",
        source_version=record["source_version"],
        values={name: as_told(record[name]) for name in mapped},
    )


def as_told(value: Any) -> Any:
    """Return a database value as the ledger's JSON writes it: decimals as text, dates as YYYY-MM-DD."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date) else value
