"""The whole product on a T-SQL server: a database of its own, and every command a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.orders_world import SEED, Count, Stand, counted
from dagster_project.warehouse.engine import Warehouse
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.snapshot import Snapshot, snapshot
from sandbox.source.edits import OrderBook
from tests.counterpoint.whole import Orders
from tests.pipeline.world import Home, Pipeline, Said
from tests.radius.plant import EVERYTHING, Plant

ROOT = Path(__file__).resolve().parents[2]
LONGEST_COMMAND = 1_800  # seconds: an engine that reads T-SQL slowly takes minutes to stage


@dataclass
class OnServer(Home):
    """A home whose warehouse is a database on the server, and the commands of an operator."""

    url: str = field(kw_only=True)

    # -- the command line ---------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {**super().environment, "WAREHOUSE_URL": self.url}

    def command(self, *words: str) -> Said:
        """Run a command of the command line to its end."""
        return self.ended(self.start(*words))

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sqlserver.command", *words], cwd=ROOT, text=True,
            env={**os.environ, **self.environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ended(self, running: subprocess.Popen[str]) -> Said:
        """Wait until a command that was started ends."""
        out, err = running.communicate(timeout=LONGEST_COMMAND)
        return Said(running.returncode, out, err)

    def wait(self, running: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
        """Wait until something happened; fail when the command ends before."""
        deadline = time.monotonic() + LONGEST_COMMAND
        while not happened():
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def kill_in_flight(
        self, running: subprocess.Popen[str], after: Callable[[], bool] = lambda: True
    ) -> None:
        """SIGKILL a command when something came of what it sends, as soon as it sends something more."""
        with self.connected() as connection:
            self.wait(running, lambda: bool(_sending(connection)))
            self.wait(running, after)
            known = _sending(connection)
            self.wait(running, lambda: bool(_sending(connection) - known))
            running.kill()
        out, _ = running.communicate()  # Python tells of semaphores that nobody closed
        assert out == ""
        assert self.rows("select count(*) from delivery where state = 'SENDING'")[0][0] > 0

    # -- the database -------------------------------------------------------------------------------

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """A transaction of our own, beside whatever runs."""
        warehouse = Warehouse(self.url)
        try:
            with warehouse.begin() as connection:
                yield connection
        finally:
            warehouse.release()

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds in the database."""
        with self.connected() as connection:
            return _ask(connection, sql, *parameters)


def _ask(connection: sa.Connection, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql, values)]


def _sending(connection: sa.Connection) -> set[str]:
    """Intents of which the ledger does not know what became of them."""
    found = connection.exec_driver_sql("select entity, business_key from delivery where state = 'SENDING'")
    return {f"{entity} {key}" for entity, key in found}


@dataclass
class ServerPipeline(OnServer, Pipeline):
    """A board, and a warehouse on the server."""

    @contextmanager
    def orders(self) -> Iterator[OrderBook]:
        """The order list, to edit."""
        with self.connected() as connection:
            yield OrderBook(connection)

    def ledger(self, *states: str) -> dict[str, set[str]]:
        """Keys by entity that the ledger has in any of these states, or live when none is named."""
        wanted = states or ("DELIVERED", "RETRY", "REJECTED")
        found: dict[str, set[str]] = {"items": set(), "subitems": set()}
        for entity, key, state in self.rows(
            "select entity, business_key, state from delivery where entity <> 'groups' and remote_id is not null"
        ):
            if state in wanted:
                found[entity].add(key)
        return found

    def staged_keys(self) -> dict[str, set[str]]:
        """Keys by entity that are staged and may go."""
        return {
            entity: {
                key for (key,) in self.rows(f"select business_key from {name} where stg_status = 'PENDING'")
            }
            for entity, name in (
                ("items", "STG_MON_CustMasterSchedule"),
                ("subitems", "STG_MON_CustMasterSchedule_Subitems"),
            )
        }


@dataclass
class ServerOrders(OnServer, Orders):
    """A shop, a company in a database of its own on the server, and a warehouse in another."""

    company_url: str = field(kw_only=True)

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {**super().environment, "COUNTERPOINT_URL": self.company_url}

    def found(self) -> "ServerOrders":
        """Make the company and what is ours in it, and an empty warehouse."""
        database = CounterpointDatabase(self.company_url)
        database.create(SEED)
        database.release()
        assert self.done("init")["status"] == "created"
        assert self.done("counterpoint", "setup")["added"]
        return self

    @contextmanager
    def books(self) -> Iterator[sa.Connection]:
        """Counterpoint's database in a transaction, beside whatever runs."""
        database = CounterpointDatabase(self.company_url)
        try:
            with database.begin() as connection:
                yield connection
        finally:
            database.release()

    def asked(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds in Counterpoint's database."""
        with self.books() as connection:
            return _ask(connection, sql, *parameters)

    def counted(self, before: Stand, *, notes: bool = True) -> Count:
        """What became of the orders since then; one look into both databases, each session costs a second."""
        with self.books() as company, self.connected() as warehouse:
            return counted(
                partial(_ask, company), partial(_ask, warehouse), self.shop.control, before, notes=notes
            )

    def snapshot(self) -> Snapshot:
        """Every row of the company."""
        with self.books() as connection:
            return snapshot(connection)

    def stand(self) -> Stand:
        """Stock and numbers."""
        return Stand.asked(self.asked)

    def documents(self, before: Stand) -> int:
        """How many were made since then."""
        ((found,),) = self.asked("select count(*) from dbo.PS_DOC_HDR where DOC_ID >= ?", before.doc_id)
        return int(found)


@dataclass
class ServerPlant(OnServer, Plant):
    """An ERP and a mailbox, and a warehouse on the server."""

    def cycle(self) -> Any:
        """A run of all orders, to its end."""
        return self.done(*EVERYTHING)
