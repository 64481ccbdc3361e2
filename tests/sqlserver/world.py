"""The whole product on a T-SQL server: a database of its own, and every command a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dagster_project.warehouse.engine import Warehouse
from sandbox.source.edits import OrderBook
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
        process = self.start(*words)
        out, err = process.communicate(timeout=LONGEST_COMMAND)
        return Said(process.returncode, out, err)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sqlserver.command", *words], cwd=ROOT, text=True,
            env={**os.environ, **self.environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

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
            return [tuple(row) for row in connection.exec_driver_sql(sql, parameters)]


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
class ServerPlant(OnServer, Plant):
    """An ERP and a mailbox, and a warehouse on the server."""

    def cycle(self) -> Any:
        """A run of all orders, to its end."""
        return self.done(*EVERYTHING)
