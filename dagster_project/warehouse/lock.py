"""One process at a time on a DuckDB file, and everybody else is told who it is.

DuckDB refuses a second process with an error and no queue. A run therefore holds a lock file for its length;
others wait for it or fail with a sentence. The operating system drops the lock when the holder dies, so a
leftover file never blocks anybody. On SQL Server, where runs are concurrent, holding does nothing.
"""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dagster_project.clock import Clock, SystemClock
from dagster_project.warehouse.engine import Warehouse, WarehouseUnavailable
from dagster_project.warehouse.holder import Holder, lock_path, minute, read_holder

OnWait = Callable[[str], None]
POLL_SECONDS = 0.5


@dataclass
class _Held:
    file: int
    depth: int


_mine: dict[Path, _Held] = {}
_guard = threading.Lock()


@contextmanager
def hold(
    warehouse: Warehouse,
    what: str,
    wait_seconds: float,
    clock: Clock | None = None,
    on_wait: OnWait | None = None,
) -> Iterator[None]:
    """Hold the warehouse for the length of the block; `what` is the command that others will read.

    A process may nest it, from any thread. Whoever finds it held waits up to `wait_seconds`, tells
    `on_wait` once per holder who that is, then raises WarehouseUnavailable with the same sentence. The
    handles of `warehouse` are released at the end of the outermost block.
    """
    path = warehouse.path
    if path is None:
        yield
        return
    path = path.resolve()
    clock = clock or SystemClock()
    if not _enter_again(path):
        _enter(path, warehouse, what, wait_seconds, clock, on_wait or (lambda _: None))
    try:
        yield
    finally:
        _leave(path, warehouse)


def _enter_again(path: Path) -> bool:
    with _guard:
        held = _mine.get(path)
        if held is not None:
            held.depth += 1
        return held is not None


def _enter(
    path: Path, warehouse: Warehouse, what: str, wait_seconds: float, clock: Clock, on_wait: OnWait
) -> None:
    started = clock.now()
    told = ""
    while True:
        obstacle = _try(path, warehouse, what, clock)
        if not obstacle:
            return
        waited = (clock.now() - started).total_seconds()
        if waited >= wait_seconds:
            raise WarehouseUnavailable(
                f"{obstacle}; waited {waited:.0f} s. Try again when it has ended, or wait longer "
                "(WAREHOUSE_WAIT_SECONDS)"
            )
        if obstacle != told:
            on_wait(f"{obstacle}; waiting up to {wait_seconds:.0f} s")
            told = obstacle
        clock.sleep(min(POLL_SECONDS, wait_seconds - waited))


def _try(path: Path, warehouse: Warehouse, what: str, clock: Clock) -> str:
    """Take the lock and prove that the file opens; return what stands in the way, or nothing."""
    with _guard:
        if path in _mine:  # another thread of this process was faster
            _mine[path].depth += 1
            return ""
        file = _open(lock_path(path))
        if not _lock(file):
            os.close(file)
            return f"the warehouse {path} is held by {read_holder(path) or 'another process'}"
        _write(file, Holder(os.getpid(), what, socket.gethostname(), minute(clock.now())))
        try:
            with warehouse.begin():
                pass
        except WarehouseUnavailable as error:
            _unlock(file)
            if error.held:
                return str(error)
            raise
        except BaseException:
            _unlock(file)
            raise
        _mine[path] = _Held(file, 1)
        return ""


def _leave(path: Path, warehouse: Warehouse) -> None:
    with _guard:
        held = _mine[path]
        held.depth -= 1
        if held.depth:
            return
        warehouse.release()
        del _mine[path]
        _unlock(held.file)


def _forget() -> None:
    """In a forked child: the parent holds the lock, we do not."""
    global _guard
    _guard = threading.Lock()
    for held in _mine.values():
        os.close(held.file)
    _mine.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o664)
    except OSError as error:
        raise WarehouseUnavailable(f"cannot write the lock file {path}: {error.strerror}") from None


def _write(file: int, holder: Holder) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, holder.to_json().encode())


def _unlock(file: int) -> None:
    """Give the lock up; the file stays, since removing it would let two processes lock two files."""
    os.ftruncate(file, 0)
    os.close(file)


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # Windows locks are mandatory: lock a byte nobody reads

    def _lock(file: int) -> bool:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
