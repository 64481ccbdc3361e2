"""The things on a board, as plain objects. Attribute names follow the GraphQL fields they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

READ_ONLY_TYPES = frozenset({"board_relation", "formula", "item_id", "last_updated", "mirror", "subtasks"})
LABEL_TYPES = frozenset({"dropdown", "status"})


class Cell(NamedTuple):
    """A column value as it reads back: what people see, and the JSON text behind it."""

    text: str | None
    value: str | None


@dataclass(slots=True)
class Column:
    id: str
    title: str
    type: str
    labels: dict[int, str] = field(default_factory=dict)
    """Id (dropdown) or index (status) → label; never changed in place once readers may hold it."""
    subitem_board_id: int | None = None
    description: str | None = None
    revision: int = 1
    archived: bool = False
    width: int | None = None


@dataclass(slots=True)
class Group:
    id: str
    title: str
    color: str = "#579bfc"
    position: str = "65536"
    archived: bool = False
    deleted: bool = False
    board_id: int = 0


@dataclass(slots=True)
class Item:
    id: int
    board_id: int
    group_id: str
    name: str
    created_at: str
    updated_at: str
    indexed_at: float = 0.0
    """From when on a search by value finds it."""
    state: str = "active"
    parent_id: int | None = None
    rank: float = 0.0
    """Order within the group."""
    cells: dict[str, Cell] = field(default_factory=dict)
    subitem_ids: tuple[int, ...] = ()


@dataclass(slots=True)
class Board:
    id: int
    name: str
    type: str
    columns: dict[str, Column]
    groups: dict[str, Group]
    created_at: str
    updated_at: str
    parent_board_id: int | None = None
    former_column_ids: tuple[str, ...] = ()
    """Ids of deleted columns: they cannot be given again."""
    items: dict[int, Item] = field(default_factory=dict)

    @property
    def subitem_board_id(self) -> int | None:
        return next((c.subitem_board_id for c in self.columns.values() if c.subitem_board_id), None)

    def active_items(self) -> list[Item]:
        """In the order of the board: by group, then by place in the group."""
        place = {group_id: number for number, group_id in enumerate(self.groups)}
        active = [item for item in self.items.values() if item.state == "active"]
        active.sort(key=lambda item: (place.get(item.group_id, len(place)), item.rank))
        return active
