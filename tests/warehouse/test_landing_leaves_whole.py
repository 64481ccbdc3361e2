"""What landing leaves as it was: tables of others, views, and everything when it cannot come to its end."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import LandingError, land
from dagster_project.warehouse.landing_writers import load
from dagster_project.warehouse.reading import tables_and_columns
from tests.warehouse.order_files import landed, order, write_csv

TABLE = "ORDERS_UNIFIED"


def test_a_table_that_another_program_fills_is_not_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order()])
    with warehouse.begin() as connection:
        connection.exec_driver_sql(f"create table {TABLE} (record_uuid varchar(36))")
    with pytest.raises(LandingError) as error:
        land(warehouse, TABLE, file)
    assert str(error.value) == (
        "ORDERS_UNIFIED exists in this warehouse and was not landed: another program fills it. Landing "
        "would replace it; use another warehouse, or say --replace-foreign"
    )
    assert land(warehouse, TABLE, file, replace_foreign=True).rows == 1
    assert land(warehouse, TABLE, file).replaced_rows == 1


def test_a_warehouse_without_a_ledger_says_what_to_run(empty_warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(LandingError, match=r"the warehouse has no ledger yet\. Run `order-staging init`"):
        land(empty_warehouse, TABLE, write_csv(tmp_path / "o.csv", [order()]))
    with empty_warehouse.begin() as connection:
        assert [name for name in tables_and_columns(connection) if "orders_unified" in name] == []


def test_a_view_is_never_replaced(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.begin() as connection:
        connection.exec_driver_sql(f"create view {TABLE} as select 1 as one")
    with pytest.raises(LandingError, match="ORDERS_UNIFIED is a view in this warehouse, fed from elsewhere"):
        land(warehouse, TABLE, write_csv(tmp_path / "o.csv", [order()]), replace_foreign=True)


def test_lost_rows_are_noticed(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(connection: Any, table: Any, batch: pa.RecordBatch) -> None:
        load(connection, table, batch.slice(1))

    file = write_csv(tmp_path / "o.csv", [order(1), order(2)])
    land(warehouse, TABLE, file)
    monkeypatch.setattr("dagster_project.warehouse.landing_writers.load", lossy)
    with pytest.raises(
        LandingError, match=r"o\.csv: 2 rows were sent, the warehouse holds 1\. Nothing was changed"
    ):
        land(warehouse, TABLE, write_csv(tmp_path / "o.csv", [order(3), order(4)]))
    assert landed(warehouse, "AAG ORDER NUMBER") == [("ORD-00001",), ("ORD-00002",)]


FULL_DISK = """
import resource, sys
from pathlib import Path
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import LandingError, land
warehouse = Warehouse(sys.argv[1])
limit = warehouse.path.stat().st_size + 200_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    land(warehouse, "ORDERS_UNIFIED", Path(sys.argv[2]))
except LandingError as error:
    print(error)
"""


def test_a_full_disk_leaves_everything_as_it_was(holding: Warehouse, tmp_path: Path) -> None:
    notes = [os.urandom(1_900).hex() for _ in range(3_000)]
    file = write_csv(tmp_path / "o.csv", [order(n, NOTES=note) for n, note in enumerate(notes)])
    holding.release()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(holding.url), str(file)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert "o.csv: the warehouse has no room for it: " in done.stdout, done.stderr
    assert "Nothing was changed; free space where the warehouse lies" in done.stdout
    assert landed(holding, "AAG ORDER NUMBER") == [("ORD-00007",)]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert land(holding, TABLE, file).rows == 3_000


KILLED = """
import os, sys
from pathlib import Path
from dagster_project.warehouse import landing_writers
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land
swap = landing_writers.swap
def die(connection, loaded, name):
    swap(connection, loaded, name)
    os.kill(os.getpid(), 9)
landing_writers.swap = die
land(Warehouse(sys.argv[1]), "ORDERS_UNIFIED", Path(sys.argv[2]))
"""


def test_a_killed_landing_leaves_everything_as_it_was(warehouse: Warehouse, tmp_path: Path) -> None:
    land(warehouse, TABLE, write_csv(tmp_path / "before.csv", [order(7)]))
    warehouse.release()
    file = write_csv(tmp_path / "o.csv", [order(1), order(2)])
    url = warehouse.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", KILLED, url, str(file)], cwd=Path(__file__).parents[2])
    assert done.returncode == -9
    assert landed(warehouse, "AAG ORDER NUMBER") == [("ORD-00007",)]
    assert land(warehouse, TABLE, file).rows == 2
