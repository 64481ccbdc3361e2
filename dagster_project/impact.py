"""What an edited mapping would send: the rows staged as changed that were told under another mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dagster_project.delivery.destination import Change
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.mapping_impact import Impact, summarise_impact
from dagster_project.delivery.states import RETIRED
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.exact import exact


@dataclass(frozen=True)
class SystemImpact:
    """What every entity's mapping would change, against the share a run may change unasked."""

    entities: Mapping[str, Impact]
    max_share: float

    @property
    def blocks(self) -> bool:
        """True when a run would refuse to send this without --allow-impact."""
        return any(impact.share > self.max_share for impact in self.entities.values())

    @property
    def sentence(self) -> str:
        """What is to be said about it."""
        parts = [
            f"{impact.changed} of {impact.delivered} delivered {entity} would change ({impact.share:.1%})"
            for entity, impact in self.entities.items()
        ]
        verdict = f"; more than IMPACT_MAX_SHARE {self.max_share:.0%}: a run needs --allow-impact"
        return ", ".join(parts) + (verdict if self.blocks else "")

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            entity: {
                "delivered": impact.delivered, "changed": impact.changed,
                "share": round(impact.share, 6), "by_field": dict(impact.by_field),
            }
            for entity, impact in self.entities.items()
        } | {"blocks": self.blocks}  # fmt: skip


def measure(
    warehouse: Warehouse, instance: str, mappings: Sequence[EntityMapping], max_share: float
) -> SystemImpact:
    """Count the staged rows that were told under another mapping version and would now change."""
    with warehouse.begin() as connection:
        found = {m.entity: _measure(connection, instance, m) for m in mappings}
    return SystemImpact(found, max_share)


def _measure(connection: sa.Connection, instance: str, mapping: EntityMapping) -> Impact:
    ledger = tables.delivery
    mine = sa.and_(ledger.c.instance == instance, ledger.c.entity == mapping.entity)
    delivered = connection.execute(
        sa.select(sa.func.count()).where(
            mine, ledger.c.told.is_not(None), ledger.c.state.not_in(sorted(RETIRED))
        )
    ).scalar_one()
    names = ("business_key", "previous_key", "change_type", "changed_fields")
    staged = sa.table(mapping.staging, *(sa.column(name) for name in names))
    query = sa.select(staged.c.changed_fields).where(
        mine,
        staged.c.change_type == Change.CHANGED,
        ledger.c.business_key == exact(sa.func.coalesce(staged.c.previous_key, staged.c.business_key)),
        ledger.c.mapping_version != mapping.version,
    )
    return summarise_impact((text for (text,) in connection.execute(query)), delivered)
