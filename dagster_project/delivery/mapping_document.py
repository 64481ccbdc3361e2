"""Reads a mapping file and remembers on which line everything stands, so that a problem can be found.

Twice written keys and keys that YAML takes for something else than text (an unquoted TRUE) are problems
here, because both would be lost silently later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds mappings/ and dbt/."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Place = tuple[str | int, ...]
COLUMNS: Place = ("models", 0, "columns")
META: Place = ("models", 0, "config", "meta")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a mapping: where, and in words that say what to do."""

    file: str
    line: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {f'column {self.column}: ' if self.column else ''}{self.message}"


class MappingError(Exception):
    """The mapping cannot be used. `problems` has every reason, in file and line order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line or 0, p.message)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class ColumnEntry:
    """A column as it is written. `meta` is None for one that is carried along and not mapped."""

    name: str
    data_type: str
    description: str
    meta: dict[str, Any] | None
    place: Place


@dataclass(frozen=True)
class Document:
    """A parsed mapping file. `shown` is its path as messages give it."""

    path: Path
    shown: str
    content: Any
    lines: dict[Place, int] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def line(self, place: Place) -> int | None:
        """Line of the closest thing that is written."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)

    def problem(self, message: str, place: Place = ()) -> Problem:
        """Make a problem; inside a column it names the column."""
        name = self.at(*place[:4], "name") if place[:3] == COLUMNS and len(place) > 3 else None
        return Problem(self.shown, self.line(place), name if isinstance(name, str) else None, message)

    def at(self, *place: str | int) -> Any:
        """Content at a place, or None."""
        found = self.content
        for step in place:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    @property
    def meta(self) -> dict[str, Any]:
        """What the model says of itself under config.meta."""
        return block(self.at(*META))

    @cached_property
    def columns(self) -> tuple[ColumnEntry, ...]:
        """The columns that are written well enough to look at."""
        entries = []
        for position, entry in enumerate(listed(self.at(*COLUMNS))):
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                place = (*COLUMNS, position)
                meta = self.at(*place, "config", "meta")
                kind, said = (str(entry.get(key) or "") for key in ("data_type", "description"))
                meta = meta if isinstance(meta, dict) else None
                entries.append(ColumnEntry(entry["name"], kind, said, meta, place))
        return tuple(entries)

    @property
    def mapped(self) -> tuple[ColumnEntry, ...]:
        """The columns that are mapped, in file order."""
        return tuple(column for column in self.columns if column.meta is not None)


def read(path: Path, root: Path = ROOT) -> Document:
    """Read a file below `root`. Never raises for what is in the file."""
    shown = path.relative_to(root).as_posix()
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            lines: dict[Place, int] = {}
            problems = tuple(_walk(node, (), lines, shown)) if node is not None else ()
            content = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        said = getattr(error, "problem", None) or "cannot be read"
        return Document(path, shown, None, {}, (Problem(shown, line, None, f"this is not YAML: {said}"),))
    return Document(path, shown, content, lines, problems)


def block(value: object) -> dict[str, Any]:
    """The value if it is a block of keys, else an empty one: the schema says that it is none."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """The value if it is a list, else an empty one: the schema says that it is none."""
    return value if isinstance(value, list) else []


def suggest(word: object, known: Iterable[object]) -> str:
    """' (did you mean …?)' when a known word is close, else the known words when they are few."""
    names = [str(name) for name in known]
    close = get_close_matches(str(word).casefold(), [name.casefold() for name in names], 1, 0.6)
    if close:
        return f" (did you mean '{next(name for name in names if name.casefold() == close[0])}'?)"
    return f" (known: {', '.join(sorted(names))})" if 0 < len(names) <= 12 else ""


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], shown: str) -> list[Problem]:
    lines.setdefault(place, node.start_mark.line + 1)
    problems: list[Problem] = []
    if isinstance(node, yaml.SequenceNode):
        for position, child in enumerate(node.value):
            problems += _walk(child, (*place, position), lines, shown)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            line, below = key.start_mark.line + 1, (*place, key.value)
            if key.tag != "tag:yaml.org,2002:str":
                problems.append(
                    Problem(shown, line, None, f"write the key {key.value} in quotes: '{key.value}'")
                )
            if below in lines:
                problems.append(
                    Problem(
                        shown, line, None, f"'{key.value}' is written twice, first in line {lines[below]}"
                    )
                )
            lines.setdefault(below, line)
            problems += _walk(child, below, lines, shown)
    return problems
