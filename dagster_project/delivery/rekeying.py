"""Told values under new keys: a reload of the source may issue new ones, and nothing is sent for that."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.states import State
from dagster_project.warehouse import rows, tables

_MAKE_ROOM = """
    delete from delivery where instance = :instance and state = :archived and exists (
        select 1 from {relation} as r where r.entity = delivery.entity and r.new_key = delivery.business_key)
"""
_REKEY = {
    "duckdb": """
        update delivery as t set business_key = r.new_key, parent_key = r.parent_key,
            revision = t.revision + 1, updated_at = :now
        from {relation} as r
        where t.instance = :instance and t.entity = r.entity and t.business_key = r.old_key
            and t.revision = r.revision
        returning t.entity, t.business_key
    """,
    "mssql": """
        update delivery set business_key = r.new_key, parent_key = r.parent_key,
            revision = delivery.revision + 1, updated_at = :now
        output inserted.entity, inserted.business_key
        from {relation} as r
        where delivery.instance = :instance and delivery.entity = r.entity
            and delivery.business_key = r.old_key and delivery.revision = r.revision
    """,
}


class Move(NamedTuple):
    """A row that goes on under another key."""

    entity: str
    old_key: str
    new_key: str
    parent_key: str | None
    revision: int | None


def rekey(
    connection: Connection, instance: str, moves: Sequence[Move], now: dt.datetime
) -> set[tuple[str, str]]:
    """Move the rows that still have the revision they were staged on; return the new (entity, key).

    A retired row that once had the new key makes room; its events stay.
    """
    table = tables.delivery
    columns = [
        table.c.entity, sa.Column("old_key", table.c.business_key.type),
        sa.Column("new_key", table.c.business_key.type), table.c.parent_key, table.c.revision,
    ]  # fmt: skip
    bound = {"instance": instance, "now": now, "archived": State.ARCHIVED}
    source = [move._asdict() for move in moves]
    with rows.relation(connection, columns, source) as relation:
        connection.execute(sa.text(_MAKE_ROOM.format(relation=relation)), bound)
        statement = _REKEY[connection.dialect.name].format(relation=relation)
        return {(row[0], row[1]) for row in connection.execute(sa.text(statement), bound)}
