"""USER_ORDER_STAGING as a destination: one row per web order, kept up to date until a document is made of it.

Operators and the runbook read this table, so its columns mean what they always meant; what they have no place
for stands in the side table. Nothing is ever deleted: a row is what an order is recognised by.
"""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint import sets
from dagster_project.counterpoint.answers import opened
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.entities import entities_of
from dagster_project.counterpoint.setup import ONE_ROW_PER_ORDER
from dagster_project.counterpoint.setup import columns as columns_of
from dagster_project.counterpoint.setup import indexes as indexes_of
from dagster_project.counterpoint.tables import ORDER_EXTRA, ORDER_STAGING
from dagster_project.delivery.destination import (
    Absent,
    Answer,
    Change,
    Entity,
    Fields,
    Found,
    Intent,
    Kind,
    Operation,
    Preflight,
    Probe,
    RemoteObject,
    Row,
    Target,
)
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import (
    Delivered,
    ErrorClass,
    Gone,
    Held,
    Outcome,
    PreflightFailed,
    Rejected,
)
from dagster_project.settings import Settings

STAGING_ROWS = "staging_rows"
SOURCE = "WOOCOMMERCE"
ONCE = frozenset({"WOO_ORDER_ID", "SOURCE_SYSTEM", "BATCH_ID"})
"""Written with the row and never again: they say which order it is and which pull brought it."""
_STAGING, _EXTRA = sets.name_of(ORDER_STAGING), sets.name_of(ORDER_EXTRA)
_TABLES = {table.name: table for table in (ORDER_STAGING, ORDER_EXTRA)}
Stored = Mapping[str, tuple[int, bool]]  # web order → staging id, applied


