"""Opens the Counterpoint database for the length of a block, and makes it on first use.

DuckDB admits one process per file. Whoever needs the file opens it, does one thing and lets go; others wait.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url

from sandbox.counterpoint.columns import SCHEMA, metadata
from sandbox.counterpoint.filling import fill
from sandbox.counterpoint.staging_tables import ONE_ACTIVE_ROW
from sandbox.counterpoint.tables import code_tables

WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.02
# In one process all handles on a file must agree on these; they are the ones the product opens files with.
_CONFIG = {"threads": 2, "memory_limit": "2600MB"}


class DatabaseHeld(Exception):
    """Another process keeps the file open; the message is DuckDB's."""


class CounterpointDatabase:
    """One Counterpoint company: a DuckDB file, or a database on SQL Server."""

    def __init__(self, url: str | Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        """`url` is a SQLAlchemy URL or the path of a DuckDB file."""
        text = str(url)
        self.url: URL = make_url(text if "://" in text else f"duckdb:///{text}")
        self.embedded = self.url.get_backend_name() == "duckdb"
        self.wait_seconds = wait_seconds
        self.engine: Engine = self._engine()

    def _engine(self) -> Engine:
        if not self.embedded:
            return sa.create_engine(_with_driver(self.url), fast_executemany=True, use_insertmanyvalues=False)
        Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        # NullPool: the file is free again as soon as a block ends.
        return sa.create_engine(self.url, poolclass=sa.NullPool, connect_args={"config": dict(_CONFIG)})

    def create(self, seed: int) -> bool:
        """Make schema, tables and reference data of `seed`; False when they are there already."""
        with self.begin() as connection:
            if sa.inspect(connection).has_table(code_tables.STORE.name, schema=SCHEMA):
                return False
            if self.embedded:
                connection.exec_driver_sql(f"create schema if not exists {SCHEMA}")
            metadata.create_all(connection, checkfirst=False)
            if not self.embedded:
                _filtered_indexes(connection)
            fill(connection, seed)
        return True

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction. Raises DatabaseHeld after `wait_seconds`."""
        with self._connected() as connection, connection.begin():
            yield connection

    def _connected(self) -> Connection:
        deadline = time.monotonic() + self.wait_seconds
        while True:
            try:
                return self.engine.connect()
            except sa.exc.DBAPIError as error:
                if "lock" not in str(error.orig).lower() or time.monotonic() > deadline:
                    raise DatabaseHeld(str(error.orig)) from None
            time.sleep(PAUSE_SECONDS)

    def release(self) -> None:
        """Close every handle."""
        self.engine.dispose()


def _with_driver(url: URL) -> URL:
    """Name whatever ODBC driver this machine has, when the URL does not."""
    if "driver" in url.query:
        return url
    from dagster_project.warehouse.engine import odbc_driver

    return url.update_query_dict({"driver": odbc_driver()})


def _filtered_indexes(connection: Connection) -> None:
    for name, relation, column in ONE_ACTIVE_ROW:
        connection.exec_driver_sql(
            f"create unique index {name} on {SCHEMA}.{relation} ({column}) where IS_ACTIVE = 1"
        )
