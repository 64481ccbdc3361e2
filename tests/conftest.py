"""Fixtures every test folder may use.

`warehouse` runs a test on DuckDB and, when ORDER_STAGING_TEST_SQLSERVER_URL names a T-SQL server, there too -
in a database of its own, made for the session and dropped after it. Without the URL that half is skipped and
says so.
"""

import datetime as dt
import fcntl
import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.engine import make_url

from dagster_project.dbt_runner import DbtRunner
from dagster_project.settings import load_settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.relations import quoted
from tests.standing import make as make_standing

# dbt's manifest is half a million objects: looking through them for garbage took a tenth of the suite
gc.set_threshold(200_000, 50, 100)

# the same examples each time, so that CI sees what was seen here; a thorough profile looks for new ones
settings.register_profile("suite", max_examples=25, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1_000, deadline=None)  # --hypothesis-profile thorough
settings.load_profile("suite")


def thorough() -> bool:
    """True when everything is to be tried, whatever it takes."""
    return settings().max_examples > 25


def few(examples: int) -> int:
    """Return how many examples a test takes that are dear: so many in the suite, all of a thorough profile."""
    return settings().max_examples if thorough() else examples


PARSES = "tests/dbt/test_guards.py"
"""It makes what the others wait for, the parsed project and standing views, while they have something else to do."""
LONG = (
    PARSES, "tests/contracts", "tests/dbt", "tests/radius", "tests/pipeline", "tests/counterpoint",
    "tests/monday", "tests/sandbox",
)  # fmt: skip
LONGEST = ("tests/counterpoint/test_kills.py", "tests/pipeline/test_kills.py", "tests/radius/test_kills.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Fast files before slow ones, and long ones before short ones: xdist hands files out in this order."""
    if not thorough():
        _sample(config, items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    places = {True: LONGEST, False: LONG}

    def rank(item: pytest.Item) -> tuple[bool, int]:
        known = places[item.path in slow]
        first = (n for n, place in enumerate(known) if item.nodeid.startswith(place))
        return item.path in slow, next(first, len(known))

    items.sort(key=rank)


def _sample(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test marked `sampled(n)` keep every nth case, the first among them."""
    seen: Counter[tuple[Path, str]] = Counter()
    kept, left_out = [], []
    for item in items:
        mark = item.get_closest_marker("sampled")
        test = (item.path, item.nodeid.partition("[")[0])
        (left_out if mark and seen[test] % mark.args[0] else kept).append(item)
        seen[test] += mark is not None
    items[:] = kept
    if left_out:
        config.hook.pytest_deselected(items=left_out)


SQLSERVER_URL = os.environ.get("ORDER_STAGING_TEST_SQLSERVER_URL")


class FakeClock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self, start: dt.datetime = dt.datetime(2026, 11, 21, 9, 0)) -> None:
        self.time = start
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        """The time it is."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.time += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that tests move."""
    return FakeClock()


Parsed = Callable[[Path], Path]
Standing = Callable[[Path, str], Path]


@contextmanager
def once_for_all_workers(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """Yield a folder that all workers of a session share, and whether it is still to be filled: by whoever comes
    first, while the others wait."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, not (folder / "filled").exists()
        (folder / "filled").touch()


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    """Puts into a home what dbt has parsed of the project, once for all workers; returns the home."""
    with once_for_all_workers(tmp_path_factory, "parsed") as (common, to_fill):
        kept = common / "target" / "partial_parse.msgpack"
        if to_fill:
            settings = load_settings(_env_file=None, order_staging_home=common)
            DbtRunner(settings, Warehouse(f"duckdb:///{common / 'warehouse.duckdb'}")).parse()

    def into(home: Path) -> Path:
        (home / "target").mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, home / "target")
        return home

    return into


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Standing:
    """Puts into a home, beside what dbt has parsed, a warehouse in which a system's views stand; returns the home."""

    def into(home: Path, system: str) -> Path:
        with once_for_all_workers(tmp_path_factory, f"standing-{system}") as (common, to_fill):
            if to_fill:
                make_standing(parsed(common), system)
        shutil.copy(common / "warehouse.duckdb", parsed(home))
        return home

    return into


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty DuckDB file."""
    warehouse = Warehouse(f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    yield warehouse
    warehouse.release()


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with empty Python-owned tables, to be copied."""
    path = tmp_path_factory.mktemp("initialised") / "warehouse.duckdb"
    warehouse = Warehouse(f"duckdb:///{path}")
    schema.init(warehouse)
    warehouse.release()
    return path


@pytest.fixture
def ledger_warehouse(tmp_path: Path, initialised: Path) -> Iterator[Warehouse]:
    """An embedded warehouse with empty Python-owned tables."""
    warehouse = Warehouse(f"duckdb:///{shutil.copy(initialised, tmp_path)}")
    yield warehouse
    warehouse.release()


@pytest.fixture(scope="session")
def sqlserver() -> Iterator[Warehouse]:
    """A T-SQL warehouse of this session's own; skips when no server is given."""
    with server_database() as url:
        warehouse = Warehouse(url)
        yield warehouse
        warehouse.release()


@contextmanager
def server_database(purpose: str = "test") -> Iterator[str]:
    """Make a database on the T-SQL server, yield its URL and drop it; skips when no server is given."""
    if not SQLSERVER_URL:
        pytest.skip("no T-SQL server: set ORDER_STAGING_TEST_SQLSERVER_URL")
    name = f"order_staging_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    _administrate(f"create database {name}")
    try:
        yield make_url(SQLSERVER_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        _administrate(f"drop database {name}")


def _administrate(statement: str) -> None:
    assert SQLSERVER_URL
    given = Warehouse(SQLSERVER_URL)
    engine = sa.create_engine(given.engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    given.release()


@pytest.fixture(params=["duckdb", pytest.param("sqlserver", marks=pytest.mark.sqlserver)])
def empty_warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A warehouse without any table, on either engine."""
    engine = {"duckdb": "embedded", "sqlserver": "emptied_sqlserver"}[request.param]
    warehouse: Warehouse = request.getfixturevalue(engine)
    return warehouse


@pytest.fixture
def emptied_sqlserver(sqlserver: Warehouse) -> Warehouse:
    """The T-SQL warehouse without any table."""
    with sqlserver.begin() as connection:
        inspector = sa.inspect(connection)
        for view in inspector.get_view_names():
            connection.exec_driver_sql(f"drop view {quoted(connection, view)}")
        for table in inspector.get_table_names():
            connection.exec_driver_sql(f"drop table {quoted(connection, table)}")
    return sqlserver


@pytest.fixture(params=["duckdb", pytest.param("sqlserver", marks=pytest.mark.sqlserver)])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    """A warehouse with empty Python-owned tables, on either engine."""
    if request.param == "duckdb":
        embedded: Warehouse = request.getfixturevalue("ledger_warehouse")
        return embedded
    server: Warehouse = request.getfixturevalue("emptied_sqlserver")
    schema.init(server)
    return server
