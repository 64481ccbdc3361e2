"""What to ask for a row, given what stands in the ERP now: calls that make or change it, or none. Pure.

What says already what is wanted, whoever saw to it, needs no call.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dagster_project.delivery.destination import Operation, Target
from dagster_project.radius import entities, plans_p2, plans_p4
from dagster_project.radius.scene import Scene

_PLANS: Mapping[str, Callable[[Target, Scene], Sequence[Operation]]] = {
    entities.SO2_REFERENCES: plans_p2.reference,
    entities.ITEMS: plans_p4.item,
    entities.ITEM_PRICES: plans_p4.item_price,
    entities.JOBS_P4: plans_p4.job,
    entities.PO_LINES: plans_p4.purchase_line,
    entities.SO2_LINES: plans_p2.sale_line,
    entities.SHIP_REQUEST_LINES: plans_p2.ship_line,
    entities.JOBS_P2: plans_p2.job,
}


def operations(target: Target, scene: Scene) -> Sequence[Operation]:
    """Return what is asked for a row; nothing when there is nothing to say."""
    plan = _PLANS.get(target.row.entity)
    return plan(target, scene) if plan else ()


def gone(target: Target, scene: Scene) -> str | None:
    """Say what a row with a remote id stands for and is not in the ERP any more."""
    look: Mapping[str, Callable[[str | None], Any]] = {
        entities.PO_LINES: scene.purchase_line, entities.SO2_LINES: scene.sale_line,
        entities.SHIP_REQUEST_LINES: scene.ship_line,
    }  # fmt: skip
    entity = target.row.entity
    if target.remote_id is None or entity not in look or look[entity](target.remote_id) is not None:
        return None
    return f"{entity} {target.remote_id} is not in the ERP any more"
