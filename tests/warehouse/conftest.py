"""A warehouse in which something was landed before."""

from pathlib import Path

import pytest

from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land
from tests.warehouse.order_files import order, write_csv


@pytest.fixture
def holding(ledger_warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse that holds one order and one bad cell, to show that they stay."""
    land(ledger_warehouse, "ORDERS_UNIFIED", write_csv(tmp_path / "before.csv", [order(7, M="bad")]))
    return ledger_warehouse
