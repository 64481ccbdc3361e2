"""Every outside system at once, in one process: what each holds stays in the home, and comes back from there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from sandbox.counterpoint.ncr.access import API_KEY, PASSWORD, USER
from sandbox.mailbox.server import RunningMailbox
from sandbox.monday.server import MondayServer
from sandbox.monday.settings import profile
from sandbox.radius.endpoint import BASE as RADIUS_BASE
from sandbox.radius.erp import Erp
from sandbox.radius.generation import DEFAULT_ORDERS as DEFAULT_RADIUS_ORDERS
from sandbox.radius.generation import eligible_since, fill
from sandbox.radius.server import RadiusSite
from sandbox.web.serving import Server, ServerThread, Site
from sandbox.web.transport import Exchange, Request
from sandbox.woocommerce.generation import DEFAULT_ORDERS, DEFAULT_SEED
from sandbox.woocommerce.server import woo_server

QUIET_SECONDS = 2


@dataclass(frozen=True)
class Wanted:
    """What is made up when the home holds nothing yet."""

    orders: int = DEFAULT_ORDERS
    seed: int = DEFAULT_SEED
    ending: datetime | None = None
    """Moment of the newest web order; None: the beginning of this hour."""
    radius_orders: int = DEFAULT_RADIUS_ORDERS
    radius_chains: int = 0
    """So many of them have been through the predecessor."""


class World:
    """Bound servers; `run` serves until `stop`."""

    def __init__(self, home: Path, monday_port: int = 0, wanted: Wanted | None = None) -> None:
        wanted = wanted or Wanted()
        state = home / "sandbox"
        state.mkdir(parents=True, exist_ok=True)
        self._counterpoint = home / "counterpoint.duckdb"
        company = Thread(target=_found, args=(self._counterpoint, wanted.seed))
        company.start()  # beside the others: most of it is DuckDB's work
        ending = wanted.ending or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        self._monday = MondayServer(profile("demo"), state=state / "monday.sqlite", port=monday_port)
        self._shop = ServerThread(
            woo_server(state / "woocommerce.sqlite", orders=wanted.orders, seed=wanted.seed, ending=ending)
        )
        self._ncr = ServerThread(Server(_NcrLater(self._counterpoint)))
        self._erp = Erp(state / "radius.sqlite")
        self._erp.restore()
        fill(self._erp, wanted.radius_orders, wanted.seed, chains=wanted.radius_chains)
        self._radius = ServerThread(Server(RadiusSite(self._erp)))
        self._mailbox = RunningMailbox(state / "mailbox.sqlite")
        company.join()
        if not self._counterpoint.exists():
            raise RuntimeError(f"{self._counterpoint} could not be made")

    def addresses(self) -> dict[str, Any]:
        """Settings of the product under their names, and where the control APIs are."""
        return {
            "settings": {
                "monday_api_url": f"{self._monday.url}/v2",
                "monday_quiet_seconds": QUIET_SECONDS,
                "woo_base_url": self._shop.url,
                "woo_quiet_seconds": QUIET_SECONDS,
                "ncr_api_url": self._ncr.url,
                "ncr_api_key": API_KEY,
                "ncr_api_user": USER,
                "ncr_api_password": PASSWORD,
                "ncr_quiet_seconds": QUIET_SECONDS,
                "counterpoint_url": f"duckdb:///{self._counterpoint}",
                "radius_api_url": f"{self._radius.url}{RADIUS_BASE}",
                "radius_database": str(self._erp.path),
                "radius_quiet_seconds": QUIET_SECONDS,
                "xlink_runner_url": self._radius.url,
                "lws_eligibility_start_date": eligible_since(self._erp),
                "order_processing_smtp_server": self._mailbox.host,
                "order_processing_smtp_port": self._mailbox.port,
                "order_processing_alert_email": "operators@example.net",
            },
            "controls": {
                "monday": self._monday.url,
                "woocommerce": self._shop.url,
                "ncr": self._ncr.url,
                "radius": self._radius.url,
                "mailbox": self._mailbox.url,
            },
        }

    def run(self) -> None:
        """Serve until `stop`."""
        self._shop.start()
        self._ncr.start()
        self._radius.start()
        self._mailbox.start()
        try:
            self._monday.run()
        finally:
            self._shop.stop()
            self._ncr.stop()
            self._radius.stop()
            self._mailbox.stop()

    def stop(self) -> None:
        """May be called from a signal handler."""
        self._monday.stop()


class _NcrLater:
    """NCR's API, made when somebody first asks: it needs SQLAlchemy, which the start does not wait for."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._site: Site | None = None

    def handle(self, request: Request, exchange: Exchange) -> None:
        with self._lock:
            if self._site is None:
                from sandbox.counterpoint.database import CounterpointDatabase
                from sandbox.counterpoint.ncr.server import NcrSite

                self._site = NcrSite(CounterpointDatabase(self._file))
        self._site.handle(request, exchange)

    def close(self) -> None:
        if self._site is not None:
            self._site.close()


def _found(file: Path, seed: int) -> None:
    """Make the Counterpoint company unless there is one; a file that exists is whole."""
    if file.exists():
        return
    # SQLAlchemy takes most of a second to import, which later starts need not wait for.
    from sandbox.counterpoint.database import CounterpointDatabase

    draft = file.with_suffix(".part")
    draft.unlink(missing_ok=True)
    CounterpointDatabase(draft).create(seed)
    draft.replace(file)
