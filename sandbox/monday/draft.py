"""What one mutation wants to write. Nothing of it reaches the board until every column has agreed."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.monday.model import LABEL_TYPES, Board, Cell, Column
from sandbox.monday.settings import Rules

_EMPTY = Cell("", None)
_EMPTY_NULL = Cell(None, None)
_NULL_WHEN_EMPTY = LABEL_TYPES | {"board_relation", "mirror"}


def empty_cell(kind: str) -> Cell:
    """Most empty columns read as "", labels and links as null (vendor's changelog for 2023-10)."""
    return _EMPTY_NULL if kind in _NULL_WHEN_EMPTY else _EMPTY


@dataclass
class Draft:
    board: Board
    rules: Rules
    timestamp: str
    create_labels: bool = False
    cells: dict[str, Cell] = field(default_factory=dict)
    _labels: dict[str, dict[int, str]] = field(default_factory=dict)

    def labels(self, column: Column) -> dict[int, str]:
        """The column's labels including those this draft adds; a copy that may be added to."""
        if column.id not in self._labels:
            self._labels[column.id] = dict(column.labels)
        return self._labels[column.id]

    def empty(self, column: Column) -> Cell:
        return empty_cell(column.type)

    def relabelled(self) -> dict[str, dict[int, str]]:
        """Columns that gained labels."""
        return {
            column_id: labels
            for column_id, labels in self._labels.items()
            if labels != self.board.columns[column_id].labels
        }
