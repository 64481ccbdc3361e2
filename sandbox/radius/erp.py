"""The ERP's database: one SQLite file in WAL mode, which a reader attaches as schema PUB.

Every change is one transaction with the name of who makes it; other processes may read and write at the same time.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.radius.audit_triggers import audit_ddl
from sandbox.radius.session import Session
from sandbox.radius.tables import LATE, TABLES, twin

BUSY_SECONDS = 30.0
_CHECKPOINT_SECONDS = 5.0
_NO_DATABASE = "The broker is not running.\n" * 200
_OWN = """
create table if not exists sandbox_fact (name varchar primary key, value varchar not null);
create table if not exists sandbox_number (name varchar primary key, last integer not null);
create table if not exists sandbox_estimate (
    ItemCode varchar primary key, ratio numeric not null, setup numeric not null, width numeric not null,
    webs integer not null default 1,
    p4 integer not null default 1, p2 integer not null default 1, extra varchar not null default ''
);
create table if not exists sandbox_item (ItemCode varchar primary key, body varchar not null);
create table if not exists sandbox_film (
    SOrderNum integer, SOrderLineNum integer, ItemCode varchar not null, primary key (SOrderNum, SOrderLineNum)
);
create table if not exists sandbox_scene (
    SOrderNum integer primary key, scene varchar not null, expected varchar not null
);
"""


class Unavailable(Exception):
    """The database is gone, or somebody keeps it from going; the message says which."""


class Erp:
    """Use it under `reading` or `changing`; both hold the one connection of this object."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._hidden = self.path.with_name(f"{self.path.name}.gone")
        self._now: sqlite3.Connection | None = None
        if not self._hidden.exists():
            self._now = self._open()
            self._make()

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._now is None:
            raise Unavailable("The database is not available")
        return self._now

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One state of the file for the length of the block. Raises Unavailable."""
        with self._lock:
            connection = self._connection
            connection.execute("begin")
            try:
                yield Session(connection)
            finally:
                connection.execute("rollback")

    @contextmanager
    def changing(self, who: str) -> Iterator[Session]:
        """One transaction; `who` (api, people, world) stands in the audit. Raises Unavailable."""
        with self._lock:
            connection = self._connection
            connection.execute("begin immediate")
            try:
                connection.execute("update sandbox_writer set name = ?", (who,))
                yield Session(connection, who)
                connection.execute("update sandbox_writer set name = ''")
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def publish(self) -> float | None:
        """Show what has waited long enough to SQL; seconds until the next row is due, None when none waits."""
        with self.reading() as session:
            seconds = session.due_in()
        if seconds is None or seconds > 0:
            return seconds
        with self.changing("world") as session:
            session.publish()
            return session.due_in()

    def hide(self) -> None:
        """The database goes away: whoever opens it finds something else. Raises Unavailable while it is in use."""
        with self._lock:
            if self._now is None:
                return
            # What stands in the log would else be read by whoever opens the file that is put in place.
            self._now.execute(f"pragma busy_timeout = {int(_CHECKPOINT_SECONDS * 1000)}")
            if self._now.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
                self._now.execute(f"pragma busy_timeout = {int(BUSY_SECONDS * 1000)}")
                raise Unavailable(f"{self.path} is being read")
            self._now.close()
            self._now = None
            self.path.replace(self._hidden)
            self.path.write_text(_NO_DATABASE)

    def restore(self) -> None:
        """It is back, as it was."""
        with self._lock:
            if self._now is None:
                self._hidden.replace(self.path)
                self._now = self._open()

    def close(self) -> None:
        """Let go of the file; a hidden one is put back."""
        with self._lock:
            self.restore()
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        # isolation_level None: transactions begin and end where this class says so.
        connection = sqlite3.connect(
            str(self.path), timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        return connection

    def _make(self) -> None:
        made = self._connection.execute("select 1 from sqlite_master where name = 'sandbox_scene'").fetchone()
        if made:
            return
        tables = [table.ddl() for table in TABLES]
        late = [table.ddl(twin(table.name), extra="due_at real not null, ") for table in LATE]
        self._connection.executescript(
            "begin immediate;\n" + "\n".join(tables + late) + audit_ddl() + _OWN + "commit;"
        )


def open_as_pub(path: str | Path, timeout: float = 10.0) -> sqlite3.Connection:
    """A connection as the product opens it: nothing of its own, the ERP attached as PUB."""
    connection = sqlite3.connect(":memory:", timeout=timeout)
    connection.execute("attach database ? as PUB", (str(path),))
    return connection
