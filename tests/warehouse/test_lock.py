"""One process at a time: the others wait, are told whom for, and go on when it is gone."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project.warehouse.engine import Warehouse, WarehouseUnavailable
from dagster_project.warehouse.holder import read_holder
from dagster_project.warehouse.lock import hold
from tests.conftest import FakeClock

HOLD = """
import sys
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.lock import hold
with hold(Warehouse(sys.argv[1]), "order-staging run monday", 0):
    print("held", flush=True)
    sys.stdin.readline()
"""
OPEN = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


@contextmanager
def another_process(code: str, argument: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(argument)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline().strip() in ("held", "open")
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class HastyClock(FakeClock):
    """Lets something happen while somebody waits."""

    def __init__(self, meanwhile: list[object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()  # type: ignore[operator]


def other_handle(warehouse: Warehouse) -> Warehouse:
    return Warehouse(warehouse.url.render_as_string(hide_password=False))


def test_who_waits_too_long_is_told_who_holds_it(embedded: Warehouse, clock: FakeClock) -> None:
    told: list[str] = []
    with (
        another_process(HOLD, embedded.url) as holder,
        pytest.raises(WarehouseUnavailable) as refused,
        hold(embedded, "stage", 30, clock, told.append),
    ):
        pass
    whom = rf"the warehouse {embedded.path} is held by `order-staging run monday` (pid {holder.pid} on "
    assert str(refused.value).startswith(whom)
    assert str(refused.value).endswith(
        "UTC); waited 30 s. Try again when it has ended, or wait longer (WAREHOUSE_WAIT_SECONDS)"
    )
    assert len(told) == 1
    assert told[0].startswith(whom)
    assert told[0].endswith("UTC); waiting up to 30 s")
    assert sum(clock.slept) == 30


def test_without_patience_nobody_waits(embedded: Warehouse, clock: FakeClock) -> None:
    with (
        another_process(HOLD, embedded.url),
        pytest.raises(WarehouseUnavailable, match="waited 0 s"),
        hold(embedded, "status", 0, clock),
    ):
        pass
    assert clock.slept == []


def test_who_waits_goes_on_when_the_holder_ends(embedded: Warehouse) -> None:
    with another_process(HOLD, embedded.url) as holder:
        clock = HastyClock([lambda: None, lambda: holder.communicate("\n")])
        with hold(embedded, "stage", 30, clock):
            assert holder.poll() == 0
            held_by = read_holder(Path(str(embedded.path)))
            assert held_by is not None
            assert (held_by.pid, held_by.command) == (os.getpid(), "stage")
    assert len(clock.slept) == 2


def test_a_holder_that_is_killed_holds_nothing(embedded: Warehouse, clock: FakeClock) -> None:
    with another_process(HOLD, embedded.url) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with hold(embedded, "stage", 0, clock):
            pass


def test_a_process_may_hold_it_twice_and_lets_go_once(embedded: Warehouse, clock: FakeClock) -> None:
    with hold(embedded, "run", 0, clock):
        with hold(other_handle(embedded), "stage", 0, clock), embedded.begin() as connection:
            connection.exec_driver_sql("create table t (i int)")
        with another_process_waits(embedded):
            pass
    with another_process(HOLD, embedded.url):
        pass


@contextmanager
def another_process_waits(warehouse: Warehouse) -> Iterator[None]:
    done = subprocess.run(
        [sys.executable, "-c", HOLD, str(warehouse.url)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 1
    assert f"is held by `run` (pid {os.getpid()} on" in done.stderr
    yield


def test_threads_of_one_process_share_the_hold(embedded: Warehouse) -> None:
    inside: list[int] = []

    def enter(number: int) -> None:
        with hold(embedded, f"thread {number}", 5), embedded.begin() as connection:
            inside.append(connection.exec_driver_sql("select 1").scalar_one())

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == [1, 1, 1, 1]
    with another_process(HOLD, embedded.url):
        pass


def test_an_error_in_the_block_lets_go(embedded: Warehouse, clock: FakeClock) -> None:
    with pytest.raises(RuntimeError), hold(embedded, "run", 0, clock):
        raise RuntimeError
    with another_process(HOLD, embedded.url):
        pass


def test_an_analyst_who_has_the_file_open_is_named(embedded: Warehouse, clock: FakeClock) -> None:
    with another_process(OPEN, embedded.path) as analyst:
        with (
            pytest.raises(
                WarehouseUnavailable, match=rf"is held by .*python.* \(pid {analyst.pid}\); waited 5 s"
            ),
            hold(embedded, "run", 5, clock),
        ):
            pass
        by_analyst = rf"is held by .*python.* \(pid {analyst.pid}\)$"
        with pytest.raises(WarehouseUnavailable, match=by_analyst), embedded.begin():
            pass
        waiting = HastyClock([lambda: analyst.communicate("\n")])
        with hold(embedded, "run", 5, waiting):
            assert analyst.poll() == 0


def test_lending_a_file_that_an_analyst_has_open_names_them(embedded: Warehouse) -> None:
    with (
        another_process(OPEN, embedded.path) as analyst,
        pytest.raises(WarehouseUnavailable, match=rf"is held by .*python.* \(pid {analyst.pid}\)$"),
        embedded.lent_to_dbt(),
    ):
        pass


def test_opening_a_held_file_names_the_command(embedded: Warehouse) -> None:
    with (
        another_process(HOLD, embedded.url) as holder,
        pytest.raises(WarehouseUnavailable) as refused,
        embedded.begin(),
    ):
        pass
    assert f"is held by `order-staging run monday` (pid {holder.pid} on" in str(refused.value)
    assert refused.value.held


def test_a_damaged_file_is_no_reason_to_wait(tmp_path: Path, clock: FakeClock) -> None:
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(b"this is no database" * 1000)
    with (
        pytest.raises(WarehouseUnavailable, match=f"cannot open the warehouse {file}: .*valid DuckDB"),
        hold(Warehouse(f"duckdb:///{file}"), "run", 30, clock),
    ):
        pass
    assert clock.slept == []


def test_a_lock_file_that_cannot_be_written_says_so(embedded: Warehouse, clock: FakeClock) -> None:
    assert embedded.path
    embedded.path.with_name("warehouse.duckdb.lock").mkdir()
    with (
        pytest.raises(WarehouseUnavailable, match=r"cannot write the lock file .*\.lock: Is a directory"),
        hold(embedded, "run", 30, clock),
    ):
        pass


def test_a_forked_child_does_not_hold_what_its_parent_holds(embedded: Warehouse, clock: FakeClock) -> None:
    with hold(embedded, "parent", 0, clock):
        child = os.fork()
        if not child:
            try:
                with hold(other_handle(embedded), "child", 0):
                    os._exit(1)
            except WarehouseUnavailable:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert read_holder(Path(str(embedded.path))) is not None


def test_a_warehouse_in_memory_or_on_a_server_is_held_by_nobody(clock: FakeClock) -> None:
    with (
        hold(Warehouse("duckdb:///:memory:"), "a", 0, clock),
        hold(Warehouse("duckdb:///:memory:"), "b", 0, clock),
    ):
        pass
