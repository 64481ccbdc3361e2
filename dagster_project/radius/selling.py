"""The steps of plant 2: its sales order, the ship request, its job, and what a changed quantity waits for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dagster_project.delivery.destination import Artefact, Fields, Finished, RemoteObject, Wanted
from dagster_project.delivery.outcomes import Held
from dagster_project.radius import holds
from dagster_project.radius.facts import (
    APPROVED,
    COMPLETE,
    ON_HOLD,
    Order,
    PurchaseLine,
    Sale,
    SaleLine,
    numbers_of,
)
from dagster_project.radius.gates import Told
from dagster_project.radius.item_codes import roll_of
from dagster_project.radius.rules import (
    assigned,
    by_item,
    number_of,
    parts_of,
    said_by_item,
    shipping_reference,
    told_number,
)

ALREADY_COMPLETE = "SO_P2_ALREADY_COMPLETE"


@dataclass(frozen=True)
class Selling:
    """Everything these steps look at, for one order. Keys are those of the purchase order's lines."""

    order: Order
    bought: Sequence[RemoteObject]  # lines of purchase orders, as they were read back
    bought_told: Told
    told: Told  # lines of plant-2 orders
    sales: Sequence[Sale]
    sale_lines: Sequence[SaleLine]
    statuses: Mapping[str, str | None]
    job: str | None  # of plant 2
    made: Mapping[str, Decimal]  # feet of that job, by item in capitals
    left_to_hand: frozenset[str] = frozenset()
    """Keys whose purchase order takes no change any more and whose change a person carries through."""


def reference_wanted(order: Order, sales: Sequence[Sale]) -> Wanted:
    """The customer's reference of the order, on the plant-2 order if there is one that still takes it."""
    if not any(sale.status != COMPLETE for sale in sales):
        return []
    return [Artefact(str(order.number), {"custref": order.custref, "authorised": True})]


def sale_lines_wanted(selling: Selling) -> Wanted:
    """A line per line of the purchase order. One that waits for the P2 job to follow a decrease stays as it is."""
    if selling.sales and all(one.status == COMPLETE for one in selling.sales):
        return Finished(ALREADY_COMPLETE)
    there = lines_of(selling.bought_told, selling.sale_lines)
    wanted: list[Artefact] = []
    for bought in selling.bought:
        key = bought.key or ""
        values = _values(selling, key, bought)
        line, told = there.get(key), selling.told.get(key)
        if values["quantity"] == "0":
            wanted += [Artefact(key, {**told, "quantity": "0"})] if told else []
            continue
        status = selling.statuses.get(str(values["item"]).upper())
        if told is None and line is None and status != APPROVED:
            return Held(f"{values['item']} ({status or 'blank'}) is not approved", holds.ITEM_WAIT_GATE_SP)
        if line is not None and _waits_for_the_job(selling, key, values, line):
            values = dict(told) if told else {**values, "quantity": told_number(line.ordered)}
        wanted.append(Artefact(key, values))
    return wanted


def lines_of(keys: Iterable[str], lines: Sequence[SaleLine]) -> dict[str, SaleLine]:
    """Return, by key, the line that is for it: of the newest order that has one."""
    newest = sorted(lines, key=lambda line: (-line.order, line.line))
    return assigned(
        ((key, roll_of(parts_of(key)[2])) for key in keys), ((line.item, line) for line in newest)
    )


def ship_lines_wanted(selling: Selling, sold: Sequence[RemoteObject], told: Told) -> Wanted:
    """A line per line of the plant-2 order, once these show and the order is not held by anybody."""
    numbers = {numbers_of(one.remote_id)[0] for one in sold}
    held = [sale for sale in selling.sales if sale.number in numbers and sale.status in ON_HOLD]
    if held:
        kind = "held" if held[0].status == ON_HOLD[0] else "credit held"
        return Held(
            f"plant-2 order {held[0].number} is {kind} (status {held[0].status})", holds.SO_P2_STATUS_HOLD
        )
    shown = {one.key: one for one in sold if one.key}
    missing = [
        key for key, values in selling.told.items() if values.get("quantity") != "0" and key not in shown
    ]
    if missing:
        items = ", ".join(sorted(str(selling.told[key].get("item")) for key in missing))
        return Held(f"plant-2 lines of {items} cannot be seen yet", holds.SHIPREQ_P2_WAIT_LINES)
    wanted: list[Artefact] = []
    for key, found in shown.items():
        values = selling.told[key]
        if values.get("quantity") == "0":
            wanted += [Artefact(key, {**told[key], "quantity": "0"})] if key in told else []
        else:
            wanted.append(Artefact(key, _shipped(selling, found, values)))
    return wanted


