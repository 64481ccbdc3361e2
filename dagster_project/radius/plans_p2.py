"""What to ask for rows of plant 2: its sales order and the reference on it, the ship request, the job. Pure."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dagster_project.delivery.destination import Fields, Kind, Operation, Target
from dagster_project.radius.bodies import AUTHORISE, Ask, number_of
from dagster_project.radius.facts import COMPLETE, PO_OPEN, Sale, SaleLine, ShipLine
from dagster_project.radius.rules import shipping_reference
from dagster_project.radius.scene import Scene, quantity_to_say

AUTHORISED, CONFIRMED = "authorised", "confirmed"
"""What is owed to a plant-2 order after it was touched, and to its purchase order once it was made."""


def sale_line(target: Target, scene: Scene) -> Sequence[Operation]:
    """Make, change, authorise; and confirm the purchase order, for which plant 2 has an order now."""
    values, line = target.row.values, scene.sale_line(target.remote_id)
    if values["quantity"] == "0" or (target.remote_id is not None and line is None):
        return ()
    sale = scene.sale_of(values["po"]) if line is None else scene.sale(line.order)
    planned = [*_sold(target, scene, sale)]
    if sale is None and not planned:
        return ()
    number: Any = number_of("sales_order_create") if sale is None else sale.number
    if planned or AUTHORISED in target.resend:
        planned += _authorised(target, scene, number)
    bought = [line for line in scene.purchases if line.order == values["po"]]
    if CONFIRMED in target.resend and any(line.status == PO_OPEN for line in bought):
        ask = Ask("purchase_order_confirm", {"po": values["po"]})
        planned.append(Operation(target, "confirm_po", Kind.SET, {CONFIRMED: True}, ask))
    return planned


def _sold(target: Target, scene: Scene, sale: Sale | None) -> Sequence[Operation]:
    line = scene.sale_line(target.remote_id)
    if line is not None:
        return _sold_otherwise(target, scene, line)
    values = target.row.values
    said = {
        "item": values["item"], "quantity": values["quantity"], "date": scene.sent(values),
        "item_type": values["so_item_type"],
    }  # fmt: skip
    told = {name: value for name, value in values.items() if name not in (AUTHORISED, CONFIRMED)}
    tells = {**told, **_owed(scene)}
    if sale is None:
        header = {"po": values["po"], "custref": scene.order.custref if scene.order else None}
        ask = Ask("sales_order_create", header, [said], first_line=1)
        return [Operation(target, "create", Kind.CREATE, tells, ask)]
    first = 1 + max((one.line for one in scene.sale_lines if one.order == sale.number), default=0)
    ask = Ask("sales_order_add", {"so2": sale.number}, [said], first_line=first, id=str(sale.number))
    return [Operation(target, "add_line", Kind.CREATE, tells, ask)]


def _sold_otherwise(target: Target, scene: Scene, line: SaleLine) -> Sequence[Operation]:
    values = target.row.values
    moved = "required_date" in target.resend and not scene.in_time(line.required, values)
    quantity = quantity_to_say(target, line.ordered)
    if line.ordered == quantity and not moved:
        return ()
    said = {
        "line": line.line, "item": line.item, "quantity": quantity,
        "date": scene.sent(values) if moved or line.required is None else line.required,
    }  # fmt: skip
    tells = {**{name: values[name] for name in ("quantity", "required_date")}, **_owed(scene)}
    ask = Ask("sales_order_update", {"so2": line.order}, [said])
    return [Operation(target, "update", Kind.SET, tells, ask)]


def _owed(scene: Scene) -> Fields:
    """A touched order is owed an authorisation, where we may give it."""
    return {AUTHORISED: not scene.direct_sql}


def _authorised(target: Target, scene: Scene, so2: Any) -> Sequence[Operation]:
    if not scene.direct_sql:
        return ()
    return [Operation(target, "authorise", Kind.SET, {AUTHORISED: True}, Ask(AUTHORISE, {"so2": so2}))]


def reference(target: Target, scene: Scene) -> Sequence[Operation]:
    """The customer's reference on every open plant-2 order of the order, and on what is to be shipped of it."""
    return [
        operation
        for sale in scene.sales
        if sale.status != COMPLETE
        for operation in _referred(target, scene, sale)
    ]


