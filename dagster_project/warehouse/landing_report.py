"""What landing says afterwards: a report when it worked, one clear error when it did not."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class LandingError(Exception):
    """A file could not be landed; nothing was written. Names file, row, column, value and the next step."""

    def __init__(
        self,
        problem: str,
        *,
        file: Path | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        next_step: str = "",
    ) -> None:
        self.file, self.row, self.column, self.value = file, row, column, value
        self.problem, self.next_step = problem, next_step
        place = [str(file.name)] if file else []
        place += [f"row {row}"] if row is not None else []
        place += [f"column '{column}'"] if column is not None else []
        sentence = f"{', '.join(place)}: {problem}" if place else problem
        if value is not None:
            sentence += f" (found {shown(value)})"
        stop = "" if sentence.endswith("?") else "."
        super().__init__(f"{sentence}{stop} {next_step}" if next_step else sentence)


class BadCell(NamedTuple):
    """A cell that did not fit its column: it landed as NULL."""

    row: int  # 1 is the first row after the header
    key: str | None
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class LandingReport:
    """What was landed and what was odd about it."""

    table: str
    file: Path
    format: str  # CSV, Parquet or Excel, with encoding, delimiter or sheet
    rows: int
    replaced_rows: int | None  # rows the table held before; None when it is new
    columns: int
    sizes: tuple[str, ...]
    bad_cells: int
    bad_by_column: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def shown(value: object, limit: int = 60) -> str:
    """Return a value as an error message shows it: quoted, line breaks visible, not too long."""
    text = str(value)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return repr(text)
