"""NCR's API as a server over a Counterpoint database; its control API is on the same port."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.ncr.access import API_KEY, PASSWORD, USER
from sandbox.counterpoint.ncr.endpoint import Endpoint
from sandbox.counterpoint.ncr.errors import ordered
from sandbox.web.answering import Answering
from sandbox.web.calls import CallLog
from sandbox.web.control import PREFIX, Control, ControlEndpoint
from sandbox.web.faults import FaultPlan, FaultSchedule
from sandbox.web.serving import Server, ServerThread
from sandbox.web.transport import Exchange, Request


class NcrControl(Control):
    """Client of the control API: calls, faults, and the defects users reported."""

    def quirks(self, **quirks: bool) -> Any:
        """Switch defects: loses_misc_charges."""
        return self.post("/quirks", quirks)


class NcrSite:
    """The API and, under its prefix, the control API."""

    def __init__(self, database: CounterpointDatabase) -> None:
        self._database = database
        self._faults, self._calls = FaultSchedule(), CallLog()
        self._endpoint = Endpoint(database)
        self._api = Answering(self._endpoint.execute, ordered, self._faults, self._calls)
        self._control = ControlEndpoint(
            self._faults,
            self._calls,
            {("POST", "/quirks"): self._set_quirks, ("POST", "/reset"): self._reset},
        )

    def handle(self, request: Request, exchange: Exchange) -> None:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            self._control.handle(request, exchange)
        else:
            self._api.handle(request, exchange)

    def close(self) -> None:
        self._database.release()

    def _set_quirks(self, **quirks: bool) -> dict[str, Any]:
        self._endpoint.quirks = type(self._endpoint.quirks)(**quirks)
        return asdict(self._endpoint.quirks)

    def _reset(self) -> dict[str, Any]:
        """Faults, quirks and calls; documents belong to the database."""
        self._faults.set(FaultPlan())
        self._calls.clear()
        return self._set_quirks()


def ncr_server(database: str | Path, *, port: int = 0, wait_seconds: float = 30.0) -> Server:
    """A bound server; who keeps the database's file open longer than `wait_seconds` gets HTTP 500."""
    return Server(NcrSite(CounterpointDatabase(database, wait_seconds=wait_seconds)), port=port)


class RunningNcr(ServerThread):
    """The API in a thread: `requests.post(f"{ncr.url}/Document", auth=ncr.auth, headers=ncr.headers)`."""

    def __init__(self, database: str | Path, *, wait_seconds: float = 30.0) -> None:
        super().__init__(ncr_server(database, wait_seconds=wait_seconds))
        self.auth = (USER, PASSWORD)
        self.headers = {"APIKey": API_KEY}
        self.control = NcrControl(self.url)
