"""Mapped entities as the kernel sees them."""

from collections.abc import Sequence

from dagster_project.delivery.destination import Entity
from dagster_project.delivery.mapping import Mapping


def entity_of(mapping: Mapping) -> Entity:
    """Return the kernel's view of a mapped entity."""
    return Entity(
        name=mapping.entity,
        staging=mapping.staging,
        completed_status=f"{mapping.entity.upper()}_COMPLETED",
        batch_field=mapping.batch,
        identity=mapping.identity,
        likeness=mapping.identity,
    )


def entities_of(mappings: Sequence[Mapping], *names: str) -> list[Entity]:
    """Return the entities of these names, in this order, as far as they are mapped."""
    by_name = {mapping.entity: mapping for mapping in mappings}
    return [entity_of(by_name[name]) for name in names if name in by_name]
