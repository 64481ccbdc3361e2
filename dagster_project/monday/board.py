"""The boards as they are now: columns, labels, groups. Read once per run, typed here and trusted inside."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LABEL_LIMITS: Mapping[str, int] = {"dropdown": 500, "status": 40}


@dataclass(frozen=True)
class Column:
    """A column of a board. `labels` maps the usable ones to id (dropdown) or index (status)."""

    id: str
    title: str
    type: str
    labels: Mapping[str, int] = field(default_factory=dict)
    label_count: int = 0
    subitem_boards: tuple[str, ...] = ()

    @property
    def full(self) -> bool:
        """True when the column takes no further label."""
        return self.label_count >= LABEL_LIMITS.get(self.type, self.label_count + 1)


@dataclass(frozen=True)
class Board:
    """A board. Archived columns are left out: writing to them is refused as if they were not there."""

    id: str
    name: str
    columns: Mapping[str, Column]
    groups: tuple[tuple[str, str], ...]
    items_count: int

    @property
    def subitem_boards(self) -> tuple[str, ...]:
        """Ids of the hidden boards on which this board's subitems live, by its own settings."""
        return tuple(board for column in self.columns.values() for board in column.subitem_boards)


def board_of(said: Mapping[str, Any]) -> Board:
    """Build a board from the preflight's answer."""
    columns = [_column(column) for column in said.get("columns") or () if not column.get("archived")]
    return Board(
        id=str(said["id"]),
        name=str(said.get("name", "")),
        columns={column.id: column for column in columns},
        groups=groups_of(said),
        items_count=int(said.get("items_count") or 0),
    )


def groups_of(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (id, title) of a board's groups, in its order."""
    return tuple((str(group["id"]), str(group["title"])) for group in said.get("groups") or ())


def _column(said: Mapping[str, Any]) -> Column:
    settings = said.get("settings")
    settings = (json.loads(settings) if isinstance(settings, str) else settings) or {}
    labels = _labels(settings.get("labels"))
    return Column(
        id=str(said["id"]),
        title=str(said["title"]),
        type=str(said["type"]),
        labels={label: number for label, number, usable in labels if usable},
        label_count=len(labels),
        subitem_boards=tuple(str(board) for board in settings.get("boardIds") or ()),
    )


def _labels(said: Any) -> list[tuple[str, int, bool]]:
    """Labels as (text, id or index, may be used). Older columns keep them as {index: text}."""
    if isinstance(said, dict):
        return [(str(text), int(index), True) for index, text in said.items()]
    return [
        (
            str(label.get("label") or label.get("name") or ""),
            int(label["index"] if label.get("index") is not None else label["id"]),
            not label.get("is_deactivated", False),
        )
        for label in said or ()
    ]
