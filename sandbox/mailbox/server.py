"""The mailbox as a server: SMTP on one port, the control API on another, in a thread."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.mailbox.receiver import Receiver, Refusal
from sandbox.web.calls import CallLog
from sandbox.web.control import Control, ControlEndpoint
from sandbox.web.faults import FaultSchedule
from sandbox.web.serving import Server, ServerThread
from sandbox.web.transport import Exchange, Request


class MailboxControl(Control):
    """Client of the mailbox's control API."""

    def mails(self) -> list[dict[str, Any]]:
        """What arrived, oldest first: at, sender, recipients, subject, text, html, headers."""
        mails: list[dict[str, Any]] = self.get("/mails")
        return mails

    def clear(self) -> None:
        """Throw all mails away."""
        self.post("/mails/clear")

    def refuse(self, **refusal: Any) -> Any:
        """Refuse from now on: at, code, text, times, recipient, delay, keep; nothing given: take all again."""
        return self.post("/refuse", refusal)


class MailboxSite:
    """The control API over a receiver."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._control = ControlEndpoint(
            FaultSchedule(),
            CallLog(),
            {
                ("GET", "/mails"): lambda: [mail.told() for mail in receiver.store.mails()],
                ("POST", "/mails/clear"): self._clear,
                ("POST", "/refuse"): self._refuse,
                ("POST", "/reset"): self._reset,
            },
        )

    def handle(self, request: Request, exchange: Exchange) -> None:
        self._control.handle(request, exchange)

    def close(self) -> None:
        self._receiver.stop()

    def _clear(self) -> dict[str, Any]:
        self._receiver.store.clear()
        return {}

    def _refuse(self, **refusal: Any) -> dict[str, Any]:
        ordered = Refusal.model_validate(refusal) if refusal else None
        self._receiver.refuse(ordered)
        return ordered.model_dump() if ordered else {}

    def _reset(self) -> dict[str, Any]:
        self._refuse()
        return self._clear()


class RunningMailbox:
    """`with RunningMailbox() as box: send(box.host, box.port); box.control.mails()`."""

    def __init__(self, state: str | Path = ":memory:", *, port: int = 0) -> None:
        self._receiver = Receiver(state, port=port)
        self._http = ServerThread(Server(MailboxSite(self._receiver), threads=4))
        self.host, self.port = self._receiver.host, self._receiver.port
        self.url = self._http.url
        self.control = MailboxControl(self.url)

    def start(self) -> None:
        self._receiver.start()
        self._http.start()

    def stop(self) -> None:
        self._http.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
