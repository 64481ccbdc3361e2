"""A warehouse in a directory of its own: orders landed, the ledger as the kernel leaves it, dbt run on it."""

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.dbt_runner import DbtRunner, NodeResult
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.records import dump
from dagster_project.delivery.staging import as_told
from dagster_project.settings import load_settings
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from tests.dbt.orders import Order, table_of

ROOT = Path(__file__).resolve().parents[2]
INSTANCE = "monday:TEST:1"
MAPPINGS = {mapping.entity: mapping for mapping in load_all("monday")}
START = dt.datetime(2026, 1, 1)
QUIETLY = ["--quiet", "--no-print", "--log-level", "none", "--log-level-file", "none", "--no-write-json"]


class World:
    """One warehouse and what dbt makes of it."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.path = home / "warehouse.duckdb"
        self.clock = START
        self.warehouse = Warehouse(f"duckdb:///{self.path}")
        with self.warehouse.begin() as connection:
            tables.metadata.create_all(connection)
        self.set_context()

    # -- the outside ------------------------------------------------------------------------------

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of our own. The file stays open between them: opening it costs more than a question."""
        with self.warehouse.engine.connect() as held:
            driver: Any = held.connection.driver_connection
            connection: duckdb.DuckDBPyConnection = driver.duplicate()
            try:
                yield connection
            finally:
                connection.close()

    def run(self, sql: str, *parameters: Any) -> None:
        """Execute one statement."""
        with self.connect() as connection:
            connection.execute(sql, parameters)

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """The result of a query as dictionaries."""
        with self.connect() as connection:
            result = connection.execute(sql, parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def value(self, sql: str, *parameters: Any) -> Any:
        """The one value of a query."""
        (row,) = self.rows(sql, *parameters)
        (value,) = row.values()
        return value

    def land(self, orders: Iterable[Order] | pa.Table, without: Iterable[str] = ()) -> None:
        """Replace ORDERS_UNIFIED."""
        landed = orders if isinstance(orders, pa.Table) else table_of(orders, without)
        with self.connect() as connection:
            connection.register("landed", landed)
            connection.execute('create or replace table "ORDERS_UNIFIED" as select * from landed')

    def could_not_land(self, key: str, column: str, value: str) -> None:
        """A cell that landing had to leave empty."""
        self.run(
            "insert into landing_error (table_name, row_number, row_key, column_name, value, reason, landed_at)"
            " values ('ORDERS_UNIFIED', 1, ?, ?, ?, 'is no whole number', ?)",
            key, column, value, self.clock,
        )  # fmt: skip

    def set_context(self, **changes: Any) -> None:
        """What the next staging compares with."""
        context: dict[str, Any] = {
            "instance": INSTANCE, "run_id": "run", "mapping_version": "mapping 1", "schema_version": None,
            "max_removed_share": 0.5, "max_rekeyed": 500, "allow_removals": 0, "set_at": self.clock, **changes,
        }  # fmt: skip
        with self.connect() as connection:
            connection.execute("delete from staging_context")
            for entity in MAPPINGS:
                row = {"system": "monday", "entity": entity, **context}
                _insert(connection, "staging_context", row)

    # -- dbt --------------------------------------------------------------------------------------

    def dbt(self, *arguments: str) -> Any:
        """Run dbt in this process and give up its handles; return its result."""
        return self.runner.invoke(arguments)

    @property
    def runner(self) -> DbtRunner:
        """As a process has one that works in this home."""
        settings = load_settings(_env_file=None, order_staging_home=self.home)
        return DbtRunner(settings, Warehouse(f"duckdb:///{self.path}"))

    def stage(self, *, tested: bool = False) -> None:
        """Build the stage; `tested` with its tests. Fails the test when dbt does."""
        if tested:
            self.refresh("stage")
        else:
            self.untested("monday")

    def settle(self) -> None:
        """Build what people read after a delivery."""
        self.refresh("settle")

    def refresh(self, step: str, pipeline: str = "monday", *, tested: bool = True) -> list[NodeResult]:
        """Build a step as a run does; fails the test when a node does."""
        return _succeeded(self._refreshed(pipeline, step, tested))

    def attempted(self, step: str, pipeline: str = "monday") -> dict[str, str]:
        """Build a step as a run does and return node → status, whatever it is."""
        return {node.name: node.status for node in self._refreshed(pipeline, step, tested=True)}

    def _refreshed(self, pipeline: str, step: str, tested: bool) -> list[NodeResult]:
        runner = self.runner
        try:
            return runner.refresh(pipeline, step, tested=tested)
        finally:
            runner.warehouse.release()

    def untested(self, pipeline: str) -> list[NodeResult]:
        """Stage without the tests of the data."""
        return self.refresh("stage", pipeline, tested=False)

    def statuses(self, *arguments: str) -> dict[str, str]:
        """Run dbt and return node → status, whatever it is."""
        result = self.dbt(*arguments)
        assert result.exception is None, result.exception
        return {
            run.node.name: str(run.status)
            for run in result.result.results
            if str(run.node.resource_type) != "operation"
        }

    # -- what the kernel does ---------------------------------------------------------------------

    def later(self, minutes: int = 1) -> dt.datetime:
        """Let time pass; the next ledger rows are younger."""
        self.clock += dt.timedelta(minutes=minutes)
        return self.clock

    def deliver(self) -> None:
        """Pretend that everything that may go was delivered."""
        self.later()
        with self.connect() as connection:
            pretend_delivered(connection, self.clock)
        self.set_context()

    def ledger(self, key: str, entity: str = "items", **changes: Any) -> None:
        """Change a ledger row, or make one; JSON columns are given as dictionaries."""
        changes = {n: dump(v) if isinstance(v, Mapping) else v for n, v in changes.items()}
        now = self.later()
        with self.connect() as connection:
            known = connection.execute(
                "select revision from delivery where instance = ? and entity = ? and business_key = ?",
                [INSTANCE, entity, key],
            ).fetchone()
            if known:
                changes |= {"revision": known[0] + 1, "updated_at": now}
                sets = ", ".join(f"{name} = ?" for name in changes)
                connection.execute(
                    f"update delivery set {sets} where instance = ? and entity = ? and business_key = ?",
                    [*changes.values(), INSTANCE, entity, key],
                )
            else:
                _insert(connection, "delivery", _ledger_row(entity, key, now) | changes)
        self.set_context()

    def told(self, key: str, entity: str = "items") -> dict[str, Any]:
        """What the ledger says was told."""
        told = self.value(
            "select told from delivery where instance = ? and entity = ? and business_key = ?",
            INSTANCE,
            entity,
            key,
        )
        return dict(json.loads(told))

    # -- what came out ----------------------------------------------------------------------------

    def staged(self, entity: str = "items") -> dict[str, dict[str, Any]]:
        """STG_ by key."""
        rows = self.rows(f'select * from "{MAPPINGS[entity].staging}"')
        staged = {row["business_key"]: row for row in rows}
        assert len(staged) == len(rows), "a key is staged twice"
        return staged

    def errors(self, entity: str = "items") -> list[dict[str, Any]]:
        """ERR_ in the order of keys and columns."""
        return self.rows(
            f'select * from "{MAPPINGS[entity].errors}" order by business_key, column_name, error_type'
        )


def pretend_delivered(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> None:
    """Turn STG_ rows that may go into ledger rows, as the kernel would: parents before children."""
    ledger = {(row["entity"], row["business_key"]): row for row in _dictionaries(connection, "delivery")}
    number = int(now.timestamp())
    for mapping in MAPPINGS.values():
        names = [column.name for column in mapping.columns]
        for row in _dictionaries(connection, mapping.staging):
            if row["stg_status"] in ("PENDING", "RETRY", "IN_DOUBT"):
                number += 1
                told = dump({name: as_told(row[name]) for name in names})
                _conclude(ledger, mapping.entity, row, told, now, str(number))
    connection.execute("delete from delivery")
    _insert_all(connection, "delivery", list(ledger.values()))


def _conclude(
    ledger: dict[tuple[str, str], dict[str, Any]], entity: str, row: Mapping[str, Any], told: str | None,
    now: dt.datetime, remote_id: str,
) -> None:  # fmt: skip
    key = (entity, row["business_key"])
    if row["previous_key"]:
        ledger[key] = ledger.pop((entity, row["previous_key"]))
    known = ledger.get(key, _ledger_row(*key, now) | {"revision": 0, "remote_id": remote_id})
    if row["change_type"] == "REMOVED":
        for child in [r for r in ledger.values() if r["parent_key"] == key[1]] if entity == "items" else []:
            child |= {"state": "ARCHIVED", "revision": child["revision"] + 1, "updated_at": now}
        ledger[key] = known | {"state": "ARCHIVED", "revision": known["revision"] + 1, "updated_at": now}
        return
    if known["state"] in ("ARCHIVED", "FORGOTTEN"):
        known = known | {"incarnation": known["incarnation"] + 1, "remote_id": remote_id}
    ledger[key] = known | {
        "business_key": key[1], "parent_key": row["parent_key"], "state": "DELIVERED", "told": told,
        "mapping_version": "mapping 1", "batch_id": "batch", "revision": known["revision"] + 1, "updated_at": now,
    }  # fmt: skip


def _dictionaries(connection: duckdb.DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    result = connection.execute(f'select * from "{relation}"')
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _insert_all(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        names = [column.name for column in tables.metadata.tables[table].columns]
        connection.register("written", pa.table({name: [row.get(name) for row in rows] for name in names}))
        connection.execute(f'insert into "{table}" select * from written')
        connection.unregister("written")


def _ledger_row(entity: str, key: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "instance": INSTANCE, "entity": entity, "business_key": key, "incarnation": 1, "state": "DELIVERED",
        "revision": 1, "attempt": 0, "created_at": now, "updated_at": now,
    }  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def _succeeded(nodes: list[NodeResult]) -> list[NodeResult]:
    assert not [f"{node.name}: {node.status} {node.message}" for node in nodes if node.blocks]
    return nodes


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
