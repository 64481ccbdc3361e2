"""A warehouse in which a system's views and seeds stand, and nothing was ever staged.

The first staging in a new warehouse costs as much as two: most homes of this suite begin behind it. What a first
one has to do is tested from nothing.
"""

from pathlib import Path

import duckdb

from dagster_project.counterpoint import raw_tables as counterpoint
from dagster_project.dbt_runner import DbtRunner
from dagster_project.radius import raw_tables as radius
from dagster_project.settings import load_settings
from dagster_project.systems import SYSTEMS
from dagster_project.warehouse import raw, schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.source import columns

ORDER_LIST = "monday"
"""The system that reads ORDERS_UNIFIED."""


def make(home: Path, system: str) -> None:
    """Make the warehouse of a home as `init` does, and have dbt build the pipelines of a system on no rows."""
    path = home / "warehouse.duckdb"
    if system == ORDER_LIST:
        _land_nothing(path)
    warehouse = Warehouse(f"duckdb:///{path}")
    schema.init(warehouse)
    with warehouse.begin() as connection:
        raw.prepare(connection, counterpoint.metadata)
        raw.prepare(connection, radius.metadata)
    runner = DbtRunner(load_settings(_env_file=None, order_staging_home=home), warehouse)
    for pipeline in SYSTEMS[system]:
        for step in ("stage", "settle"):
            nodes = runner.refresh(pipeline.name, step, tested=False)
            assert not [f"{node.name}: {node.message}" for node in nodes if node.blocks]
    warehouse.release()


def _land_nothing(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.register("landed", columns.schema().empty_table())
        connection.execute('create table "ORDERS_UNIFIED" as select * from landed')
