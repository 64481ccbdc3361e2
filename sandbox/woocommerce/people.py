"""What people do in the shop behind the pipeline's back: customers order and pay, staff edit and cancel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sandbox.woocommerce.access import Key
from sandbox.woocommerce.changing import Changes
from sandbox.woocommerce.generation import made_now
from sandbox.woocommerce.market import Market
from sandbox.woocommerce.money import told
from sandbox.woocommerce.recalculating import recalculate, resize

Json = dict[str, Any]
FIRST_REFUND = 900_001


@dataclass(frozen=True)
class People:
    """Everybody; each method is an edit of the control API. Raises KeyError for unknown orders."""

    market: Market

    def place(self, count: int = 1, scene: str | None = None, seconds: int = 0) -> list[int]:
        """New orders, the last of them now, the first `seconds` ago; a plain one or one of a scene."""
        store, now = self.market.store, self.market.clock.now()
        with store.changing():
            first = int(store.fact("made") or 0)
            made = [
                made_now(
                    self.market.seed,
                    first + place,
                    now - timedelta(seconds=seconds * (count - 1 - place) / max(1, count - 1)),
                    scene,
                )
                for place in range(count)
            ]
            store.add((each.order, each.expectation.told()) for each in made)
            store.remember("made", first + count)
        return [each.order["id"] for each in made]

    def set_status(self, order_id: int, status: str) -> Json:
        """Any status, as staff may set it."""
        return self._edit(order_id, lambda order: order.update(status=status))

    def pay(self, order_id: int) -> Json:
        """The payment of a pending order arrives: processing, with a mail."""
        return self._edit(
            order_id,
            lambda order: order.update(status="processing", transaction_id=str(61_000_000_000 + order_id)),
        )

    def complete(self, order_id: int) -> Json:
        return self.set_status(order_id, "completed")

    def cancel(self, order_id: int) -> Json:
        return self.set_status(order_id, "cancelled")

    def trash(self, order_id: int) -> Json:
        return self.set_status(order_id, "trash")

    def delete(self, order_id: int) -> int:
        """Out of the trash for good."""
        with self.market.store.changing():
            self.market.store.delete(order_id)
        return order_id

    def touch(self, order_id: int) -> Json:
        """Saved without a change: only the date of modification moves."""
        return self._edit(order_id, lambda _: None)

    def refund(self, order_id: int, amount: str | None = None, reason: str = "Returned") -> Json:
        """Money back: a part, which leaves status and total alone, or everything."""

        def pay_back(order: Json) -> None:
            paid_back = sum((Decimal(each["total"]) for each in order["refunds"]), Decimal(0))
            rest = Decimal(order["total"]) + paid_back
            wanted = min(Decimal(amount), rest) if amount else rest
            number = FIRST_REFUND + int(self.market.store.fact("refunds") or 0)
            self.market.store.remember("refunds", number - FIRST_REFUND + 1)
            order["refunds"] = [*order["refunds"], {"id": number, "reason": reason, "total": told(-wanted)}]
            if wanted == rest:
                order["status"] = "refunded"

        return self._edit(order_id, pay_back)

    def change_quantity(self, order_id: int, quantity: int, line: int = 0) -> Json:
        """Another quantity on a line (counted from 0); all totals follow."""

        def change(order: Json) -> None:
            resize(order["line_items"][line], quantity)
            recalculate(order)

        def expect(lines: list[Json]) -> None:
            factor = lines[line]["stocking_quantity"] // max(1, lines[line]["quantity"])
            lines[line] |= {"quantity": quantity, "stocking_quantity": quantity * factor}

        return self._edit(order_id, change, expect)

    def remove_line(self, order_id: int, line: int = 0) -> Json:
        """A line less; all totals follow."""

        def change(order: Json) -> None:
            del order["line_items"][line]
            recalculate(order)

        return self._edit(order_id, change, lambda lines: lines.pop(line))

    def change_sku(self, order_id: int, sku: str, line: int = 0) -> Json:
        """Staff correct the product behind a line, to one in its stocking unit; money stays."""

        def expect(lines: list[Json]) -> None:
            quantity = lines[line]["quantity"]
            lines[line] |= {"item_no": sku, "sell_unit": "0", "stocking_quantity": quantity}

        return self._edit(order_id, lambda order: order["line_items"][line].update(sku=sku), expect)

    def change_shipping(self, order_id: int, **address: str) -> Json:
        """Other ship-to fields, such as city or address_1."""
        return self._edit(order_id, lambda order: order["shipping"].update(address))

    def change_email(self, order_id: int, email: str) -> Json:
        return self._edit(order_id, lambda order: order["billing"].update(email=email))

    def change_customer(self, order_id: int, customer_id: int) -> Json:
        """The order is assigned to another account, 0 for a guest."""
        return self._edit(order_id, lambda order: order.update(customer_id=customer_id))

    def change_total(self, order_id: int, by: str) -> Json:
        """The grand total alone moves by so much: it no longer adds up."""
        return self._edit(
            order_id, lambda order: order.update(total=told(Decimal(order["total"]) + Decimal(by)))
        )

    def write_note(self, order_id: int, note: str) -> Json:
        """A private note of the staff."""
        with self.market.store.changing():
            return Changes(self.market.store, self.market.clock).note(order_id, note, author="Shop staff")

    def revoke_key(self, key: str) -> list[str]:
        self.market.keys.pop(key, None)
        return sorted(self.market.keys)

    def grant_key(self, key: str, secret: str) -> list[str]:
        self.market.keys[key] = Key(secret, "read_write")
        return sorted(self.market.keys)

    def _edit(
        self,
        order_id: int,
        change: Callable[[Json], object],
        expect: Callable[[list[Json]], object] = lambda _: None,
    ) -> Json:
        """Change an order, and what is expected of its lines when each of them has an item."""
        store = self.market.store
        with store.changing():
            order = store.order(order_id)
            if order is None:
                raise KeyError(f"order {order_id}")
            expected = store.expectation(order_id)
            if len(expected["lines"]) == len(order["line_items"]):
                expect(expected["lines"])
            before = order["status"]
            change(order)
            store.expect(order_id, {**expected, "charged": order["total"], "edited": True})
            return Changes(store, self.market.clock).save(order, before)


EDITS: tuple[str, ...] = (
    "place", "set_status", "pay", "complete", "cancel", "trash", "delete", "touch", "refund", "change_quantity",
    "remove_line", "change_sku", "change_shipping", "change_email", "change_customer", "change_total",
    "write_note", "revoke_key", "grant_key",
)  # fmt: skip


def edit(market: Market, do: str, arguments: dict[str, Any]) -> Any:
    """Raises KeyError when nobody does that."""
    if do not in EDITS:
        raise KeyError(do)
    return getattr(People(market), do)(**arguments)