def _referred(target: Target, scene: Scene, sale: Sale) -> Sequence[Operation]:
    custref = target.row.values["custref"]
    planned: list[Operation] = []
    if sale.custref != custref:
        ask = Ask("sales_order_reference", {"so2": sale.number, "custref": custref})
        planned.append(Operation(target, "update", Kind.SET, {"custref": custref, **_owed(scene)}, ask))
    if planned or (AUTHORISED in target.resend and str(sale.number) == target.remote_id):
        planned += _authorised(target, scene, sale.number)
    reference = shipping_reference(custref, sale.po, sale.number)
    for line in scene.ship_lines:
        if line.order == sale.number and line.reference != reference:
            ask = _ship_change(line, reference, line.quantity)
            planned.append(Operation(target, "ship_reference", Kind.SET, {"custref": custref}, ask))
    return planned


def ship_line(target: Target, scene: Scene) -> Sequence[Operation]:
    values = target.row.values
    if values["quantity"] == "0":
        return ()
    sold = scene.sale_line(str(values["so2_line"]))
    if sold is None:
        return ()
    if target.remote_id is None:
        return [_ship(target, scene, sold)]
    line = scene.ship_line(target.remote_id)
    if line is None:
        return ()
    reference = values["shipping_ref"] if "shipping_ref" in target.resend else line.reference
    quantity = quantity_to_say(target, line.quantity)
    date = sold.required if "required_date" in target.resend and line.shipped != sold.required else None
    if (line.reference, line.quantity, date) == (reference, quantity, None):
        return ()
    tells = {name: values[name] for name in ("quantity", "required_date", "shipping_ref")}
    ask = _ship_change(line, reference, quantity, date)
    return [Operation(target, "update", Kind.SET, tells, ask)]


def _ship(target: Target, scene: Scene, sold: SaleLine) -> Operation:
    values = target.row.values
    sale = scene.sale(sold.order)
    said = {
        "so2_line": sold.line, "item": sold.item, "quantity": values["quantity"],
        "date": sold.required or scene.sent(values),
    }  # fmt: skip
    header: dict[str, Any] = {
        "so2": sold.order, "po": sale.po if sale and sale.po.isdigit() else None,
        "shipping_ref": values["shipping_ref"],
    }  # fmt: skip
    requests = [line for line in scene.ship_lines if line.order == sold.order]
    if not requests:
        ask = Ask("ship_request_create", header, [said], first_line=1)
        return Operation(target, "create", Kind.CREATE, values, ask)
    number = max(line.number for line in requests)
    first = 1 + max(line.line for line in requests if line.number == number)
    ask = Ask(
        "ship_request_add", {**header, "ship_request": number}, [said], first_line=first, id=str(number)
    )
    return Operation(target, "add_line", Kind.CREATE, values, ask)


def _ship_change(line: ShipLine, reference: Any, quantity: Decimal, date: dt.date | None = None) -> Ask:
    said = {
        "line": line.line,
        "so2_line": line.order_line,
        "item": line.item,
        "quantity": quantity,
        "date": date,
    }
    header = {"ship_request": line.number, "so2": line.order, "shipping_ref": reference}
    return Ask("ship_request_update", header, [said])


def job(target: Target, scene: Scene) -> Sequence[Operation]:
    if target.remote_id is not None:
        return ()
    so2 = target.row.values["sales_order"]
    lines = [{"line": line.line} for line in scene.sale_lines if line.order == so2]
    ask = Ask("p2_job_create", {"sales_order": so2}, sorted(lines, key=lambda line: line["line"]))
    return [Operation(target, "create", Kind.CREATE, target.row.values, ask)]
