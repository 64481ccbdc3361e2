"""Decides from a file's header which column is what, or refuses with the name that comes closest."""

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dagster_project.warehouse.landing_report import LandingError

DEFAULT_NOT_SIZES = ("INFOR COLOUR CODE",)
LONGEST_NAME = 128  # of a column in SQL Server
MOST_COLUMNS = 1_024  # of a table in SQL Server
_CLOSE = 0.84


class Kind(StrEnum):
    """How a column's cells are read."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"


@dataclass(frozen=True)
class Layout:
    """What is known about a table before a file is seen."""

    table: str
    columns: tuple[str, ...]  # all that are not sizes
    sizes: tuple[str, ...]  # those seen so far
    first_marker: str
    last_marker: str
    integers: tuple[str, ...]
    dates: tuple[str, ...]
    key: str
    required: tuple[str, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which landing makes no sense: the required ones and the two markers."""
        return tuple(dict.fromkeys((*self.required, self.first_marker, self.last_marker)))


@dataclass(frozen=True)
class PlannedColumn:
    """A column of the file and what it becomes."""

    place: int  # in the file, from 0
    name: str
    kind: Kind
    size: bool = False


@dataclass(frozen=True)
class Plan:
    """What a file becomes."""

    columns: tuple[PlannedColumn, ...]
    unnamed: tuple[int, ...]  # places without a name: must be empty
    key: str | None
    warnings: tuple[str, ...]

    @property
    def sizes(self) -> tuple[str, ...]:
        """The size columns, in the file's order."""
        return tuple(column.name for column in self.columns if column.size)


def fold(name: str) -> str:
    """Return what two spellings of one column name have in common: case, blanks, a doubled apostrophe."""
    return re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip().replace("''", "'").casefold()


def plan(
    file: Path,
    header: Sequence[str],
    layout: Layout,
    not_sizes: Collection[str] = DEFAULT_NOT_SIZES,
    accept_unknown: bool = False,
) -> Plan:
    """Return the plan for a header. Raises LandingError when a size or a needed column could get lost."""
    known = {fold(name): name for name in (*layout.columns, *layout.sizes)}
    names = [known.get(fold(name), re.sub(r"\s+", " ", name).strip()) for name in header]
    _refuse_impossible(file, names)
    _refuse_duplicates(file, names)
    present = set(names)
    unknown = [name for name in names if name and fold(name) not in known]
    absent = [name for name in layout.columns if name not in present]
    first, last = _markers(file, names, layout, unknown)
    outside = [name for name in unknown if not first < names.index(name) < last]
    _refuse_missing(file, layout, present, outside)
    if not accept_unknown:
        _refuse_misspelt(file, absent, outside)
    inside = names[first + 1 : last]
    excluded = {fold(name) for name in not_sizes}
    _refuse_misplaced(file, layout, names, inside, excluded)
    sizes = {name for name in inside if name and fold(name) not in excluded}
    if not sizes:
        raise LandingError(
            f"no size column stands between '{layout.first_marker}' and '{layout.last_marker}'",
            file=file,
            next_step="Export the file with its size columns between the two",
        )
    columns = tuple(
        PlannedColumn(place, name, _kind(name, layout, sizes), name in sizes)
        for place, name in enumerate(names)
        if name
    )
    return Plan(
        columns=columns,
        unnamed=tuple(place for place, name in enumerate(names) if not name),
        key=layout.key if layout.key in present else None,
        warnings=tuple(_warnings(layout, present, absent, outside, sizes)),
    )


def _kind(name: str, layout: Layout, sizes: Collection[str]) -> Kind:
    if name in sizes or name in layout.integers:
        return Kind.INTEGER
    return Kind.DATE if name in layout.dates else Kind.TEXT


def _refuse_impossible(file: Path, names: Sequence[str]) -> None:
    for name in names:
        if len(name) > LONGEST_NAME:
            raise LandingError(
                f"a column name has {len(name)} characters, the warehouse allows {LONGEST_NAME}",
                file=file,
                value=name,
                next_step="Is the first line the header?",
            )
    if len(names) > MOST_COLUMNS:
        raise LandingError(
            f"{len(names)} columns, the warehouse allows {MOST_COLUMNS}",
            file=file,
            next_step="Remove those that are not part of the table",
        )


