"""What must not be touched although it differs: looked at once more just before a row is planned. Pure."""

from collections.abc import Sequence, Set

from dagster_project.delivery.destination import Target
from dagster_project.delivery.outcomes import Held
from dagster_project.radius import entities, holds
from dagster_project.radius.buying import SENT, why_blocked
from dagster_project.radius.facts import ON_HOLD, Sale
from dagster_project.radius.plans_p2 import AUTHORISED
from dagster_project.radius.rules import number_of
from dagster_project.radius.scene import Scene


def obstacle(target: Target, scene: Scene, *, ours: bool) -> Held | None:
    """Say why a row may not be told now; `ours`: a hold of the plant-2 order may be what our own touch left."""
    if target.row.entity == entities.PO_LINES:
        return _blocked_purchase(target, scene)
    if target.row.entity in (entities.SO2_REFERENCES, entities.SO2_LINES):
        owed = target.remote_id is not None and AUTHORISED in target.resend
        return None if ours or owed else _held_sale(target, scene)
    return None


def is_dropped(target: Target, by_hand: Set[str]) -> bool:
    """True for a row of an order that a person completes, of which nothing is required any more."""
    return target.row.parent_key in by_hand and target.row.values.get("quantity") == "0"


def _blocked_purchase(target: Target, scene: Scene) -> Held | None:
    line, values = scene.purchase_line(target.remote_id), target.row.values
    if line is not None and values["quantity"] == "0" and (target.told or {}).get("quantity") != "0":
        return Held(f"{line.item} of {line.remote_id} is not required any more", holds.PO_BLOCKED)
    if line is None or not line.blocked or not target.resend.intersection(SENT):
        return None
    if line.ordered == number_of(values["quantity"]) and scene.in_time(line.required, values):
        return None
    said = f"purchase order {line.remote_id} {why_blocked(line)}, but {values['quantity']} are wanted"
    return Held(said, holds.PO_BLOCKED)


def _held_sale(target: Target, scene: Scene) -> Held | None:
    held = next((sale for sale in _touched(target, scene) if sale.status in ON_HOLD), None)
    if held is None:
        return None
    kind = "held" if held.status == ON_HOLD[0] else "credit held"
    return Held(f"plant-2 order {held.number} is {kind} (status {held.status})", holds.SO_P2_STATUS_HOLD)


def _touched(target: Target, scene: Scene) -> Sequence[Sale]:
    """The plant-2 orders that telling a row would touch; none when it is to be made."""
    values = target.row.values
    if target.row.entity == entities.SO2_REFERENCES:
        return [sale for sale in scene.sales if sale.custref != values["custref"]]
    if target.remote_id is None:
        sale = scene.sale_of(int(values["po"]))
    else:
        sale = scene.sale(int(target.remote_id.partition("/")[0]))
    return [] if sale is None else [sale]
