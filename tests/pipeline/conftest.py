"""One delivery, made once by the command line; every story gets a copy of what it left."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.monday.server import RunningMonday
from tests.conftest import Parsed
from tests.pipeline import sources
from tests.pipeline.world import Pipeline


@dataclass(frozen=True)
class Prepared:
    """Homes to copy, and what the first run said."""

    landed: Path
    delivered: Path
    first_run: Any


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("MONDAY_", "WAREHOUSE_")) or n == "ENV"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Prepared:
    """The first day, once for all workers of a session."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "first-day"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "said.json").exists():
            (folder / "said.json").write_text(json.dumps(_first_day(folder, parsed)))
    said = json.loads((folder / "said.json").read_text())
    return Prepared(folder / "landed", folder / "delivered", said)


def _first_day(folder: Path, parsed: Parsed) -> Any:
    """Land the orders, provision the board, run; return what the run said."""
    delivered, landed = folder / "delivered", folder / "landed"
    parsed(delivered)
    with RunningMonday(state=delivered / "monday.sqlite") as monday:
        first = Pipeline(delivered, monday)
        first.done("init")
        first.done("land", "ORDERS_UNIFIED", str(sources.write(folder / "orders.parquet")))
        first.done("monday", "provision")
    shutil.copytree(delivered, landed)
    with RunningMonday(state=delivered / "monday.sqlite") as monday:
        return Pipeline(delivered, monday).run()


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Callable[[Path], Pipeline]]:
    """Copies a home and starts its board."""
    running: list[RunningMonday] = []

    def copy(home: Path) -> Pipeline:
        own = tmp_path / f"home{len(running)}"
        shutil.copytree(home, own)
        monday = RunningMonday(state=own / "monday.sqlite")
        monday.__enter__()
        running.append(monday)
        return Pipeline(own, monday)

    yield copy
    for monday in running:
        monday.__exit__(None, None, None)


@pytest.fixture
def delivered(prepared: Prepared, copied: Callable[[Path], Pipeline]) -> Pipeline:
    """The day after: everything that can be told is on the board."""
    return copied(prepared.delivered)


@pytest.fixture
def landed(prepared: Prepared, copied: Callable[[Path], Pipeline]) -> Pipeline:
    """The first day: orders landed, an empty board with a column for our key, an empty ledger."""
    return copied(prepared.landed)