class StagingRowDestination:
    """Delivers orders of the shop into USER_ORDER_STAGING and its side table."""

    lanes = 1

    def __init__(
        self, settings: Settings, database: CounterpointDatabase, mappings: Sequence[EntityMapping]
    ) -> None:
        (mapping,) = (one for one in mappings if one.entity == STAGING_ROWS)
        self.database = database
        self.quiet_seconds = settings.counterpoint_quiet_seconds
        self.calls = 0
        self.entities: Sequence[Entity] = entities_of([mapping], STAGING_ROWS)
        self._places = {column.name: place_of(str(column.target["column"])) for column in mapping.sent}
        self._size = settings.counterpoint_orders_per_request
        self._overwritten = frozenset(settings.counterpoint_drift_overwrite)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> "StagingRowDestination":  # noqa: ARG003
        """Build a destination; opens nothing. Raises MappingError, SettingsError."""
        database = CounterpointDatabase(
            settings.counterpoint, timeout_seconds=settings.counterpoint_timeout_seconds
        )
        return cls(settings, database, load_all("counterpoint"))

    # -- before anything is sent --------------------------------------------------------------------

    def preflight(self) -> Preflight:
        """Check tables, columns and the unique index; raise PreflightFailed."""
        with opened(self.database) as connection:
            wrong = list(self._lacking(columns_of(connection), indexes_of(connection)))
        if wrong:
            raise PreflightFailed("\n".join([*wrong, "run `order-staging counterpoint setup`"]))
        return Preflight("1")

    def _lacking(self, there: Mapping[str, Collection[str]], indexes: Collection[str]) -> Iterator[str]:
        for table in (ORDER_STAGING, ORDER_EXTRA):
            if table.name not in there:
                yield f"there is no table dbo.{table.name}"
        for name, (table, column) in self._places.items():
            if table.name in there and column.name not in there[table.name]:
                yield f"dbo.{table.name} has no column {column.name} for {name}"
        if ORDER_STAGING.name in there and ONE_ROW_PER_ORDER not in indexes:
            yield f"{_STAGING} has no unique index {ONE_ROW_PER_ORDER}"

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:  # noqa: ARG002
        """Nothing is made for others' sake."""
        return ()

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:  # noqa: ARG002
        """Nothing is looked up: writing finds a row that is there."""
        return {}

    def may_send(self, target: Target) -> Held | Rejected | None:  # noqa: ARG002
        """Everything may be asked; the database knows whether a row was applied meanwhile."""
        return None

    # -- sending ------------------------------------------------------------------------------------

    def operations(self, target: Target) -> Sequence[Operation]:
        """A row is made once, then its changed columns are set; it is never removed."""
        row = target.row
        if row.change is Change.REMOVED:
            return ()
        if target.remote_id is None:
            return [Operation(target, "row", Kind.CREATE, row.values)]
        told = {name: row.values[name] for name in sorted(target.resend) if name in row.values}
        return [Operation(target, "columns", Kind.SET, told)] if told else ()

    def request_size(self, entity: str) -> int:  # noqa: ARG002
        """How many orders one request carries."""
        return self._size

    def compose(self, operations: Sequence[Operation]) -> str:
        """Return the exact body: a list of orders with what to set."""
        return json.dumps(
            [
                {"do": o.name, "order": o.target.row.key, "id": o.target.remote_id, "set": dict(o.tells)}
                for o in operations
            ],
            ensure_ascii=False,
        )

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:  # noqa: ARG002
        """Write all rows of a request in one transaction."""
        self.calls += 1
        asked: list[dict[str, Any]] = json.loads(body)
        with opened(self.database) as connection:
            before = _stored(connection, [said["order"] for said in asked])
            self._insert(connection, [s for s in asked if s["do"] == "row" and s["order"] not in before])
            stored = _stored(connection, [said["order"] for said in asked])
            self._change(connection, stored, before, [s for s in asked if _may_change(s, stored)])
            outcomes = [_outcome(said, stored) for said in asked]
        return Answer(outcomes, json.dumps({order: staging_id for order, (staging_id, _) in stored.items()}))

    def _insert(self, connection: Connection, asked: Sequence[Mapping[str, Any]]) -> None:
        rows = [self._columns(said["set"], ORDER_STAGING) for said in asked]
        orders = [{"SOURCE_SYSTEM": SOURCE, "WOO_ORDER_ID": int(said["order"])} for said in asked]
        sets.insert(connection, ORDER_STAGING, [row | order for row, order in zip(rows, orders, strict=True)])

    def _change(
        self, connection: Connection, stored: Stored, before: Stored, asked: Sequence[Mapping[str, Any]]
    ) -> None:
        """Set what is named; a row made just now needs its side row only."""
        if not asked:
            return
        ids = {said["order"]: stored[said["order"]][0] for said in asked}
        _complete_extra(connection, list(ids.values()))
        now = sets.now(connection)
        main = [
            {"STAGING_ID": ids[s["order"]], **self._columns(s["set"], ORDER_STAGING, besides=ONCE)}
            for s in asked
            if s["order"] in before
        ]
        extra = [
            {"STAGING_ID": ids[s["order"]], **self._columns(s["set"], ORDER_EXTRA), "UPDATED_DT": now}
            for s in asked
        ]
        sets.update(connection, ORDER_STAGING, main)
        sets.update(connection, ORDER_EXTRA, extra)

    def _columns(
        self, said: Fields, table: sa.Table, besides: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """Return column → value of what stands in a table."""
        found = {
            column.name: value
            for name, value in said.items()
            if name in self._places
            for where, column in (self._places[name],)
            if where is table and column.name not in besides
        }
        return sets.typed(table, found)

    # -- reading ------------------------------------------------------------------------------------

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        """Look for the rows of unanswered intents: an order has one or none."""
        with opened(self.database) as connection:
            stored = _stored(connection, sorted({intent.key for intent in intents}))
        return {
            intent.intent_id: Found((str(stored[intent.key][0]),)) if intent.key in stored else Absent()
            for intent in intents
        }

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:  # noqa: ARG002
        """Read rows by staging id."""
        wanted = set(remote_ids)
        found = {one.remote_id: one for one in self._read(sorted(map(int, wanted)))}
        return {remote_id: found.get(remote_id) for remote_id in remote_ids}

    def listing(self, entity: str) -> Iterator[RemoteObject]:  # noqa: ARG002
        """Read every row of the shop's orders."""
        yield from self._read(None)

    def _read(self, staging_ids: Sequence[int] | None) -> Iterator[RemoteObject]:
        staging = ORDER_STAGING.c
        columns = [column.label(name) for name, (_, column) in self._places.items()]
        query = (
            sa.select(staging.STAGING_ID, staging.WOO_ORDER_ID.label("order"), staging.IS_APPLIED, *columns)
            .join(ORDER_EXTRA, ORDER_EXTRA.c.STAGING_ID == staging.STAGING_ID, isouter=True)
            .where(staging.SOURCE_SYSTEM == SOURCE)
        )
        with opened(self.database) as connection:
            for some in [None] if staging_ids is None else list(_chunks(staging_ids)):
                chosen = query if some is None else query.where(staging.STAGING_ID.in_(some))
                for row in connection.execute(chosen).fetchall():
                    yield self._object(row)

    def _object(self, row: sa.Row[Any]) -> RemoteObject:
        """Of an applied row nothing is compared: a person decides what follows from a late change."""
        staging_id, order, applied, *stored = tuple(row)
        values = (
            {}
            if applied
            else {name: as_told(value) for name, value in zip(self._places, stored, strict=True)}
        )
        # a row cannot double: the unique index says so, hence nothing here is a stranger
        return RemoteObject(STAGING_ROWS, str(staging_id), values, str(order), created_by_us=False)

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:  # noqa: ARG002
        """Compare column by column; numbers by value, empty texts as nothing."""
        return {
            name: (told.get(name), value)
            for name, value in found.items()
            if self._places[name][1].name not in ONCE and _plain(told.get(name)) != _plain(value)
        }

    def overwrites(self, entity: str, name: str) -> bool:  # noqa: ARG002
        """True when a change by hand is set back."""
        return name in self._overwritten


def place_of(named: str) -> tuple[sa.Table, sa.Column[Any]]:
    """Return the table and column of `TABLE.COLUMN`, as a mapping writes it."""
    table, _, column = named.partition(".")
    return _TABLES[table], _TABLES[table].c[column]


def as_told(value: Any) -> Any:
    """Return a value of the database as the ledger's JSON writes it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        number = text.replace(".", "", 1).removeprefix("-")
        if "." in text and number.isdigit():
            return Decimal(text)
        return text or None
    return value


def _may_change(said: Mapping[str, Any], stored: Stored) -> bool:
    """A row that is there and has no document yet."""
    return said["order"] in stored and not stored[said["order"]][1]


def _outcome(said: Mapping[str, Any], stored: Stored) -> Outcome:
    if said["order"] not in stored:
        return Gone(f"staging row {said['id']} of order {said['order']} is not there any more")
    staging_id, applied = stored[said["order"]]
    if applied and said["do"] == "columns":
        return Rejected(
            "ChangedAfterDocument",
            f"changed after document: staging row {staging_id} was applied already",
            ErrorClass.FIX_ELSEWHERE,
        )
    return Delivered(str(staging_id))


def _stored(connection: Connection, orders: Sequence[str]) -> Stored:
    hint = sets.locked(connection).replace("rowlock", "holdlock")
    found: dict[str, tuple[int, bool]] = {}
    for some in _chunks(orders):
        rows = connection.exec_driver_sql(
            f"select WOO_ORDER_ID, STAGING_ID, IS_APPLIED from {_STAGING}{hint} "
            f"where SOURCE_SYSTEM = ? and WOO_ORDER_ID in ({sets.marks(some)})",
            (SOURCE, *map(int, some)),
        )
        found |= {str(order): (int(staging_id), bool(applied)) for order, staging_id, applied in rows}
    return found


def _complete_extra(connection: Connection, staging_ids: Sequence[int]) -> None:
    for some in _chunks(staging_ids):
        sets.run(
            connection,
            f"insert into {_EXTRA} (STAGING_ID, SOURCE_SYSTEM, WOO_ORDER_ID) "
            f"select s.STAGING_ID, s.SOURCE_SYSTEM, s.WOO_ORDER_ID from {_STAGING} as s "
            f"where s.STAGING_ID in ({sets.marks(some)}) "
            f"and not exists (select 1 from {_EXTRA} as e where e.STAGING_ID = s.STAGING_ID)",
            some,
        )


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]
