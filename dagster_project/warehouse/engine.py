"""Opens the warehouse named by WAREHOUSE_URL: DuckDB or SQL Server behind one SQLAlchemy engine."""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, RootTransaction, make_url

from dagster_project.warehouse.holder import foreign_holder

NO_ROOM = re.compile(
    r"no space left|file too large|disk (quota|full)|out of disk|could not write|log for .* is full"
    r"|could not allocate space|filegroup is full",
    re.IGNORECASE,
)
_DRIVERS = re.compile(r"^(\[[^\]]*\]\s*)+")  # [40001] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]
DUCKDB_CONFIG = {"threads": 2, "memory_limit": "2600MB"}


class WarehouseUnavailable(Exception):
    """The warehouse cannot be opened. The message says who holds it or what is missing."""

    def __init__(self, message: str, *, held: bool = False) -> None:
        super().__init__(message)
        self.held = held  # another process has it: waiting may help


class NoRoom(WarehouseUnavailable):
    """The disk or the log under the warehouse is full; `cause` is what the database said, one line."""

    def __init__(self, cause: str, url: URL) -> None:
        name = _file(url) or f"{url.database} on {url.host}"
        super().__init__(
            f"no room to write the warehouse {name}: {cause}. Make room and run again; "
            "what was being sent is in doubt and the next run probes it"  # its intent was committed before
        )
        self.cause = cause


class BrokenOff(WarehouseUnavailable):
    """The server ended our work: a deadlock it decided against us, a lock it would not wait for, a lost line."""

    def __init__(self, what: str, cause: str, url: URL) -> None:
        super().__init__(
            f"{url.database} on {url.host} {what}: {cause}. Run it again; what was being sent is in doubt and "
            "the next run probes it"  # every transaction is whole or not at all, and intents come first
        )
        self.cause = cause


class Warehouse:
    """One warehouse. Handles are opened when needed; dbt opens its own beside them."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.engine: Engine = _engine(self.url)

    @property
    def path(self) -> Path | None:
        """The DuckDB file; None on SQL Server and in memory."""
        return _file(self.url)

    @property
    def embedded(self) -> bool:
        """True when the warehouse is a file that admits one process."""
        return self.dialect == "duckdb"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction; commit at the end, roll back on any error."""
        with self._connected() as connection:
            transaction = connection.begin()
            try:
                yield connection
                transaction.commit()
            except BaseException as error:
                _roll_back(connection, transaction)
                if isinstance(error, sa.exc.DBAPIError | duckdb.Error):
                    _raise_in_words(error, self.url)
                raise

    @contextmanager
    def lent_to_dbt(self) -> Iterator[str]:
        """Let dbt work in this process; yield the name under which it has to open the file.

        The embedded file stays open meanwhile: opening it again, or closing it for good, costs more than a model.
        DuckDB admits that to those who open it with the same configuration, their name included.
        """
        if not self.embedded:
            self.release()
            yield ""
            return
        with self._connected() as held:
            driver: Any = held.connection.driver_connection
            ((name,),) = driver.execute("select current_setting('custom_user_agent')").fetchall()
            try:
                yield str(name)
            finally:
                # dbt gives it up for all who share the file
                driver.execute("reset preserve_insertion_order")

    def _connected(self) -> Connection:
        """Open the warehouse, or raise WarehouseUnavailable in words."""
        try:
            return self.engine.connect()
        except (sa.exc.DBAPIError, duckdb.Error) as error:
            raise _unavailable(error, self.url) from None

    def release(self) -> None:
        """Close every handle, so that another process may open the file."""
        self.engine.dispose()


def _raise_in_words(error: sa.exc.DBAPIError | duckdb.Error, url: URL) -> None:
    """Raise what an operator can do something about; return when it is a defect of ours."""
    said = _said(error)
    if NO_ROOM.search(said):
        raise NoRoom(said, url) from None
    if isinstance(error, sa.exc.DBAPIError) and (what := _broken_off(error, said)):
        raise BrokenOff(what, said, url) from None


def _broken_off(error: sa.exc.DBAPIError, said: str) -> str:
    state = str(next(iter(getattr(error.orig, "args", ())), ""))
    if state == "40001" or "(1205)" in said:
        return "preferred another session in a deadlock"
    if "(1222)" in said:
        return "gave up waiting for a lock that another session holds"
    if error.connection_invalidated or state.startswith("08"):
        return "closed the connection"
    return ""


def _said(error: sa.exc.DBAPIError | duckdb.Error) -> str:
    """The first line of what the database itself said, without SQLAlchemy's echo of the statement."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    words: tuple[Any, ...] = getattr(cause, "args", ())
    said = str(words[1] if len(words) == 2 else cause)  # ODBC: SQLSTATE and text
    return _DRIVERS.sub("", said.partition("\n")[0])


def _roll_back(connection: Connection, transaction: RootTransaction) -> None:
    """End a failed transaction. Where the server already did, its complaint must not hide the first error."""
    try:
        transaction.rollback()
    except sa.exc.DBAPIError:
        connection.invalidate()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "duckdb":
        if (path := _file(url)) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        # a rollback after each commit is an error to DuckDB that the driver swallows: a quarter of a small transaction
        return sa.create_engine(url, connect_args={"config": dict(DUCKDB_CONFIG)}, pool_reset_on_return=None)
    if url.get_backend_name() == "mssql":
        driver = str(url.query.get("driver") or odbc_driver())
        return sa.create_engine(
            url.update_query_dict({"driver": driver}),
            fast_executemany="freetds" not in driver.lower(),
            use_insertmanyvalues=False,  # long VALUES lists with null parameters have lost rows
            pool_pre_ping=True,
        )
    raise WarehouseUnavailable(
        f"WAREHOUSE_URL names {url.get_backend_name()}; it must be duckdb or mssql+pyodbc"
    )


def _file(url: URL) -> Path | None:
    if url.get_backend_name() != "duckdb" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def odbc_driver() -> str:
    """Return the ODBC driver to use: an installed Microsoft one, else the file inside mssql_python_odbc.

    FreeTDS is the last resort: with it `fast_executemany` kills the process, so it is switched off.
    """
    try:
        import pyodbc
    except ImportError as error:
        raise WarehouseUnavailable(f"pyodbc cannot be loaded ({error}): install unixODBC") from None

    installed = pyodbc.drivers()
    for name in ("ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server"):
        if name in installed:
            return name
    spec = importlib.util.find_spec("mssql_python_odbc")
    for root in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(root).rglob("libmsodbcsql*")):
            return str(file)
    if "FreeTDS" in installed:
        return "FreeTDS"
    raise WarehouseUnavailable("no ODBC driver for SQL Server: install 'ODBC Driver 18 for SQL Server'")


def _unavailable(error: Exception, url: URL) -> WarehouseUnavailable:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    path = _file(url)
    by = foreign_holder(path, str(cause)) if path else None
    if by:
        return WarehouseUnavailable(f"the warehouse {path} is held by {by}", held=True)
    name = path or f"{url.database} on {url.host}"
    return WarehouseUnavailable(f"cannot open the warehouse {name}: {str(cause).splitlines()[0]}")
