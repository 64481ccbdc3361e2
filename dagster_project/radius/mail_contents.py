"""What is said about an order that waits or has failed: from where it stands to a notice. Pure.

One notice for each hold that somebody has to hear of at once; other holds are recalled when they last.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dagster_project.delivery.destination import Fields
from dagster_project.delivery.states import State
from dagster_project.radius import holds, mails
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.facts import APPROVED, ART
from dagster_project.radius.item_codes import is_film, same
from dagster_project.radius.mails import Kind, Notice, Table, figure
from dagster_project.radius.reading import requirement
from dagster_project.radius.standing import NONE, Order, derived

Build = Callable[[Order], Sequence[Table]]


def notices_of_holds(orders: Iterable[Order]) -> list[Notice]:
    """Return what has to be told of orders that are held, once for each hold and what it is about: not yet in full."""
    return [
        Notice(_OF_HOLD[order.code][0], order.number, _episode(order), {}, body=order.reason)
        for order in orders
        if order.record.state is State.HELD and order.code in _OF_HOLD
    ]


def hold_in_full(notice: Notice, order: Order) -> Notice:
    """Return the notice of a hold with all that is to be said about it."""
    _, tables = _OF_HOLD[order.code]
    return replace(
        notice, words={"reason": order.reason, **numbers(order)}, details=details(order), tables=tables(order)
    )


def _episode(order: Order) -> str:
    return f"{order.since:%Y-%m-%dT%H:%M:%S.%f} {digest(order.code, order.reason)}"


def digest(*said: str) -> str:
    """Return a short text that is another when what was said is another."""
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def numbers(order: Order) -> dict[str, str]:
    """Return the numbers of what was made for an order, by the names that templates use."""
    return {
        "so4": order.number,
        "job_p4": order.numbers("jobs_p4"),
        "po": order.numbers("po_lines"),
        "so2": order.numbers("so2_references", "so2_lines"),
        "ship_request": order.numbers("ship_request_lines"),
        "job_p2": order.numbers("jobs_p2"),
    }


def details(order: Order) -> list[tuple[str, Any]]:
    """Return the box of an order: what it is, and what was made for it so far."""
    labels = {"so4": "PolyTex SO", "job_p4": "PolyTex job", "po": "Purchase order", "so2": "StarPak SO",
              "ship_request": "Ship request", "job_p2": "StarPak job"}  # fmt: skip
    made = [(label, numbers(order)[name]) for name, label in labels.items()]
    seen = [("Customer", order.customer), ("CustRef", order.custref)]
    return [pair for pair in (*made[:1], *seen, *made[1:], ("HOLD", _named(order))) if pair[1] != NONE]


def _named(order: Order) -> str:
    return order.code if order.record.state is State.HELD else NONE


# -- tables -----------------------------------------------------------------------------------------


def items(order: Order) -> Sequence[Table]:
    """Derived items that are not approved; one that was made a moment ago was not seen yet."""
    seen = {row["ItemCode"].upper(): row["ItemStatusCode"] for row in order.rows(raws.ITEMS)}
    rows = []
    for code in derived(order.rows(raws.SO4_LINES)):
        status = seen.get(code.upper(), "WAIT") or "blank"
        if status != APPROVED:
            what = "printed film, bought by PolyTex" if is_film(code) else "printed roll, made by StarPak"
            rows.append((code, what, status))
    return [Table(("Item", "What it is", "Status"), rows)]


def line_quantities(order: Order) -> Sequence[Table]:
    """Lines whose quantity is another than the one its job was confirmed for; a line that came or went, too."""
    told = {record.key.rpartition("/")[2]: record.told or {} for record in order.made.get("so4_lines", ())}
    now = {
        str(row["SOrderLineNum"]): row for row in order.rows(raws.SO4_LINES) if row["SOItemTypeCode"] != ART
    }
    rows = []
    for line in sorted({*told, *now}, key=lambda number: (len(number), number)):
        old = told.get(line, {}).get("ordered_qty", 0)
        new = now[line]["OrderedQty"] if line in now else 0
        if _number(old) != _number(new):
            item = now[line]["ItemCode"] if line in now else told[line].get("item")
            rows.append((line, item, figure(old), figure(new)))
    return [Table(("Line", "Item", "Old quantity", "New quantity"), rows)]


def decreased(order: Order) -> Sequence[Table]:
    """Feet of the StarPak order, which still has the old quantity, against the purchase order, which has the new."""
    ordered = {record.key: record for record in order.made.get("po_lines", ())}
    rows = []
    for sold in order.made.get("so2_lines", ()):
        bought = ordered.get(sold.key)
        old, new = _quantity(sold.told), _quantity(bought.told if bought else None)
        if bought is not None and old != new:
            rows.append((_line(bought.remote_id), _line(sold.remote_id), (sold.told or {}).get("item"),
                         figure(old), figure(new)))  # fmt: skip
    return [Table(("PO line", "SO line", "Item", "Old quantity (ft)", "New quantity (ft)"), rows)]


def increased(order: Order) -> Sequence[Table]:
    """Feet of the StarPak job, as it was last seen, against its order, which has the new quantity."""
    jobs = order.rows(raws.JOB_LINES_P2)
    rows = []
    for sold in order.made.get("so2_lines", ()):
        item = (sold.told or {}).get("item")
        old = sum((_number(row["OrderedQty"]) for row in jobs if same(row["ItemCode"], item)), Decimal(0))
        new = _quantity(sold.told)
        if old != new:
            rows.append((_line(sold.remote_id), item, figure(old) if jobs else NONE, figure(new)))
    return [Table(("SO line", "Item", "Old quantity (ft)", "New quantity (ft)"), rows)]


def blocked(order: Order) -> Sequence[Table]:
    """Feet of the purchase order, which takes no change, against what the job requires now."""
    required: dict[tuple[str, str], Decimal] = {}
    for row in order.rows(raws.REQUIREMENTS):
        one = requirement({name.lower(): value for name, value in row.items()})
        if one.open and is_film(one.item):
            place = (one.group.upper(), one.item.upper())
            required[place] = required.get(place, Decimal(0)) + one.quantity
    lines = {f"{row['POrderNum']}/{row['POrderLineNum']}": row for row in order.rows(raws.PO_LINES)}
    rows = []
    for bought in order.made.get("po_lines", ()):
        group, _, item = bought.key.partition("/")[2].partition("/")
        new, there = (
            required.get((group.upper(), item.upper()), Decimal(0)),
            lines.get(bought.remote_id or "", {}),
        )
        if _quantity(bought.told) != new:
            rows.append((bought.remote_id, item, figure(_quantity(bought.told)), figure(new),
                         figure(there.get("ReceivedQty")), there.get("POrderStat", NONE)))  # fmt: skip
    columns = ("PO/line", "Item", "Ordered (ft)", "Required now (ft)", "Received (ft)", "PO status")
    return [Table(columns, rows)]


def film(order: Order) -> Sequence[Table]:
    """Printed film that the bags need, and film that the job requires."""
    needed = [code for code in derived(order.rows(raws.SO4_LINES)) if is_film(code)]
    found = list(dict.fromkeys(str(row["ItemCode"]) for row in order.rows(raws.REQUIREMENTS)))
    rows = [("Expected", code) for code in needed] + [("Required by the job", code) for code in found]
    return [Table(("", "Printed film"), rows)]


def _quantity(told: Fields | None) -> Decimal:
    return _number((told or {}).get("quantity"))


def _number(value: Any) -> Decimal:
    return Decimal(str(value)) if value is not None else Decimal(0)


def _line(remote_id: str | None) -> str:
    return (remote_id or NONE).rpartition("/")[2]


_OF_HOLD: dict[str, tuple[Kind, Build]] = {
    holds.ITEM_CREATE_WAIT: (mails.ITEMS_TO_APPROVE, items),
    holds.ITEM_WAIT_GATE_PT: (mails.ITEMS_TO_APPROVE, items),
    holds.ITEM_WAIT_GATE_SP: (mails.ITEMS_TO_APPROVE, items),
    holds.QUANTITY_CHANGED: (mails.QUANTITY_CHANGED, line_quantities),
    holds.PO_BLOCKED: (mails.PO_BLOCKED, blocked),
    holds.DECREASED: (mails.DECREASE, decreased),
    holds.INCREASED: (mails.INCREASE, increased),
    holds.FILM_MISMATCH: (mails.FILM_MISMATCH, film),
}
