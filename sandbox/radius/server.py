"""The ERP as a server: adapter, price runner and control API on one port, over one database file."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from sandbox.radius.control import RadiusControl, control_endpoint
from sandbox.radius.endpoint import BASE, Endpoint, page
from sandbox.radius.erp import Erp, Unavailable
from sandbox.radius.generation import DEFAULT_SEED, fill
from sandbox.radius.odd_answers import odd
from sandbox.radius.people import People
from sandbox.radius.settings import Settings
from sandbox.web.answering import Answering
from sandbox.web.calls import CallLog
from sandbox.web.control import PREFIX
from sandbox.web.faults import FaultSchedule
from sandbox.web.serving import Server, ServerProcess, ServerThread
from sandbox.web.transport import Exchange, Request


class RadiusSite:
    """What the server serves."""

    def __init__(self, erp: Erp, settings: Settings | None = None) -> None:
        self.erp = erp
        self.settings = settings or Settings()
        self._endpoint = Endpoint(erp, self.settings)
        faults, calls = FaultSchedule(), CallLog()
        self._api = Answering(self._endpoint.execute, page, faults, calls, odd)
        self._control = control_endpoint(erp, self.settings, faults, calls)
        self._publisher = Publisher(erp.publish)
        self._publisher.look()

    def handle(self, request: Request, exchange: Exchange) -> None:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            self._control.handle(request, exchange)
            return
        # The one address of the adapter says nothing; faults strike by what is about to be done.
        self._api.handle(replace(request, path=f"{request.path} {self._endpoint.deed(request)}"), exchange)
        if self.settings.view_lag_seconds:
            self._publisher.look()

    def close(self) -> None:
        self._publisher.close()
        self.erp.close()


class Publisher:
    """Shows late rows to SQL when they are due: at most one timer waits, for the next of them."""

    def __init__(self, publish: Callable[[], float | None]) -> None:
        self._publish = publish
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def look(self) -> None:
        """Publish what is due, and come back for the rest."""
        with self._lock:
            if self._closed:
                return
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            try:
                seconds = self._publish()
            except Unavailable:
                return  # who asks next looks again
            if seconds is not None:
                self._timer = threading.Timer(max(seconds, 0) + 0.001, self.look)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()


def radius_server(
    database: str | Path,
    *,
    orders: int = 0,
    seed: int = DEFAULT_SEED,
    ending: date | None = None,
    chains: int = 0,
    view_lag_seconds: float = 0.2,
    port: int = 0,
) -> Server:
    """A bound server; `run` serves it. Orders are made up when the file holds none."""
    erp = Erp(database)
    erp.restore()
    if orders:
        fill(erp, orders, seed, ending, chains)
    return Server(RadiusSite(erp, Settings(view_lag_seconds=view_lag_seconds)), port=port)


class RunningRadius(ServerThread):
    """The ERP in a thread: `with RunningRadius(path) as radius: requests.post(radius.api, …)`."""

    def __init__(
        self,
        database: str | Path,
        *,
        orders: int = 0,
        seed: int = DEFAULT_SEED,
        ending: date | None = None,
        chains: int = 0,
        view_lag_seconds: float = 0.2,
    ) -> None:
        super().__init__(
            radius_server(
                database,
                orders=orders,
                seed=seed,
                ending=ending,
                chains=chains,
                view_lag_seconds=view_lag_seconds,
            )
        )
        site = self.server.site
        assert isinstance(site, RadiusSite)
        self.erp = site.erp
        self.people = People(self.erp)
        self.database = Path(database)
        self.control = RadiusControl(self.url)

    @property
    def api(self) -> str:
        """RADIUS_API_URL"""
        return f"{self.url}{BASE}"


class RadiusProcess(ServerProcess):
    """The same in a process of its own, which can be killed."""

    def __init__(self, database: str | Path, *, orders: int = 0, view_lag_seconds: float = 0.2) -> None:
        arguments = [
            "--database",
            str(database),
            "--orders",
            str(orders),
            "--view-lag",
            str(view_lag_seconds),
        ]
        super().__init__("sandbox.radius", arguments)
        self.database = Path(database)

    @property
    def api(self) -> str:
        """RADIUS_API_URL"""
        return f"{self.url}{BASE}"

    @property
    def people(self) -> People:
        """They need no server."""
        return People(Erp(self.database))

    @property
    def control(self) -> RadiusControl:
        return RadiusControl(self.url)
