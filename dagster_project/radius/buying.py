"""The step that buys film: what the P4 job requires becomes lines of a purchase order, if it is the right film.

Pure.
"""

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from dagster_project.delivery.destination import Artefact, Fields, Wanted
from dagster_project.delivery.outcomes import ErrorClass, Held, Rejected
from dagster_project.radius import holds
from dagster_project.radius.facts import APPROVED, Order, PurchaseLine, Requirement
from dagster_project.radius.gates import Told
from dagster_project.radius.item_codes import film_of, is_film, same
from dagster_project.radius.rules import (
    assigned,
    day_of,
    differing,
    key_of,
    number_of,
    on_time,
    parts_of,
    told_day,
    told_number,
)

REQS_P4 = "REQS_P4"
SENT = ("quantity", "required_date", "dim_a")
"""What of a line the ERP is told again when it differs."""


@dataclass(frozen=True)
class Buying:
    """Everything the step looks at, for one order."""

    order: Order
    job: str
    requirements: Sequence[Requirement]
    lines: Sequence[PurchaseLine]  # of purchase orders of this job, newest order first
    statuses: Mapping[str, str | None]
    told: Told
    unsettled: Set[str] = frozenset()
    by_hand: bool = False  # a person carries through what the ERP does not take
    lead_days: int = 0
    today: dt.date = dt.date.min


def purchase_lines(buying: Buying) -> Wanted:
    """A line per group and item that is required, requirements of one item summed."""
    if not buying.told and not any(one.open for one in buying.requirements):
        said = f"order {buying.order.number}: job {buying.job} requires no film that is still open"
        return Rejected(REQS_P4, f"{said}; look at its estimate", ErrorClass.FIX_ELSEWHERE)
    if mismatch := film_mismatch(buying.order, buying.requirements):
        return mismatch
    wanted = _wanted(buying)
    there = lines_of(wanted, buying.lines)
    for key, values in wanted.items():
        obstacle = _obstacle(buying, key, values, there.get(key))
        if obstacle is not None:
            return obstacle
    return [Artefact(key, values) for key, values in sorted(wanted.items())]


def film_mismatch(order: Order, requirements: Sequence[Requirement]) -> Held | None:
    """Say which film is required that belongs to no bag of the order, and which is missing.

    Film that is not printed is bought elsewhere and never looked at.
    """
    bags = {film_of(line.item).upper(): line for line in order.lines}
    required = [one for one in requirements if is_film(one.item)]
    wrong = sorted({one.item for one in required if one.open and one.item.upper() not in bags})
    there = {one.item.upper() for one in required}
    missing = [(film, line) for film, line in bags.items() if line.quantity > 0 and film not in there]
    if not requirements or not (wrong or missing):
        return None
    expected = ", ".join(f"{film} for line {line.number}" for film, line in (missing or bags.items()))
    found = f"the job requires {', '.join(wrong)}" if wrong else "the job does not require it"
    return Held(f"expected {expected}; {found}", holds.FILM_MISMATCH)


def lines_of(
    keys: Mapping[str, object] | Sequence[str], lines: Sequence[PurchaseLine]
) -> dict[str, PurchaseLine]:
    """Return, by key, the lines that are for it: of the newest order that has one, cancelled ones last."""
    best = sorted(lines, key=lambda line: (not line.adoptable, -line.order, line.line))
    return assigned(((key, parts_of(key)[2]) for key in keys), ((line.item, line) for line in best))


def up_to_date(values: Fields, line: PurchaseLine, lead_days: int, today: dt.date) -> bool:
    """True when a line says already what is wanted, whoever saw to it."""
    in_time = on_time(line.required, day_of(values.get("required_date")), lead_days, today)
    return line.ordered == number_of(values.get("quantity")) and in_time


def _wanted(buying: Buying) -> dict[str, Fields]:
    wanted = _required(buying)
    for key in (buying.told.keys() | buying.unsettled) - wanted.keys():
        told = buying.told.get(key)
        _, group, item = parts_of(key)
        closed = [one for one in buying.requirements if one.group == group and same(one.item, item)]
        if told is not None and (closed or not buying.requirements):
            wanted[key] = told  # it is being made or was delivered: nothing about it changes any more
        elif closed:
            wanted[key] = _values(buying, closed)
        else:
            known = told or {
                "job": buying.job,
                "item": item,
                "required_date": None,
                "dim_a": None,
                "so4_line": None,
            }
            wanted[key] = {**known, "quantity": "0"}
    return wanted


def _required(buying: Buying) -> dict[str, Fields]:
    rows: dict[str, list[Requirement]] = {}
    for one in buying.requirements:
        if is_film(one.item):
            rows.setdefault(key_of(buying.order.number, one.group, one.item), []).append(one)
    wanted: dict[str, Fields] = {}
    for key, some in rows.items():
        open_ones = [one for one in some if one.open]
        partly_done = key in buying.told and len(open_ones) < len(some)
        if open_ones and not partly_done:
            wanted[key] = _values(buying, open_ones)
    return wanted


def _values(buying: Buying, rows: Sequence[Requirement]) -> Fields:
    first = rows[0]
    days = [one.required for one in rows if one.required is not None]
    return {
        "job": buying.job, "item": first.item,
        "quantity": told_number(sum((one.quantity for one in rows), Decimal(0))),
        "required_date": told_day(min(days, default=None)), "dim_a": told_number(first.width),
        "so4_line": _order_line(buying.order, first),
    }  # fmt: skip


def _order_line(order: Order, row: Requirement) -> int | None:
    """The order line that a requirement is for: the one it names, else the one of its bag."""
    numbers = {line.number for line in order.lines}
    if row.order_line in numbers:
        return row.order_line
    return next(
        (line.number for line in order.lines if same(film_of(line.item), row.item)),
        min(numbers, default=None),
    )


def _obstacle(buying: Buying, key: str, values: Fields, line: PurchaseLine | None) -> Held | None:
    told = buying.told.get(key)
    if told is None:
        known = line is not None or key in buying.unsettled or values["quantity"] == "0"
        status = buying.statuses.get(str(values["item"]).upper())
        if known or status == APPROVED:
            return None
        return Held(f"{values['item']} ({status or 'blank'}) is not approved", holds.ITEM_WAIT_GATE_PT)
    differs = differing(told, values, SENT)
    if not differs or buying.by_hand:
        return None
    change = ", ".join(f"{name} {told.get(name)} -> {values.get(name)}" for name in differs)
    if values["quantity"] == "0":
        return Held(f"{values['item']} is not required any more ({change})", holds.PO_BLOCKED)
    if line is None or not line.blocked or up_to_date(values, line, buying.lead_days, buying.today):
        return None
    return Held(f"purchase order {line.remote_id} {why_blocked(line)}, but {change}", holds.PO_BLOCKED)


def why_blocked(line: PurchaseLine) -> str:
    """Say why the ERP takes no change of a line."""
    if line.received > 0:
        return f"was received ({told_number(line.received)})"
    return f"is closed or cancelled (status {line.status})"
