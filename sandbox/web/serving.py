"""Starting and stopping a server: in a thread for tests, in a process of its own otherwise."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from sandbox.web.transport import Exchange, Request, listen

REPOSITORY = Path(__file__).resolve().parents[2]
THREADS = 16


class Site(Protocol):
    """What a server serves."""

    def handle(self, request: Request, exchange: Exchange) -> None:
        """Answer one request; called from many threads."""

    def close(self) -> None:
        """Let go of files."""


class Server:
    """A bound server; `run` serves until `stop`."""

    def __init__(self, site: Site, *, host: str = "127.0.0.1", port: int = 0, threads: int = THREADS) -> None:
        self.site = site
        self._listener = listen(site.handle, host, port, threads)
        self.port = int(self._listener.effective_port)
        self.url = f"http://{host}:{self.port}"

    def run(self) -> None:
        try:
            self._listener.run()
        finally:
            self.site.close()

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


class ServerThread:
    """A server in a thread of this process, for the length of a with block."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._thread = threading.Thread(target=server.run, daemon=True)

    @property
    def url(self) -> str:
        return self.server.url

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.server.stop()
        self._thread.join(timeout=5)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ServerProcess:
    """`python -m MODULE …` in a process of its own, for the length of a with block.

    The module's first line on stdout is JSON with at least `url`; it is kept in `started`.
    """

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self.started: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return str(self.started["url"])

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            self._command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox did not start: exit code {self._process.wait()}")
        self.started = json.loads(line)
        return self

    def kill(self) -> None:
        """As a power cut would: whatever was not committed is lost."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