def _shipped(selling: Selling, found: RemoteObject, values: Fields) -> Fields:
    so2, _ = numbers_of(found.remote_id)
    sale = next((one for one in selling.sales if one.number == so2), None)
    reference = shipping_reference(
        sale.custref if sale else selling.order.custref, str(values.get("po") or ""), so2
    )  # fmt: skip
    return {
        "so2_line": found.remote_id, "quantity": values.get("quantity"),
        "required_date": values.get("required_date"), "shipping_ref": reference,
    }  # fmt: skip


def job_p2(selling: Selling, so2: int, told: Fields | None) -> Wanted:
    """A job of the plant-2 order, confirmed for what was bought.

    Once it was seen at these quantities it is not asked again: what people do with it later is theirs.
    """
    targets = [
        (roll_of(str(values["item"])), number_of(values["quantity"]))
        for key, values in selling.bought_told.items()
        if key in selling.told and number_of(values["quantity"]) > 0
    ]
    confirmed = said_by_item(targets)
    by_hand = {roll_of(str(selling.bought_told[key]["item"])).upper() for key in selling.left_to_hand}
    differing = {
        item: feet
        for item, feet in by_item(targets).items()
        if selling.made.get(item, Decimal(0)) != feet and item not in by_hand
    }
    if selling.job is not None and differing and (told or {}).get("confirmed") != confirmed:
        return _wait(selling, differing)
    return [Artefact(str(selling.order.number), {"sales_order": so2, "confirmed": confirmed})]


def _wait(selling: Selling, differing: Mapping[str, Decimal]) -> Held:
    said = "; ".join(
        f"{item}: the job makes {told_number(selling.made.get(item, Decimal(0)))}, {told_number(feet)} are wanted"
        for item, feet in differing.items()
    )
    sold = by_item((line.item, line.ordered) for line in selling.sale_lines)
    less = any(sold.get(item, Decimal(0)) > feet for item, feet in differing.items())
    return Held(f"job {selling.job}: {said}", holds.DECREASED if less else holds.INCREASED)


def _values(selling: Selling, key: str, bought: RemoteObject) -> Fields:
    values = selling.bought_told[key]
    told = selling.told.get(key, {})
    types = {line.number: line.item_type for line in selling.order.lines}
    first = next(iter(types.values()), "")
    return {
        "item": roll_of(str(values["item"])), "quantity": values["quantity"],
        "required_date": values["required_date"], "po": numbers_of(bought.remote_id)[0],
        "so_item_type": told.get("so_item_type") or types.get(values.get("so4_line") or 0, first),
        "authorised": True, "confirmed": True,
    }  # fmt: skip


def _waits_for_the_job(selling: Selling, key: str, values: Fields, line: SaleLine) -> bool:
    """A plant-2 line is not lowered before its job is: the ERP refuses less than is reserved for it."""
    item, told = str(values["item"]).upper(), selling.told.get(key)
    target = by_item(
        (roll_of(str(one["item"])), number_of(one["quantity"])) for one in selling.bought_told.values()
    )[item]
    unchanged = told is not None and told.get("quantity") == values["quantity"]
    follows = selling.job is None or selling.made.get(item) == target
    return (
        not (unchanged or follows or key in selling.left_to_hand)
        and number_of(values["quantity"]) < line.ordered
    )


def blocked_keys(keys: Iterable[str], lines: Mapping[str, PurchaseLine], told: Told) -> frozenset[str]:
    """Return the keys whose purchase order takes no change any more, or that are not required any more."""
    return frozenset(
        key
        for key in keys
        if (key in lines and lines[key].blocked) or told.get(key, {}).get("quantity") == "0"
    )
