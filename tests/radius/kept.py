"""A company as runs left it, kept as files, so that tests begin where another began: both databases and the time."""

import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dagster_project.warehouse.engine import Warehouse
from sandbox.radius.erp import Erp


def blank_erp(tmp_path: Path) -> Path:
    """An ERP in which nothing stands, in a test's own folder: its tables are made once for all tests beside it."""
    blank = tmp_path.parent / "blank.sqlite"
    if not blank.exists():
        Erp(blank).close()
    return shutil.copy(blank, tmp_path / "radius.sqlite")


@dataclass(frozen=True)
class Kept:
    """What stood there; `order` is the one that was made."""

    folder: Path
    order: int
    time: dt.datetime

    @classmethod
    def of(cls, folder: Path, erp: Erp, warehouse: Warehouse, order: int, time: dt.datetime) -> "Kept":
        """Copy both databases into a folder of their own."""
        folder.mkdir(parents=True)
        with (
            closing(sqlite3.connect(folder / "erp.sqlite")) as copy,
            closing(sqlite3.connect(erp.path)) as original,
        ):
            original.backup(copy)
        shutil.copy(_closed(warehouse), folder / "warehouse.duckdb")
        return cls(folder, order, time)

    def put_back(self, erp: Erp, warehouse: Warehouse) -> None:
        """Let both databases say what they said; whoever serves the ERP goes on with it."""
        with (
            closing(sqlite3.connect(self.folder / "erp.sqlite")) as kept,
            closing(sqlite3.connect(erp.path)) as there,
        ):
            kept.backup(there)
        shutil.copy(self.folder / "warehouse.duckdb", _closed(warehouse))


def _closed(warehouse: Warehouse) -> Path:
    """The file of a warehouse that nobody has open: everything stands in it."""
    warehouse.release()
    assert warehouse.path is not None
    return warehouse.path
