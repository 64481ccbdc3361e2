"""What to ask for rows of plant 4: items and their prices, the job, lines of the purchase order. Pure."""

from collections.abc import Sequence

from dagster_project.delivery.destination import Kind, Operation, Target
from dagster_project.radius.bodies import PRICE_CODE, RUN_PRICES, Ask
from dagster_project.radius.gates import FILM
from dagster_project.radius.scene import Scene, quantity_to_say


def item(target: Target, _scene: Scene) -> Sequence[Operation]:
    if target.remote_id is not None:
        return ()
    values = target.row.values
    call = "film_create" if values["kind"] == FILM else "roll_create"
    header = {"item": values["item"], "base_item": values["base_item"]}
    return [Operation(target, "create", Kind.CREATE, values, Ask(call, header, id=str(values["item"])))]


def item_price(target: Target, scene: Scene) -> Sequence[Operation]:
    values = target.row.values
    item = str(values["item"])
    planned = [Operation(target, "run_prices", Kind.SET, {"item": item}, Ask(RUN_PRICES, id=item))]
    if scene.direct_sql:
        ask = Ask(PRICE_CODE, {"item": item, "kind": values["kind"]}, id=item)
        planned.append(Operation(target, "price_code", Kind.SET, {"kind": values["kind"]}, ask))
    return planned


def job(target: Target, scene: Scene) -> Sequence[Operation]:
    if target.remote_id is not None or scene.order is None:
        return ()
    lines = [{"line": line.number} for line in scene.order.lines]
    ask = Ask("p4_job_create", {"sales_order": target.row.values["sales_order"]}, lines)
    return [Operation(target, "create", Kind.CREATE, target.row.values, ask)]


def purchase_line(target: Target, scene: Scene) -> Sequence[Operation]:
    values = target.row.values
    if values["quantity"] == "0":
        return ()
    if target.remote_id is None:
        return [_purchase(target, scene)]
    line = scene.purchase_line(target.remote_id)
    if line is None or line.blocked:
        return ()  # may_send has let a person's word for it pass
    quantity = quantity_to_say(target, line.ordered)
    moved = "required_date" in target.resend and not scene.in_time(line.required, values)
    widened = (target.told or {}).get("dim_a") is not None and "dim_a" in target.resend
    if line.ordered == quantity and not moved and not widened:
        return ()
    said = {
        "line": line.line, "item": line.item, "quantity": quantity,
        "date": scene.sent(values) if moved else None, "dim_a": values["dim_a"] if widened else None,
    }  # fmt: skip
    tells = {name: values[name] for name in ("quantity", "required_date", "dim_a")}
    ask = Ask("purchase_order_update", {"po": line.order}, [said])
    return [Operation(target, "update", Kind.SET, tells, ask)]


def _purchase(target: Target, scene: Scene) -> Operation:
    values = target.row.values
    said = {
        "item": values["item"], "quantity": values["quantity"], "date": scene.sent(values),
        "dim_a": values["dim_a"] or "0",
    }  # fmt: skip
    open_orders = [line.order for line in scene.purchases if line.adoptable and line.job == values["job"]]
    if not open_orders:
        ask = Ask("purchase_order_create", {"job": values["job"]}, [said], first_line=1)
        return Operation(target, "create", Kind.CREATE, values, ask)
    order = max(open_orders)
    first = 1 + max(line.line for line in scene.purchases if line.order == order)
    ask = Ask("purchase_order_add", {"po": order}, [said], first_line=first, id=str(order))
    return Operation(target, "add_line", Kind.CREATE, values, ask)
