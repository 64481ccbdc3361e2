"""Starting and stopping the server: in a thread for tests, in a process of its own otherwise."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.monday.account import Account
from sandbox.monday.control import Control
from sandbox.monday.control_endpoint import PREFIX, ControlEndpoint
from sandbox.monday.endpoint import Endpoint
from sandbox.monday.settings import Settings
from sandbox.web.transport import Exchange, Request, listen

THREADS_LIMIT = 128
SPARE_THREADS = 8
"""Beyond the concurrency limit, so that one too many is refused rather than queued."""


class MondayServer:
    """A bound server; `run` serves until `stop`."""

    def __init__(
        self,
        settings: Settings,
        *,
        state: str | Path = ":memory:",
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.account = Account(settings, state)
        self._api = Endpoint(self.account)
        self._control = ControlEndpoint(self.account)
        threads = min(settings.limits.concurrency + SPARE_THREADS, THREADS_LIMIT)
        self._listener = listen(self._handle, host, port, threads)
        self.host = host
        self.port = int(self._listener.effective_port)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def run(self) -> None:
        try:
            self._listener.run()
        finally:
            self.account.close()

    def stop(self) -> None:
        """May be called from any thread; returns before the last connection is closed."""
        # The serving thread may be awake already, and have hung up before it is woken.
        with suppress(OSError):
            self._listener.trigger.pull_trigger(self._hang_up)

    def _hang_up(self) -> None:
        for channel in list(self._listener.active_channels.values()):
            channel.handle_close()
        self._listener.task_dispatcher.shutdown(timeout=1)
        self._listener.close()

    def _handle(self, request: Request, exchange: Exchange) -> None:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            self._control.handle(request, exchange)
        elif request.path.rstrip("/") != "/v2":
            exchange.answer(404, b'{"error": "not found"}', {"Content-Type": "application/json"})
        elif request.method != "POST":
            exchange.answer(
                405, b'{"error": "use POST"}', {"Content-Type": "application/json", "Allow": "POST"}
            )
        else:
            self._api.handle(request, exchange)


class RunningMonday:
    """A server in a thread of this process: `with RunningMonday() as monday: post(monday.url, …)`."""

    def __init__(
        self, settings: Settings | None = None, *, state: str | Path = ":memory:", **options: Any
    ) -> None:
        self._settings = settings or Settings()
        self._state = state
        self._options = options

    def __enter__(self) -> RunningMonday:
        self.server = MondayServer(self._settings, state=self._state, **self._options)
        self._thread = threading.Thread(target=self.server.run, name="monday-sandbox", daemon=True)
        self._thread.start()
        self.control = Control(self.server.url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()
        self._thread.join(timeout=5)

    @property
    def url(self) -> str:
        """Where to POST documents."""
        return f"{self.server.url}/v2"

    @property
    def token(self) -> str:
        return self._settings.tokens[0]


def serve(settings: Settings, *, state: str | Path, host: str = "127.0.0.1", port: int = 0) -> None:
    """Serve in the foreground; the first line on stdout is JSON with the bound port."""
    server = MondayServer(settings, state=state, host=host, port=port)
    print(json.dumps({"port": server.port, "url": f"{server.url}/v2", "state": str(state)}), flush=True)
    server.run()
