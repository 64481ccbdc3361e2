"""Fixtures every test folder may use."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse


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


@pytest.fixture
def ledger_warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An embedded warehouse with empty Python-owned tables."""
    warehouse = Warehouse(f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    tables.metadata.create_all(warehouse.engine)
    yield warehouse
    warehouse.release()
