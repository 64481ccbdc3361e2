"""python -m bench: take every measurement, print one table, say by the exit code whether a target was missed."""

import argparse
import datetime as dt
import importlib
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import COLUMNS, Figure
from bench.world import results_folder

MEASUREMENTS = (
    "requests_for_reference", "writes", "staging_vs_predecessor", "empty_run", "history", "pacing",
    "staging_speed", "counterpoint_speed", "counterpoint_at_once", "counterpoint_kills", "radius_speed", "radius_kills",
    "kills",
)  # fmt: skip
"""In the order in which they are taken: what is short comes first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every target was reached, 1 when one was missed or a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: minutes, and figures of no weight")
    parser.add_argument(
        "--only", nargs="+", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS)
    )
    chosen = parser.parse_args(arguments)
    console = Console(stderr=True, highlight=False)
    figures: dict[str, list[Figure]] = {}
    for name in chosen.only or MEASUREMENTS:
        console.print(f"{dt.datetime.now():%H:%M:%S} {name} …")
        figures[name] = _taken(name, chosen.quick, console)
        _show(figures[name])
    if len(figures) > 1:
        _show([figure for some in figures.values() for figure in some])
    console.print(f"written: {_write(figures, chosen.quick)}")
    return int(any(figure.met is False for some in figures.values() for figure in some))


def _taken(name: str, quick: bool, console: Console) -> list[Figure]:
    """Take one measurement; one that fails is a missed target, and the others go on."""
    try:
        measure: Callable[[bool], list[Figure]] = importlib.import_module(f"bench.{name}").measure
        return measure(quick)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is told and counted
        console.print_exception()
        return [Figure(name, f"failed: {type(error).__name__}: {error}", "", "", "", False)]


def _show(figures: Sequence[Figure]) -> None:
    table = Table(*COLUMNS, show_lines=True)
    for figure in figures:
        table.add_row(*figure.cells())
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def _write(figures: dict[str, list[Figure]], quick: bool) -> Path:
    """Keep the figures with everything they are made of."""
    now = dt.datetime.now(dt.UTC)
    path = results_folder() / f"{now:%Y%m%dT%H%M%SZ}{'-quick' if quick else ''}.json"
    content = {
        "taken_at": now.isoformat(timespec="seconds"),
        "quick": quick,
        "machine": {
            "cpus": os.cpu_count(), "load": os.getloadavg(), "system": platform.platform(),
            "python": platform.python_version(),
        },
        "figures": {name: [figure.as_dict() for figure in some] for name, some in figures.items()},
    }  # fmt: skip
    path.write_text(json.dumps(content, indent=2, default=str))
    return path


if __name__ == "__main__":
    sys.exit(main())
