"""The shop's part of the control API."""

from typing import Any

from sandbox.web.control import Control, ControlEndpoint
from sandbox.woocommerce.market import Market


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
            ("GET", "/state"): lambda: _state(market),
            ("GET", "/mails"): lambda: _mails(market),
            ("POST", "/reset"): market.reset,
        },
    )


def _expectations(market: Market) -> Any:
    with market.store.reading():
        return market.store.expectations()


def _state(market: Market) -> Any:
    with market.store.reading():
        return {"orders": market.store.status_counts(), "mails": len(market.store.mails())}


def _mails(market: Market) -> Any:
    with market.store.reading():
        return market.store.mails()
