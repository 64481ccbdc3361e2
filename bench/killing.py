"""Killing deliveries, and counting afterwards: the board by its own account, the ledger by a plain query."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from sandbox.monday.control import Control

ROOT = Path(__file__).resolve().parents[1]
BOARD = 4755559751
KEY_COLUMN, QUANTITY = "record_uuid_ext", "numeric_mkra7j8e"
PATIENCE = 300.0


class Victim:
    """A process that forks a run per order and can be killed while one is under way.

    `environment` is that of its next runs; exchange it to send the same process to another home.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.victim"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **environment, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.pid = 0
        self.wait("ready")

    def __enter__(self) -> "Victim":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self.kill()
        self._process.wait(PATIENCE)

    def start(self, **order: Any) -> int:
        """Begin a run; return the process id to kill."""
        assert self._process.stdin is not None
        self._process.stdin.write(
            json.dumps({"stage": False, "environment": {**self.environment}, **order}) + "\n"
        )
        self._process.stdin.flush()
        self.pid = int(self.wait("began")["pid"])
        return self.pid

    def wait(self, *words: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """Wait until the run says one of `words`; raise TimeoutError."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                said = self._said.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"nobody said {' or '.join(words)}") from None
            if said["said"] in words:
                return said

    def kill(self) -> float | None:
        """SIGKILL the run under way, if there is one; return when."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
                return time.time()
        return None

    def end(self) -> dict[str, Any]:
        """Wait until the run is over, whatever ended it; return its last words."""
        said = self.wait("done", "failed", "ended")
        if said["said"] != "ended":
            said = {**self.wait("ended"), **said}
        self.pid = 0
        return said

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(json.loads(line))


@dataclass
class Count:
    """What the board and the ledger hold against what was wanted. Keys of subitems are parent|size."""

    twice: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    items: int = 0
    subitems: int = 0

    @property
    def right(self) -> bool:
        """Every key exactly once, none missing, none too many, ledger and board agree."""
        return not (self.twice or self.missing or self.unwanted or self.disagreeing)


def count(control: Control, warehouse: Path, wanted: Mapping[str, int | None]) -> Count:
    """Hold board and ledger against `wanted`: key → quantity of a subitem, None for an item."""
    there, found = _on_the_board(control), Count()
    tally = Counter(key for key, _, _ in there)
    found.twice = sorted(key for key, times in tally.items() if times > 1)
    found.missing = sorted(wanted.keys() - tally.keys())
    found.unwanted = sorted(tally.keys() - wanted.keys())
    found.items = sum("|" not in key for key in tally)
    found.subitems = len(tally) - found.items
    ledger = _in_the_ledger(warehouse)
    for key, remote_id, quantity in there:
        if ledger.pop(key, None) != remote_id or (key in wanted and wanted[key] != quantity):
            found.disagreeing.append(key)
    found.disagreeing += ledger
    return found


def _on_the_board(control: Control) -> list[tuple[str, str, int | None]]:
    there: list[tuple[str, str, int | None]] = []
    for group in control.board(BOARD)["groups"]:
        for item in group["items"]:
            key = item["values"].get(KEY_COLUMN) or f"without a key: {item['id']}"
            there.append((key, item["id"], None))
            for line in item["subitems"]:
                size = line["name"].removeprefix("Size ")
                there.append((f"{key}|{size}", line["id"], int(line["values"][QUANTITY])))
    return there


def _in_the_ledger(warehouse: Path) -> dict[str, str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows: Sequence[tuple[str, str]] = connection.execute(
            "select business_key, remote_id from delivery where state = 'DELIVERED' and entity <> 'groups'"
        ).fetchall()
    return dict(rows)


def in_flight(log: Sequence[Mapping[str, Any]], moment: float) -> bool:
    """True when the server was working on a mutation at that moment and went on with it."""
    worked = [entry for entry in log if entry["kind"] == "mutation" and entry["executed"]]
    return any(entry["at"] <= moment < entry["at"] + entry["seconds"] for entry in worked)
