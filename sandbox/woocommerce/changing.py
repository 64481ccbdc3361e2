"""What happens to an order when it is written: dates move, mails go out, the system leaves a note."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.woocommerce.errors import Refused, invalid_parameters
from sandbox.woocommerce.site_time import SiteClock, gmt, local
from sandbox.woocommerce.statuses import STATUSES, TITLES, mail_on
from sandbox.woocommerce.store import Store

Json = dict[str, Any]
_TEXTS = ("customer_note", "transaction_id", "payment_method", "payment_method_title")
_NOT_PLAYED = ("line_items", "fee_lines", "shipping_lines", "coupon_lines")
_PAID = ("processing", "completed")


class Changes:
    """Writes orders of one store; call it inside `store.changing()`."""

    def __init__(self, store: Store, clock: SiteClock) -> None:
        self._store = store
        self._clock = clock

    def update(self, order: Json, wanted: Mapping[str, Any]) -> Json:
        """PUT /orders/{id}. Nothing moves when nothing differs. Raises Refused."""
        _check(wanted)
        before = order["status"]
        changed = dict(order)
        for name in _TEXTS:
            if wanted.get(name) is not None:
                changed[name] = str(wanted[name])
        for name in ("billing", "shipping"):
            if isinstance(wanted.get(name), Mapping):
                changed[name] = {**order[name], **wanted[name]}
        if wanted.get("meta_data"):
            changed["meta_data"] = _merged(order["meta_data"], wanted["meta_data"])
        if wanted.get("status"):
            changed["status"] = wanted["status"]
        if wanted.get("set_paid") and order["needs_payment"]:
            changed["status"] = "processing"
        if changed == order:
            return order
        return self.save(changed, before)

    def save(self, order: Json, before: str) -> Json:
        """Store a changed order that had the status `before`: moves its dates, sends mails."""
        now = self._clock.now()
        stamp(order, "modified", now)
        after = order["status"]
        if after != before:
            self._enter(order, before, after, now)
        self._store.save(order)
        return order

    def _enter(self, order: Json, before: str, after: str, now: datetime) -> None:
        if after == "completed":
            stamp(order, "completed", now)
        if after in _PAID and order["date_paid"] is None:
            stamp(order, "paid", now)
        order["needs_payment"] = after in ("pending", "failed") and Decimal(order["total"]) > 0
        order["is_editable"] = after in ("pending", "on-hold")
        told = f"Order status changed from {TITLES[before]} to {TITLES[after]}."
        self.note(order["id"], told, author="WooCommerce")
        if kind := mail_on(before, after):
            self._store.add_mail(order["id"], kind, gmt(now))

    def note(self, order_id: int, text: str, *, author: str, to_customer: bool = False) -> Json:
        """Leave a note. The order itself is not modified by it."""
        now = self._clock.now()
        note = {
            "author": author,
            "date_created": local(now),
            "date_created_gmt": gmt(now),
            "note": text,
            "customer_note": to_customer,
        }
        if to_customer:
            self._store.add_mail(order_id, "customer_note", gmt(now))
        return self._store.add_note(order_id, note)


def stamp(order: Json, name: str, moment: datetime) -> None:
    """Write date_<name> and its twin in UTC."""
    order[f"date_{name}"] = local(moment)
    order[f"date_{name}_gmt"] = gmt(moment)


def _check(wanted: Mapping[str, Any]) -> None:
    unplayed = [name for name in _NOT_PLAYED if name in wanted]
    if unplayed:
        message = f"The sandbox does not play the change of {', '.join(unplayed)}; people's edits do."
        raise Refused("sandbox_not_played", message, 501)
    problems: dict[str, tuple[str, str]] = {}
    status = wanted.get("status")
    if status is not None and status not in STATUSES:
        listed = f"{', '.join(STATUSES[:-1])}, and {STATUSES[-1]}"
        problems["status"] = ("rest_not_in_enum", f"status is not one of {listed}.")
    if not isinstance(wanted.get("set_paid", False), bool):
        problems["set_paid"] = ("rest_invalid_type", "set_paid is not of type boolean.")
    for name, kind, word in (
        ("meta_data", list, "array"),
        ("billing", dict, "object"),
        ("shipping", dict, "object"),
    ):
        if name in wanted and not isinstance(wanted[name], kind):
            problems[name] = ("rest_invalid_type", f"{name} is not of type {word}.")
    if problems:
        raise invalid_parameters(problems)


def _merged(present: list[Json], wanted: list[Json]) -> list[Json]:
    """Meta data by key: an existing key gets the new value."""
    merged = {entry["key"]: dict(entry) for entry in present}
    for entry in wanted:
        key = entry["key"]
        number = merged[key]["id"] if key in merged else 700_000 + len(merged)
        merged[key] = {"id": number, "key": key, "value": entry.get("value")}
    return list(merged.values())
