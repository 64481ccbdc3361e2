"""A warehouse in which something was landed before."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land
from tests.warehouse.order_files import order, write_csv


@pytest.fixture(scope="session")
def landed_file(initialised: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file that holds one order and one bad cell, to be copied."""
    folder = tmp_path_factory.mktemp("landed")
    warehouse = Warehouse(f"duckdb:///{shutil.copy(initialised, folder)}")
    land(warehouse, "ORDERS_UNIFIED", write_csv(folder / "before.csv", [order(7, M="bad")]))
    warehouse.release()
    return folder / initialised.name


@pytest.fixture
def holding(landed_file: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse that holds one order and one bad cell, to show that they stay."""
    warehouse = Warehouse(f"duckdb:///{shutil.copy(landed_file, tmp_path)}")
    yield warehouse
    warehouse.release()