def _refuse_duplicates(file: Path, names: Sequence[str]) -> None:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        if name:
            places.setdefault(fold(name), []).append(place)
    for found in places.values():
        if len(found) > 1:
            raise LandingError(
                f"the name stands over {len(found)} columns, at places {', '.join(map(str, found))}",
                file=file,
                column=names[found[0] - 1],
                next_step="Rename or remove all but one; upper and lower case are the same name",
            )


def _markers(file: Path, names: Sequence[str], layout: Layout, unknown: Sequence[str]) -> tuple[int, int]:
    missing = [marker for marker in (layout.first_marker, layout.last_marker) if marker not in names]
    if missing:
        guesses = [_did_you_mean(marker, unknown) for marker in missing]
        raise LandingError(
            "the size columns are found between "
            f"'{layout.first_marker}' and '{layout.last_marker}', but there is no column "
            + " and no column ".join(f"'{m}'{g}" for m, g in zip(missing, guesses, strict=True)),
            file=file,
            next_step="Put the marker back, or rename the column in the file",
        )
    first, last = names.index(layout.first_marker), names.index(layout.last_marker)
    if first > last:
        raise LandingError(
            f"'{layout.last_marker}' stands before '{layout.first_marker}', so no size would be found",
            file=file,
            next_step="Restore the order of the columns",
        )
    return first, last


def _refuse_missing(file: Path, layout: Layout, present: Collection[str], unknown: Sequence[str]) -> None:
    missing = [name for name in layout.needed if name not in present]
    if missing:
        listed = ", ".join(f"'{name}'{_did_you_mean(name, unknown)}" for name in missing)
        are = "is" if len(missing) == 1 else "are"
        raise LandingError(
            f"{_count(missing, 'column')} that {layout.table} needs {are} missing: {listed}",
            file=file,
            next_step="Export the file with these columns",
        )


def _refuse_misspelt(file: Path, absent: Sequence[str], unknown: Sequence[str]) -> None:
    for name in unknown:
        close = difflib.get_close_matches(fold(name), [fold(a) for a in absent], n=1, cutoff=_CLOSE)
        if close:
            meant = next(a for a in absent if fold(a) == close[0])
            raise LandingError(
                f"the column is not known; did you mean '{meant}', which is missing?",
                file=file,
                column=name,
                next_step="Rename it, or land with --accept-unknown if it really is another column",
            )


def _refuse_misplaced(
    file: Path, layout: Layout, names: Sequence[str], inside: Sequence[str], excluded: Collection[str]
) -> None:
    for name in inside:
        if name in layout.columns and fold(name) not in excluded:
            raise LandingError(
                f"the column stands among the sizes, between '{layout.first_marker}' and "
                f"'{layout.last_marker}', but is none",
                file=file,
                column=name,
                next_step="Move it, or add it to not_sizes in the mapping",
            )
    for name in names:
        if name in layout.sizes and name not in inside and fold(name) not in excluded:
            raise LandingError(
                f"the size stands outside '{layout.first_marker}' … '{layout.last_marker}', where its "
                "quantities would be lost",
                file=file,
                column=name,
                next_step="Move it between the two",
            )


def _warnings(
    layout: Layout,
    present: Collection[str],
    absent: Sequence[str],
    unknown: Sequence[str],
    sizes: Collection[str],
) -> list[str]:
    found = []
    if unknown:
        found.append(f"{_count(unknown, 'column')} not known, landed as text: {_listed(unknown)}")
    new = [name for name in sizes if name not in layout.sizes]
    if new:
        found.append(f"{_count(new, 'size')} seen for the first time: {_listed(sorted(new))}")
    if absent:
        found.append(f"{_count(absent, 'column')} absent, read as empty: {_listed(absent)}")
    gone = [name for name in layout.sizes if name not in present]
    if gone:
        found.append(f"{_count(gone, 'size')} absent: {_listed(gone)}")
    return found


def _did_you_mean(name: str, among: Sequence[str]) -> str:
    folded = {fold(other): other for other in among}
    close = difflib.get_close_matches(fold(name), list(folded), n=1, cutoff=0.6)
    return f" (did you mean '{folded[close[0]]}'?)" if close else ""


def _count(names: Collection[str], noun: str) -> str:
    return f"{len(names)} {noun}{'s' if len(names) != 1 else ''}"


def _listed(names: Sequence[str], limit: int = 10) -> str:
    quoted = ", ".join(f"'{name}'" for name in names[:limit])
    return quoted + (f" and {len(names) - limit} more" if len(names) > limit else "")
