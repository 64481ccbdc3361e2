"""Opens the warehouse named by WAREHOUSE_URL: DuckDB or SQL Server behind one SQLAlchemy engine."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url

DUCKDB_CONFIG = {"threads": 2, "memory_limit": "3GB"}


class WarehouseUnavailable(Exception):
    """The warehouse cannot be opened. The message says who holds it or what is missing."""


class Warehouse:
    """One warehouse. Handles are opened when needed and released for dbt, which opens its own."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.engine: Engine = _engine(self.url)

    @property
    def path(self) -> Path | None:
        """The DuckDB file; None on SQL Server."""
        return Path(self.url.database or "") if self.dialect == "duckdb" else None

    @property
    def embedded(self) -> bool:
        """True when the warehouse is a file that admits one process."""
        return self.dialect == "duckdb"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction; commit at the end, roll back on any error."""
        try:
            connection = self.engine.connect()
        except sa.exc.DBAPIError as error:
            raise WarehouseUnavailable(_why(error, self.url)) from None
        with connection, connection.begin():
            yield connection

    def release(self) -> None:
        """Close every handle, so that dbt or another process may open the file."""
        self.engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "duckdb":
        path = Path(url.database or "")
        if str(path) != ":memory:":
            path.parent.mkdir(parents=True, exist_ok=True)
        return sa.create_engine(url, connect_args={"config": dict(DUCKDB_CONFIG)})
    if url.get_backend_name() == "mssql":
        driver = url.query.get("driver") or odbc_driver()
        url = url.update_query_dict({"driver": str(driver)})
        return sa.create_engine(url, fast_executemany="freetds" not in str(driver).lower())
    raise WarehouseUnavailable(
        f"WAREHOUSE_URL names {url.get_backend_name()}; it must be duckdb or mssql+pyodbc"
    )


def odbc_driver() -> str:
    """Return the ODBC driver to use: an installed Microsoft one, else the file inside mssql_python_odbc.

    FreeTDS is the last resort: with it `fast_executemany` kills the process, so it is switched off.
    """
    import pyodbc

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


def _why(error: sa.exc.DBAPIError, url: URL) -> str:
    text = str(error.orig).split("\n")[0]
    if "lock" in text.lower():
        return f"{url.database} is held by another process: {text}"
    return f"cannot open {url.render_as_string(hide_password=True)}: {text}"
