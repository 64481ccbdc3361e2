"""A place to measure in: a home of its own, an embedded warehouse, and the sandbox's board in another process.

The board is played by a process of its own so that it shares no interpreter with what is measured.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from dagster_project.clock import Clock
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.provision import provision
from dagster_project.run_results import Options
from dagster_project.runs import SystemRun
from dagster_project.settings import PROJECT_ROOT, Settings, default_home
from dagster_project.systems import MONDAY, pipeline_named
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.monday.control import Control
from sandbox.monday.process import MondayProcess
from sandbox.monday.settings import Profile


def results_folder() -> Path:
    """Where measurements write: below ORDER_STAGING_HOME, like everything else."""
    folder = default_home() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def own_home(keep: bool = False) -> Iterator[Path]:
    """A directory for one measurement, gone at its end; what dbt has parsed in the operator's home is valid there."""
    home = Path(tempfile.mkdtemp(prefix="run-", dir=results_folder()))
    parsed = results_folder().parent / "target" / "partial_parse.msgpack"
    if parsed.exists():
        (home / "target").mkdir()
        shutil.copy(parsed, home / "target")
    try:
        yield home
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def settings_for(home: Path, **said: Any) -> Settings:
    """Settings that depend on nothing but the arguments: no .env, no real board."""
    settings = {
        "env": "SANDBOX",
        "order_staging_home": home,
        "warehouse_url": f"duckdb:///{home / 'warehouse.duckdb'}",
        "monday_quiet_seconds": 0,
        **said,
    }
    return Settings(_env_file=None, **settings)  # type: ignore[arg-type]


@contextmanager
def run_of(settings: Settings, pipeline: str, **options: bool) -> Iterator[SystemRun]:
    """A run as the command line builds it; its handles are given up at the end."""
    run = SystemRun(settings, pipeline_named(pipeline), options=Options(**options))
    try:
        yield run
    finally:
        run.warehouse.release()


@dataclass
class World:
    """A warehouse with empty tables, settings, and the strings behind the board."""

    home: Path
    settings: Settings
    warehouse: Warehouse
    monday: Control | None = None

    def land(self, rows: pa.Table) -> None:
        """Replace ORDERS_UNIFIED, without the checks of `land`: its speed is measured elsewhere."""
        with self.warehouse.begin() as connection:
            native: Any = connection.connection.driver_connection
            native.register("landed", rows)
            native.execute('create or replace table "ORDERS_UNIFIED" as select * from landed')
            native.unregister("landed")
        self.warehouse.release()

    def execute(self, *statements: str) -> None:
        """Change the warehouse by plain SQL, in one transaction."""
        with self.warehouse.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        self.warehouse.release()

    def value(self, query: str) -> Any:
        """The one value of a query."""
        with self.warehouse.begin() as connection:
            found = connection.exec_driver_sql(query).scalar_one()
        self.warehouse.release()
        return found

    def run(self, **options: bool) -> AbstractContextManager[SystemRun]:
        """A run of Monday."""
        return run_of(self.settings, MONDAY.name, **options)

    def destination(self, clock: Clock) -> MondayDestination:
        """The board as one run sees it."""
        return MondayDestination.from_settings(self.settings, clock)


@contextmanager
def empty_world(**said: Any) -> Iterator[World]:
    """A warehouse without a board, for what makes no call."""
    with own_home() as home:
        settings = settings_for(home, **said)
        warehouse = Warehouse(settings.warehouse)
        schema.init(warehouse)
        try:
            yield World(home, settings, warehouse)
        finally:
            warehouse.release()


@contextmanager
def world_with_board(clock: Clock, profile: Profile = "demo", **said: Any) -> Iterator[World]:
    """A warehouse and an empty board that has the column for our key; its calls are not counted yet."""
    with MondayProcess(profile=profile) as server:
        address = {"monday_api_url": server.url, "monday_api_token": server.token}
        with empty_world(**address, **said) as world:
            world.monday = server.control
            provision(world.destination(clock))
            server.control.reset_calls()
            yield world


@contextmanager
def environment(world: World) -> Iterator[dict[str, str]]:
    """What another process has to be told to work in this world."""
    settings = world.settings
    said = {
        "ENV": "SANDBOX",
        "ORDER_STAGING_HOME": str(world.home),
        "ORDER_STAGING_DUCKDB": str(world.warehouse.path),
        "ORDER_STAGING_DBT_TARGET": "duckdb",
        "WAREHOUSE_URL": settings.warehouse,
        "MONDAY_API_URL": settings.monday_api_url,
        "MONDAY_API_TOKEN": settings.monday_api_token.get_secret_value(),
        "MONDAY_QUIET_SECONDS": "0",
        "DAGSTER_HOME": str(world.home / "dagster"),
        "DO_NOT_TRACK": "1",
    }
    (world.home / "dagster").mkdir(exist_ok=True)
    shutil.copy(PROJECT_ROOT / "dagster.yaml", world.home / "dagster")
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield {**os.environ}
    finally:
        for name, value in before.items():
            with suppress(KeyError):
                del os.environ[name]
            if value is not None:
                os.environ[name] = value
