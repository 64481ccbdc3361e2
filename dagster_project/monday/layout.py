"""Where each mapped value goes on the boards: a mapping and the settings, reduced to what the client needs.

The kernel carries the destination's side of a mapping unread; this module is where it is read.
"""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from dagster_project.delivery.mapping import Mapping

NAME_COLUMN = "name"
"""Id under which the board itself knows the name of an item."""


@dataclass(frozen=True)
class Place:
    """One mapped column and the board column it is written to. `scale` counts decimals of the ledger form."""

    field: str
    column: str
    type: str
    kind: str
    scale: int | None = None
    create_labels: bool = False
    compare: bool = True


@dataclass(frozen=True)
class ExternalId:
    """The text column that carries our key, so that a probe can search for it."""

    column: str
    title: str
    type: str


@dataclass(frozen=True)
class Layout:
    """One entity on its board. `name` and `group` are mapped columns that have no board column."""

    entity: str
    noun: str
    board_id: str
    name: Place
    group: str | None
    external_id: ExternalId | None
    places: tuple[Place, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Ids of the board columns we write, the external id last."""
        own = tuple(place.column for place in self.places)
        return (*own, self.external_id.column) if self.external_id else own

    @property
    def told(self) -> tuple[str, ...]:
        """Mapped columns that can be read back from the board."""
        group = (self.group,) if self.group else ()
        return (self.name.field, *group, *(place.field for place in self.places))

    def place(self, field: str) -> Place | None:
        """Return where a mapped column goes, or None when it has no board column of its own."""
        if field == self.name.field:
            return self.name
        return next((place for place in self.places if place.field == field), None)

    def field_of(self, column: str) -> str | None:
        """Return the mapped column that is written to a board column."""
        if column == NAME_COLUMN:
            return self.name.field
        return next((place.field for place in self.places if place.column == column), None)


def layout_of(mapping: Mapping, board_id: str) -> Layout:
    """Reduce a mapping to where its values go. KeyError names a column the mapping lacks."""
    target = mapping.target
    name = mapping.column(target["name"])
    external = target.get("external_id")
    return Layout(
        entity=mapping.entity,
        noun=mapping.noun,
        board_id=board_id,
        name=Place(name.name, NAME_COLUMN, NAME_COLUMN, name.kind, compare=name.compare),
        group=target.get("group"),
        external_id=ExternalId(external["column"], external["title"], external["type"]) if external else None,
        places=tuple(
            Place(
                field=column.name,
                column=column.target["column"],
                type=column.target["type"],
                kind=column.kind,
                scale=_scale(column.data_type),
                create_labels=_may_create(column.target),
                compare=column.compare,
            )
            for column in mapping.sent
        ),
    )


def _scale(data_type: str) -> int | None:
    found = re.fullmatch(r"decimal\(\d+, ?(\d+)\)", data_type)
    return int(found[1]) if found else None


def _may_create(target: Dict[str, Any]) -> bool:
    return bool(target.get("create_labels", False))
