"""One delivery, made once by the command line; every story gets a copy of what it left."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.monday.server import RunningMonday
from tests.conftest import Parsed, once_for_all_workers
from tests.pipeline import sources
from tests.pipeline.world import Pipeline


@dataclass(frozen=True)
class Prepared:
    """Homes to copy, and what the first run said."""

    landed: Path
    staged: Path
    delivered: Path
    first_run: Any


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("MONDAY_", "WAREHOUSE_")) or n == "ENV"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Prepared:
    """The first day, once for all workers of a session."""
    with once_for_all_workers(tmp_path_factory, "first-day") as (folder, to_fill):
        if to_fill:
            (folder / "said.json").write_text(json.dumps(_first_day(folder, parsed)))
    said = json.loads((folder / "said.json").read_text())
    return Prepared(folder / "landed", folder / "staged", folder / "delivered", said)


def _first_day(folder: Path, parsed: Parsed) -> Any:
    """Land the orders, provision the board, stage, run; return what the run said."""
    delivered = folder / "delivered"
    parsed(delivered)
    with RunningMonday(state=delivered / "monday.sqlite") as monday:
        first = Pipeline(delivered, monday)
        first.done("init")
        first.done("land", "ORDERS_UNIFIED", str(sources.write(folder / "orders.parquet")))
        first.done("monday", "provision")
    shutil.copytree(delivered, folder / "landed")
    with RunningMonday(state=delivered / "monday.sqlite") as monday:
        Pipeline(delivered, monday).done("stage", "monday")
    shutil.copytree(delivered, folder / "staged")
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


@pytest.fixture
def staged(prepared: Prepared, copied: Callable[[Path], Pipeline]) -> Pipeline:
    """The same after a first look at what would go: the views stand."""
    return copied(prepared.staged)
