"""Who holds the warehouse file: a sentence is worth more to the one who waits than a lock error."""

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

_PROCESS = re.compile(r"\bin (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_HELD = re.compile(
    r"could not set lock on file|conflicting lock|being used by another process", re.IGNORECASE
)


@dataclass(frozen=True)
class Holder:
    """The process that said it holds the warehouse, as written in the lock file."""

    pid: int
    command: str
    host: str
    since: str

    def __str__(self) -> str:
        return f"`{self.command}` (pid {self.pid} on {self.host}, since {self.since} UTC)"

    def to_json(self) -> str:
        """Return what the lock file holds."""
        return json.dumps(asdict(self))


def lock_path(warehouse: Path) -> Path:
    """Return the lock file of a warehouse file: beside it, so that it is on the same disk and mount."""
    return warehouse.with_name(warehouse.name + ".lock")


def read_holder(warehouse: Path) -> Holder | None:
    """Return who wrote the lock file last; None when nobody did or it is half written."""
    try:
        found = json.loads(lock_path(warehouse).read_text(encoding="utf-8"))
        return Holder(int(found["pid"]), str(found["command"]), str(found["host"]), str(found["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def minute(instant: dt.datetime) -> str:
    """Return an instant as people read it."""
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def foreign_holder(warehouse: Path, error: str) -> str | None:
    """Turn DuckDB's lock error into who holds the file; None when the error is about something else."""
    if not _HELD.search(error):
        return None
    process = _PROCESS.search(error)
    if process is None:
        return "another process"
    known = read_holder(warehouse)
    if known is not None and known.pid == int(process["pid"]):
        return str(known)
    return f"{process['program']} (pid {process['pid']})"
