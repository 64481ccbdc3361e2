"""Before the first call: are the version, the boards and their columns what the mapping needs?

What is wrong comes out as one list that says what to change and where.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence

from dagster_project.monday.board import Board, Column
from dagster_project.monday.layout import ExternalId, Layout, Place
from dagster_project.monday.normalise import LABELS, WRITABLE
from dagster_project.monday.surroundings import Surroundings


def problems(found: Surroundings, layouts: Sequence[Layout], version: str) -> list[str]:
    """Return everything that stands in the way of delivering, in words."""
    if found.version != version:
        return [
            f"the API answers as version {found.version}, not {version}: the version is retired or unknown; "
            "set MONDAY_API_VERSION to one that is offered, after a look at its changes"
        ]
    said: list[str] = []
    for layout in layouts:
        board = found.boards.get(layout.board_id)
        if board is None:
            said.append(f"board {layout.board_id} ({layout.noun}) is not there, or the token may not see it")
            continue
        said += [problem for place in layout.places for problem in _about(board, place)]
        said += _about_external_id(board, layout.external_id)
    return [*said, *_about_subitem_board(found, layouts)]


def warnings(found: Surroundings, layouts: Sequence[Layout]) -> list[str]:
    """Return what an operator should know although delivering is possible."""
    said = []
    for layout in layouts:
        board, external = found.boards.get(layout.board_id), layout.external_id
        if board and external and external.column not in board.columns:
            said.append(
                f"board {board.id} has no column {external.column} for our key: after a lost answer items "
                "are recognised by all their values, which is slower and can be ambiguous. Create it with "
                "`order-staging monday provision`"
            )
        full = [p for p in layout.places if p.create_labels and board and _full(board, p)]
        said += [f"{place.field}: its column takes no further label ({place.column})" for place in full]
    return said


def fingerprint(found: Surroundings, layouts: Sequence[Layout]) -> str:
    """Return what refusals depend on: mapped columns, their types, and labels where labels are refused.

    Columns that may be given new labels change with every run; they count only once they are full.
    """
    content: list[tuple[str, str, str, list[str]]] = []
    for layout in layouts:
        board = found.boards[layout.board_id]
        for place in layout.places:
            column = board.columns[place.column]
            refuses = column.type in LABELS and (column.full or not place.create_labels)
            labels = sorted(column.labels) if refuses else []
            content.append((layout.board_id, column.id, column.type, labels))
        if has_external_id(board, layout.external_id):
            content.append((layout.board_id, "external id", "", []))
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def has_external_id(board: Board, external: ExternalId | None) -> bool:
    """True when the board has the column for our key."""
    return external is not None and external.column in board.columns


def _about(board: Board, place: Place) -> Iterator[str]:
    column = board.columns.get(place.column)
    where = f"{place.field} → {place.column}"
    if place.type not in WRITABLE:
        yield f"{where}: the mapping says type {place.type}, which cannot be written; correct the mapping"
    elif column is None:
        yield (
            f"{where}: board {board.id} has no such column; create it there (type {place.type}) or correct "
            f"the mapping{_of_that_title(board, place)}"
        )
    elif column.type != place.type:
        yield f"{where}: it is a {column.type} column, the mapping says {place.type}; correct the mapping"


def _of_that_title(board: Board, place: Place) -> str:
    titled: list[Column] = [column for column in board.columns.values() if column.title == place.field]
    found = ", ".join(f"{column.id} ({column.type})" for column in titled)
    return f" (called {place.field} there: {found})" if found else ""


def _about_external_id(board: Board, external: ExternalId | None) -> Iterator[str]:
    column = board.columns.get(external.column) if external else None
    if external and column and column.type != external.type:
        yield f"{external.column} on board {board.id} is of type {column.type}; our key needs {external.type}"


def _about_subitem_board(found: Surroundings, layouts: Sequence[Layout]) -> Iterator[str]:
    """The board itself names its hidden subitem board; another one would never get a subitem."""
    for parents, children in itertools.pairwise(layouts):
        board = found.boards.get(parents.board_id)
        if board and board.subitem_boards and children.board_id not in board.subitem_boards:
            yield (
                f"MONDAY_SUBITEM_BOARD_ID is {children.board_id}, but the subitems of board {board.id} live "
                f"on {', '.join(board.subitem_boards)}"
            )


def _full(board: Board, place: Place) -> bool:
    column = board.columns.get(place.column)
    return column is not None and column.full
