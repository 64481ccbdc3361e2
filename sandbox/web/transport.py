"""HTTP by waitress, with the connection itself in reach.

WSGI has no way to stay silent, to reset a connection or to answer while still working; networks do
all three, so requests are handled one layer below it. Every answer is a single write.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from waitress.channel import ClientDisconnected, HTTPChannel  # type: ignore[import-untyped]
from waitress.server import TcpWSGIServer, create_server  # type: ignore[import-untyped]
from waitress.task import Task  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case with dashes."""
    body: bytes
    peer: str


class Exchange:
    """One request's way back. The first of answer, silence, close and reset counts; later ones do nothing."""

    def __init__(self, task: ExchangeTask) -> None:
        self._task = task
        self.done = False

    def answer(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, *, cut_at: int | None = None
    ) -> bool:
        """Send a whole response; `cut_at` sends only that many bytes of the body, then hangs up.

        False when there was nobody to send it to, or something was sent before.
        """
        if self.done:
            return False
        self.done = True
        phrase = HTTPStatus(status).phrase
        lines = [
            f"HTTP/1.1 {status} {phrase}",
            f"Date: {formatdate(usegmt=True)}",
            "Server: sandbox",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
        ]
        if cut_at is not None:
            body = body[:cut_at]
            self._task.close_on_finish = True
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        try:
            self._task.channel.write_soon(head + body)
        except ClientDisconnected:
            return False
        return True

    def silence(self) -> None:
        """Never answer; the connection stays open until the client gives up."""
        self.done = True

    def close(self) -> None:
        """Hang up without an answer."""
        self.done = True
        self._task.close_on_finish = True

    def reset(self) -> None:
        """Hang up with a TCP reset."""
        self.done = True
        linger = struct.pack("ii", 1, 0)
        self._task.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._task.close_on_finish = True


Handler = Callable[[Request, Exchange], None]


class ExchangeTask(Task):  # type: ignore[misc]
    def execute(self) -> None:
        parsed = self.request
        request = Request(
            method=parsed.command,
            path=parsed.path,
            query=parsed.query,
            headers={name.lower().replace("_", "-"): value for name, value in parsed.headers.items()},
            body=parsed.get_body_stream().read(),
            peer=self.channel.addr[0],
        )
        if parsed.headers.get("CONNECTION", "").lower() == "close" or parsed.version == "1.0":
            self.close_on_finish = True
        self.wrote_header = True
        self.channel.server.application(request, Exchange(self))

    def finish(self) -> None:
        """Everything was written, or withheld on purpose, by the exchange."""


class ExchangeChannel(HTTPChannel):  # type: ignore[misc]
    task_class = ExchangeTask


def listen(handler: Handler, host: str, port: int, threads: int) -> TcpWSGIServer:
    """A bound server that has not begun to serve; `effective_port` tells the port."""
    server = create_server(handler, host=host, port=port, threads=threads, connection_limit=2_000)
    server.channel_class = ExchangeChannel
    # Past the middleware in which waitress has wrapped what it takes for a WSGI application.
    server.application = handler
    return server
