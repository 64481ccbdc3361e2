"""Steps before anything is bought: approved items, the P4 job, and that order and job speak of the same bags. Pure.

Each function returns what the step must bring about, or why the order stops there.
"""

from collections.abc import Iterable, Mapping, Sequence

from dagster_project.delivery.destination import Artefact, Fields, Finished, Wanted
from dagster_project.delivery.outcomes import ErrorClass, Held, Rejected
from dagster_project.radius import holds
from dagster_project.radius.facts import APPROVED, COMPLETE, ON_HOLD, Order, Requirement
from dagster_project.radius.item_codes import derived_of
from dagster_project.radius.rules import number_of, told_day, told_number

Told = Mapping[str, Fields]
"""Artefact key → values, as the ledger has them."""
FILM, ROLL = "film", "roll"
NO_ORDER, NO_ITEM = "ELIGIBLE", "ITEM_GATE_PRE_JOB"


def unless_closed(order: Order, wanted: Wanted, *, begun: bool) -> Wanted:
    """Begin nothing more for an order that is complete or cancelled: Radius has one status for both.

    `begun`: something was made in this step already. A chain that is whole is not touched by the status.
    """
    if order.status != COMPLETE or begun or isinstance(wanted, Finished) or wanted == []:
        return wanted
    said = (
        f"order {order.number} is complete or cancelled in the ERP (status {order.status}), so nothing more is made "
        f"for it; close there what was made, and `order-staging radius remove {order.number}`, or open it again"
    )
    return Rejected(NO_ORDER, said, ErrorClass.FIX_ELSEWHERE)


def items(order: Order, statuses: Mapping[str, str | None], *, has_job: bool) -> Wanted:
    """The printed film and the printed roll of each bag; bags have to be approved before there is a job.

    `statuses` has the items that exist, by code in capitals; a blank status is none.
    """
    bases = _bases(order)
    if not bases or "" in bases:
        which = f"line {_line_of(order, '')} names no item" if bases else "it has no line of a bag"
        return Rejected(NO_ITEM, f"order {order.number}: {which}; mend it in the ERP", ErrorClass.FIX_ROW)
    if not has_job and all(line.quantity <= 0 for line in order.lines):
        said = (
            f"order {order.number}: no line is for more than 0 bags; enter how many, or cancel it in the ERP"
        )
        return Rejected(NO_ITEM, said, ErrorClass.FIX_ROW)
    unknown = [base for base in bases if base not in statuses]
    if unknown and not has_job:
        line = _line_of(order, unknown[0])
        return Rejected(
            NO_ITEM,
            f"order {order.number} line {line} names {unknown[0]}, which is no item",
            ErrorClass.FIX_ROW,
        )
    waiting = [base for base in bases if statuses.get(base) != APPROVED]
    if waiting and not has_job:
        return Held(f"{_with_statuses(waiting, statuses)} is not approved", holds.BASE_ITEM_WAIT)
    return [
        Artefact(code, {"item": code, "base_item": base, "kind": kind}, shared=True)
        for base in bases
        for code, kind in zip(derived_of(base), (FILM, ROLL), strict=True)
    ]


def item_prices(order: Order, told: Told) -> Sequence[Artefact]:
    """A price for each item that we made for the order."""
    return [
        Artefact(code, {"item": code, "kind": told[code].get("kind")}, shared=True)
        for code in _derived(order)
        if code in told and made_by_us(told[code])
    ]


def own_items_wait(
    order: Order, statuses: Mapping[str, str | None], told: Told, bought: Iterable[str]
) -> Held | None:
    """Say that items which we made wait for approval, unless they were ordered already (`bought`, in capitals)."""
    done = set(bought)
    waiting = [
        code
        for code in _derived(order)
        if code in told and made_by_us(told[code]) and code not in done and statuses.get(code) != APPROVED
    ]
    if not waiting:
        return None
    return Held(f"{_with_statuses(waiting, statuses)}: made, to be approved", holds.ITEM_CREATE_WAIT)


def made_by_us(told: Fields) -> bool:
    """True when an item was made for an order here; one that was found says so."""
    return told.get("made") is not False


def job_p4(order: Order, job: str | None) -> Wanted:
    """A job, once the order is authorised."""
    if job is None and order.status in ON_HOLD:
        kind = "held" if order.status == ON_HOLD[0] else "credit held"
        return Held(f"order {order.number} is {kind} (status {order.status})", holds.JOB_P4_HOLD)
    return [Artefact(str(order.number), {"sales_order": order.number})]


def order_lines(order: Order, told: Told, requirements: Sequence[Requirement]) -> Wanted:
    """For which quantity of each line the job was confirmed last.

    A confirmation is known by the highest id of the job's requirements: they are new, and higher, each time. Another
    quantity under the confirmation that was told last means that the job is still for the old one. New and removed
    lines are changes from and to 0; a quantity that is put back is none. Requirements that vanish confirm nothing.
    """
    last = max((int(number_of(values.get("confirmation"))) for values in told.values()), default=0)
    confirmation = max((one.id for one in requirements), default=0)
    confirms, confirmation = confirmation > last, max(confirmation, last)
    wanted = {f"{order.number}/{line.number}": line for line in order.lines}
    values: dict[str, Fields] = {
        key: {
            "item": line.item, "ordered_qty": told_number(line.quantity), "req_date": told_day(line.required),
            "confirmation": confirmation,
        }
        for key, line in wanted.items()
    }  # fmt: skip
    for key in told.keys() - wanted.keys():
        values[key] = {**told[key], "ordered_qty": "0", "req_date": None, "confirmation": confirmation}
    changed = [
        _change(key, told.get(key), values[key])
        for key in sorted(values, key=_line_number)
        if told and not _same_bags(told.get(key), values[key])
    ]
    if changed and not confirms:
        return Held(
            f"{'; '.join(changed)}: the job of plant 4 is still confirmed for what was",
            holds.QUANTITY_CHANGED,
        )
    return [Artefact(key, values[key]) for key in sorted(values, key=_line_number)]


def _same_bags(told: Fields | None, wanted: Fields) -> bool:
    if told is None:
        return number_of(wanted["ordered_qty"]) == 0
    return number_of(told.get("ordered_qty")) == number_of(wanted["ordered_qty"]) and (
        str(told.get("item")).upper() == str(wanted["item"]).upper() or wanted["ordered_qty"] == "0"
    )


def _change(key: str, told: Fields | None, wanted: Fields) -> str:
    old = told_number(number_of(told.get("ordered_qty"))) if told else "0"
    item = "" if told is None or told.get("item") == wanted["item"] else f" {told.get('item')}"
    return f"line {_line_number(key)}: {old}{item} -> {wanted['ordered_qty']} {wanted['item']}"


def _line_number(key: str) -> int:
    return int(key.rpartition("/")[2])


def _bases(order: Order) -> list[str]:
    return list(dict.fromkeys(line.item.upper() for line in order.lines))


def _derived(order: Order) -> list[str]:
    return [code for base in _bases(order) for code in derived_of(base)]


def _line_of(order: Order, item: str) -> int:
    return next(line.number for line in order.lines if line.item.upper() == item)


def _with_statuses(codes: Sequence[str], statuses: Mapping[str, str | None]) -> str:
    return ", ".join(f"{code} ({statuses.get(code) or 'blank'})" for code in codes)
