"""How the command line speaks: tables and sentences for people on a terminal, JSON for machines."""

import datetime as dt
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

WIDE = 160  # columns, when nobody's terminal says how wide it is
console = Console(width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True, width=None if sys.stderr.isatty() else WIDE)


def tolerate_old_consoles() -> None:
    """Let a letter that the console's code page does not know be a question mark, and no failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def as_json(value: Any) -> str:
    """Return JSON; times and decimals become text. Nothing is lost where standard output is not Unicode."""
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    return json.dumps(value, indent=2, ensure_ascii=not unicode, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_json(value: Any) -> None:
    """Print JSON to standard output and nothing else."""
    sys.stdout.write(as_json(value) + "\n")


def say(sentence: str) -> None:
    """Say something to a person."""
    console.print(escape(sentence), highlight=False)


def warn(sentence: str) -> None:
    """Say something a person should look at, on standard error."""
    errors.print(f"[yellow]![/] {escape(sentence)}", highlight=False)


def fail(sentence: str) -> None:
    """Say why a command could not do what it was asked to."""
    errors.print(f"[bold red]refused:[/] {escape(sentence)}", highlight=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], lines: Iterable[Sequence[Any]], *, most: int = 50) -> None:
    """Print a table; what is cut is said."""
    shown: list[Sequence[Any]] = []
    cut = 0
    for line in lines:
        if len(shown) < most:
            shown.append(line)
        else:
            cut += 1
    console.print(f"\n[bold]{escape(title)}[/]", highlight=False)
    grid = Table(header_style="dim", show_edge=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for line in shown:
        grid.add_row(*("" if cell is None else escape(_cell(cell)) for cell in line))
    console.print(grid)
    if cut:
        say(f"… and {cut} more (--limit shows more, --json all)")


def pairs(title: str, values: Mapping[str, Any]) -> None:
    """Print names and values."""
    table(title, ("", ""), values.items(), most=500)


def _cell(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


@dataclass
class Meter:
    """Progress of long work: one bar per entity while rows are delivered."""

    progress: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def __call__(self, entity: str, done: int, total: int) -> None:
        """Move a bar."""
        if entity not in self.tasks:
            self.tasks[entity] = self.progress.add_task(entity, total=total)
        self.progress.update(self.tasks[entity], completed=done, total=total)

    def node(self, name: str, _done: int, _total: int) -> None:
        """Say which dbt node has just finished."""
        if "dbt" not in self.tasks:
            self.tasks["dbt"] = self.progress.add_task("dbt", total=None)
        self.progress.update(self.tasks["dbt"], description=f"dbt {name}", advance=1)


@contextmanager
def meter(*, shown: bool) -> Iterator[Meter]:
    """Show progress on standard error while the block runs; off for --json and when nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=errors, transient=True, disable=not shown or not errors.is_terminal
    ) as bars:
        yield Meter(bars)
