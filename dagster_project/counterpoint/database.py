"""Opens Counterpoint's database for the length of a block, and says in one word why a block failed.

What failed decides what is known: nothing was done (Busy, Refused, Unreachable), or nobody can tell
(Lost: the connection broke; when that was while committing, the transaction may stand).
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url

from dagster_project.warehouse.engine import DUCKDB_CONFIG, odbc_driver

PAUSE_SECONDS = 0.05
_HELD = re.compile(r"could not set lock|conflicting lock|being used by another process", re.IGNORECASE)
_BUSY = re.compile(
    r"conflict|deadlock|\(1205\)|\(1222\)|lock request time out|timeout expired", re.IGNORECASE
)
_DENIED = re.compile(r"login failed|permission was denied|\((229|230|262|18456)\)", re.IGNORECASE)
_DRIVERS = re.compile(r"^(\[[^\]]*\]\s*)+")
Driver = (sa.exc.DBAPIError, duckdb.Error)


class DatabaseError(Exception):
    """A block of work in Counterpoint's database failed; the message is one line."""


class Unreachable(DatabaseError):
    """No connection came about, so nothing was done."""


class Busy(DatabaseError):
    """Another session came first; our transaction was rolled back and may be tried again."""


class Refused(DatabaseError):
    """The database would not take a statement; our transaction was rolled back."""


class Denied(DatabaseError):
    """The login is refused or lacks a right; nothing was done."""


class Lost(DatabaseError):
    """The connection broke. `committing` says that the transaction may stand all the same."""

    def __init__(self, message: str, *, committing: bool) -> None:
        super().__init__(message)
        self.committing = committing


class CounterpointDatabase:
    """One Counterpoint company: a database on SQL Server, or a DuckDB file in the sandbox."""

    def __init__(self, url: str, wait_seconds: float = 60.0, timeout_seconds: float = 60.0) -> None:
        self.url: URL = make_url(url)
        self.dialect = self.url.get_backend_name()
        self._wait_seconds = wait_seconds
        self._engine = _engine(self.url, timeout_seconds)

    @property
    def embedded(self) -> bool:
        """True when the database is a file that admits one process."""
        return self.dialect == "duckdb"

    @property
    def name(self) -> str:
        """The database's name, as part of ledger keys and messages."""
        return Path(str(self.url.database)).stem if self.embedded else str(self.url.database)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a connection on which the caller begins transactions. Raises Unreachable or Denied."""
        connection = self._connected()
        try:
            yield connection
        finally:
            try:
                connection.close()
            except Driver:
                connection.invalidate()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is committed at the end of the block."""
        with self.connect() as connection, transaction(connection):
            yield connection

    def _connected(self) -> Connection:
        if self.embedded:
            self._make_room()
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                return self._engine.connect()
            except Driver as error:
                said = _said(error)
                if _DENIED.search(said):
                    raise Denied(f"Counterpoint's database {self.name}: {said}") from None
                if not (self.embedded and _HELD.search(said)) or time.monotonic() > deadline:
                    raise Unreachable(f"Counterpoint's database {self.name}: {said}") from None
            time.sleep(PAUSE_SECONDS)

    def _make_room(self) -> None:
        try:
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"Counterpoint's database {self.name}: {error}") from None

    def release(self) -> None:
        """Close every handle."""
        self._engine.dispose()


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Run a block in a transaction; raise Busy, Refused or Lost when the database ended it."""
    begun = connection.begin()
    committing = False
    try:
        yield
        committing = True
        begun.commit()
    except Driver as error:
        lost = _is_lost(error) or not _rolled_back(begun)
        if lost:
            connection.invalidate()
        raise _meaning(error, lost, committing) from error
    except BaseException:
        if not _rolled_back(begun):
            connection.invalidate()
        raise


def _rolled_back(begun: sa.RootTransaction) -> bool:
    try:
        begun.rollback()
    except Driver:
        return False
    return True


def _meaning(error: Exception, lost: bool, committing: bool) -> DatabaseError:
    said = _said(error)
    if lost:
        return Lost(said, committing=committing)
    if _DENIED.search(said):
        return Denied(said)
    return Busy(said) if _BUSY.search(said) else Refused(said)


def _is_lost(error: Exception) -> bool:
    if not isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, duckdb.FatalException | duckdb.ConnectionException)
    state = str(next(iter(getattr(error.orig, "args", ())), ""))
    gone = isinstance(error.orig, duckdb.FatalException | duckdb.ConnectionException)
    return bool(error.connection_invalidated) or state.startswith("08") or gone


def _said(error: Exception) -> str:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    words: tuple[object, ...] = getattr(cause, "args", ())
    said = str(words[1] if len(words) == 2 else cause)
    return _DRIVERS.sub("", said.partition("\n")[0])[:400]


def _engine(url: URL, timeout_seconds: float) -> sa.Engine:
    if url.get_backend_name() == "duckdb":
        # NullPool: the file is free for others as soon as a block ends
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"config": dict(DUCKDB_CONFIG)})
    if url.get_backend_name() != "mssql":
        raise Unreachable(
            f"COUNTERPOINT_URL names {url.get_backend_name()}; it must be duckdb or mssql+pyodbc"
        )
    driver = str(url.query.get("driver") or odbc_driver())
    engine = sa.create_engine(
        url.update_query_dict({"driver": driver}),
        fast_executemany="freetds" not in driver.lower(),
        use_insertmanyvalues=False,
        pool_pre_ping=True,
    )

    def limit(native: object, _record: object) -> None:
        native.timeout = int(timeout_seconds)  # type: ignore[attr-defined]

    sa.event.listen(engine, "connect", limit)
    return engine
