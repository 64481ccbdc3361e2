"""The shop as a server: API and control API on one port, in a thread or in a process of its own."""

from datetime import UTC, datetime
from pathlib import Path

from sandbox.web.answering import Answering
from sandbox.web.control import PREFIX
from sandbox.web.serving import Server, ServerProcess, ServerThread
from sandbox.web.transport import Exchange, Request
from sandbox.woocommerce.access import CONSUMER_KEY, CONSUMER_SECRET
from sandbox.woocommerce.control import WooControl, control_endpoint
from sandbox.woocommerce.endpoint import BASE, Endpoint
from sandbox.woocommerce.errors import ordered
from sandbox.woocommerce.generation import DEFAULT_ENDING, DEFAULT_ORDERS, DEFAULT_SEED
from sandbox.woocommerce.market import Market


class WooSite:
    """What the server serves: the shop's API, and the control API under its prefix."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._api = Answering(Endpoint(market).execute, ordered, market.faults, market.calls)
        self._control = control_endpoint(market)

    def handle(self, request: Request, exchange: Exchange) -> None:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            self._control.handle(request, exchange)
        else:
            self._api.handle(request, exchange)

    def close(self) -> None:
        self.market.close()


def woo_server(
    state: str | Path = ":memory:",
    *,
    orders: int = DEFAULT_ORDERS,
    seed: int = DEFAULT_SEED,
    ending: datetime = DEFAULT_ENDING,
    port: int = 0,
) -> Server:
    """A bound server; `run` serves it."""
    return Server(WooSite(Market(state, orders=orders, seed=seed, ending=ending)), port=port)


class RunningWoo(ServerThread):
    """A shop in a thread: `with RunningWoo() as woo: requests.get(f"{woo.api}/orders", auth=woo.auth)`."""

    def __init__(
        self,
        state: str | Path = ":memory:",
        *,
        orders: int = DEFAULT_ORDERS,
        seed: int = DEFAULT_SEED,
        ending: datetime = DEFAULT_ENDING,
    ) -> None:
        super().__init__(woo_server(state, orders=orders, seed=seed, ending=ending))
        self.auth = (CONSUMER_KEY, CONSUMER_SECRET)
        self.control = WooControl(self.url)

    @property
    def api(self) -> str:
        return f"{self.url}{BASE}"


class WooProcess(ServerProcess):
    """The same in a process of its own, which can be killed."""

    def __init__(
        self,
        *,
        state: str | Path,
        orders: int = DEFAULT_ORDERS,
        seed: int = DEFAULT_SEED,
        ending: datetime = DEFAULT_ENDING,
    ) -> None:
        moment = ending.astimezone(UTC).replace(tzinfo=None).isoformat()
        arguments = ["--state", str(state), "--orders", str(orders), "--seed", str(seed), "--ending", moment]
        super().__init__("sandbox.woocommerce", arguments)
        self.auth = (CONSUMER_KEY, CONSUMER_SECRET)

    @property
    def api(self) -> str:
        return f"{self.url}{BASE}"

    @property
    def control(self) -> WooControl:
        return WooControl(self.url)
