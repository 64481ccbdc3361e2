"""The shop's part of the control API."""

from typing import Any

from sandbox.web.control import Control, ControlEndpoint
from sandbox.woocommerce import people
from sandbox.woocommerce.market import Market
from sandbox.woocommerce.poison import Poison
from sandbox.woocommerce.scenes import SCENES


class WooControl(Control):
    """Client: what the shop holds, what is expected of it, and what people do there."""

    def expectations(self) -> dict[int, dict[str, Any]]:
        """What has to become of each order, by its id."""
        return {int(order_id): expected for order_id, expected in self.get("/expectations").items()}

    def state(self) -> Any:
        """Orders by status, and how many notes and mails there are."""
        return self.get("/state")

    def mails(self) -> list[dict[str, Any]]:
        """What customers got by mail: order_id, kind, at."""
        sent: list[dict[str, Any]] = self.get("/mails")
        return sent

    def order(self, order_id: int) -> dict[str, Any]:
        """An order as it stands, read past the API and its counts."""
        order: dict[str, Any] = self.get(f"/order?order_id={order_id}")
        return order

    def notes(self, order_id: int) -> list[dict[str, Any]]:
        """Its notes, newest first, read past the API."""
        notes: list[dict[str, Any]] = self.get(f"/notes?order_id={order_id}")
        return notes

    def edit(self, do: str, **arguments: Any) -> Any:
        """Act as people do in the shop: see `edits` in `scenes()`."""
        return self.post("/edit", {"do": do, **arguments})["done"]

    def poison(self, *poisons: dict[str, Any]) -> Any:
        """Make the writing of single orders fail: order_id, on, code, message, status, times."""
        return self.post("/poison", {"poisons": list(poisons)})

    def advance(self, seconds: float) -> Any:
        """Let time pass for the dates of what is written from now on."""
        return self.post("/clock", {"advance_seconds": seconds})

    def scenes(self) -> Any:
        """Names for `edit("place", scene=…)` and of all edits."""
        return self.get("/scenes")

    def restart(self, **series: Any) -> Any:
        """Reset to another series of orders: orders, seed, ending (ISO, UTC)."""
        return self.post("/reset", series)


def control_endpoint(market: Market) -> ControlEndpoint:
    """Server side of `WooControl`."""
    return ControlEndpoint(
        market.faults,
        market.calls,
        {
            ("GET", "/expectations"): lambda: _expectations(market),
            ("GET", "/scenes"): lambda: {
                "scenes": [scene.__name__ for scene in SCENES],
                "edits": people.EDITS,
            },
            ("GET", "/order"): lambda order_id: _order(market, int(order_id)),
            ("GET", "/notes"): lambda order_id: _notes(market, int(order_id)),
            ("POST", "/edit"): lambda do, **arguments: {"done": people.edit(market, do, arguments)},
            ("POST", "/poison"): lambda poisons: _poison(market, poisons),
            ("POST", "/clock"): lambda advance_seconds: _advance(market, advance_seconds),
            ("GET", "/state"): lambda: _state(market),
            ("GET", "/mails"): lambda: _mails(market),
            ("POST", "/reset"): market.reset,
        },
    )


def _expectations(market: Market) -> Any:
    with market.store.reading():
        return market.store.expectations()


def _order(market: Market, order_id: int) -> Any:
    with market.store.reading():
        order = market.store.order(order_id)
    if order is None:
        raise KeyError(f"order {order_id}")
    return order


def _notes(market: Market, order_id: int) -> Any:
    with market.store.reading():
        return market.store.notes(order_id)


def _poison(market: Market, poisons: list[Any]) -> Any:
    """Replaces all poison."""
    market.poisons.set(Poison.model_validate(each) for each in poisons)
    return {"poisons": market.poisons.told()}


def _advance(market: Market, seconds: float) -> Any:
    market.clock.advance(seconds)
    return {"now": market.clock.now().isoformat()}


def _state(market: Market) -> Any:
    with market.store.reading():
        return {"orders": market.store.status_counts(), "mails": len(market.store.mails())}


def _mails(market: Market) -> Any:
    with market.store.reading():
        return market.store.mails()
