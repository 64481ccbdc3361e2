"""Servers for the tests of the sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.monday.server import RunningMonday
from sandbox.radius.server import RunningRadius
from tests.radius.kept import blank_erp
from tests.sandbox import radius_wire
from tests.sandbox.monday_wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A caller of a fresh Monday with generous limits."""
    with RunningMonday() as monday:
        yield Wire(monday)


@pytest.fixture(scope="session")
def counterpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company as it is made, to be copied."""
    path = tmp_path_factory.mktemp("counterpoint") / "counterpoint.duckdb"
    CounterpointDatabase(path).create(seed=7)
    return path


@pytest.fixture
def counterpoint(counterpoint_file: Path, tmp_path: Path) -> Iterator[CounterpointDatabase]:
    """A company of the test's own, whose file stays open: to open it anew takes longer than to look into it."""
    database = CounterpointDatabase(shutil.copy(counterpoint_file, tmp_path))
    with database.engine.connect():
        yield database


@pytest.fixture
def radius(tmp_path: Path) -> Iterator[radius_wire.Wire]:
    """A caller of an ERP without items and orders, which shows everything to SQL at once."""
    with RunningRadius(blank_erp(tmp_path), view_lag_seconds=0) as running:
        yield radius_wire.Wire(running)
