"""The routes that write: orders, batches of orders, notes."""

from collections.abc import Mapping
from typing import Any

from sandbox.web.answering import Answer
from sandbox.woocommerce.asked import Asked, told
from sandbox.woocommerce.changing import Changes
from sandbox.woocommerce.errors import (
    Refused,
    invalid_id,
    invalid_order_id,
    invalid_parameters,
    missing,
    too_many,
)
from sandbox.woocommerce.market import Market

Json = dict[str, Any]
BATCH_LIMIT = 100
API_USER = "order-sync"


class Writing:
    def __init__(self, market: Market) -> None:
        self._market = market
        self._store = market.store
        self._changes = Changes(market.store, market.clock)

    def put(self, asked: Asked) -> Answer:
        """PUT /orders/{id}"""
        return told(self._update(asked.ids[0], asked.body))

    def batch(self, asked: Asked) -> Answer:
        """POST /orders/batch: each entry for itself, errors in its place, HTTP 200 all the same."""
        entries = {name: asked.body.get(name) or [] for name in ("create", "update", "delete")}
        if sum(len(each) for each in entries.values()) > BATCH_LIMIT:
            raise too_many(BATCH_LIMIT)
        answer: Json = {}
        for name in ("create", "delete"):
            if entries[name]:
                answer[name] = [_not_played(entry) for entry in entries[name]]
        if entries["update"]:
            cut = asked.call.cut_after
            answer["update"] = [self._entry(entry) for entry in entries["update"][:cut]]
        return told(answer)

    def _entry(self, entry: Mapping[str, Any]) -> Json:
        number = entry.get("id", 0)
        try:
            return self._update(int(number), {name: each for name, each in entry.items() if name != "id"})
        except Refused as refused:
            return {"id": number, "error": refused.told()}

    def _update(self, order_id: int, wanted: Mapping[str, Any]) -> Json:
        with self._store.changing():
            order = self._store.order(order_id)
            if order is None:
                raise invalid_id(writing=True)
            self._market.poisons.taste(order_id, "order")
            return self._changes.update(order, wanted)

    def notes(self, asked: Asked) -> Answer:
        """GET /orders/{id}/notes: all of them, newest first; this route has no pages."""
        kind = asked.query.get("type", ["any"])[-1]
        if kind not in ("any", "customer", "internal"):
            message = "type is not one of any, customer, and internal."
            raise invalid_parameters({"type": ("rest_not_in_enum", message)})
        with self._store.reading():
            if self._store.order(asked.ids[0]) is None:
                raise invalid_order_id()
            notes = self._store.notes(asked.ids[0])
        wanted = {"any": (True, False), "customer": (True,), "internal": (False,)}[kind]
        return told([note for note in notes if note["customer_note"] in wanted])

    def one_note(self, asked: Asked) -> Answer:
        """GET /orders/{id}/notes/{id}"""
        order_id, note_id = asked.ids
        with self._store.reading():
            for note in self._store.notes(order_id):
                if note["id"] == note_id:
                    return told(note)
        raise Refused("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)

    def add_note(self, asked: Asked) -> Answer:
        """POST /orders/{id}/notes"""
        text = asked.body.get("note")
        if text is None:
            raise missing("note")
        if not isinstance(text, str):
            raise invalid_parameters({"note": ("rest_invalid_type", "note is not of type string.")})
        with self._store.changing():
            if self._store.order(asked.ids[0]) is None:
                raise invalid_order_id()
            self._market.poisons.taste(asked.ids[0], "note")
            note = self._changes.note(
                asked.ids[0],
                text,
                author=API_USER if asked.body.get("added_by_user") else "WooCommerce",
                to_customer=bool(asked.body.get("customer_note", False)),
            )
        return told(note, 201)

    def delete_note(self, asked: Asked) -> Answer:
        """DELETE /orders/{id}/notes/{id}?force=true"""
        order_id, note_id = asked.ids
        if asked.query.get("force", [""])[-1] not in ("true", "1"):
            raise Refused("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
        with self._store.changing():
            for note in self._store.notes(order_id):
                if note["id"] == note_id:
                    self._store.delete_note(note_id)
                    return told(note)
        raise Refused("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)


def _not_played(entry: object) -> Json:
    refused = Refused("sandbox_not_played", "The sandbox makes and deletes orders by people's edits.", 501)
    return {"id": entry if isinstance(entry, int) else 0, "error": refused.told()}
