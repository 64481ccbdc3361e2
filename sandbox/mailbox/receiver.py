"""SMTP on loopback: takes every mail, or refuses as ordered."""

import asyncio
import threading
from pathlib import Path
from typing import Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from pydantic import BaseModel, ConfigDict, Field

from sandbox.mailbox.store import MailStore


class Refusal(BaseModel):
    """What a sender is told instead of 250."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Literal["MAIL", "RCPT", "DATA"] = "DATA"
    code: int = Field(451, ge=400, le=599)
    text: str = "Requested action aborted: local error in processing"
    times: int | None = Field(None, ge=1)
    recipient: str | None = None
    """With RCPT: only this one is refused."""
    delay: float = Field(0.0, ge=0)
    """Seconds before the answer; longer than the sender's patience is a time-out."""
    keep: bool = False
    """With DATA: the mail is kept all the same: delivered, though the sender must think it was not."""


class Receiver:
    """The server; aiosmtpd calls the handle_ methods."""

    def __init__(self, state: str | Path = ":memory:", *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.store = MailStore(state)
        self.host = host
        self._refusal: Refusal | None = None
        self._refused = 0
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._session, host=host, port=port)
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mailbox.sandbox",
            enable_SMTPUTF8=True,
            loop=self._loop,
            auth_require_tls=False,
            authenticator=_anybody,
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Hang up; mails already taken are kept."""

        def end() -> None:
            self._server.close()
            self._loop.stop()

        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(end)
            self._thread.join(timeout=5)
        if not self._loop.is_running():
            self._server.close()
            self._loop.close()
        self.store.close()

    def refuse(self, refusal: Refusal | None) -> None:
        """From now on; None: take everything again."""
        self._refusal, self._refused = refusal, 0

    async def handle_MAIL(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refused := await self._refuses("MAIL", address):
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refused := await self._refuses("RCPT", address):
            return refused
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        keep = self._refusal is not None and self._refusal.at == "DATA" and self._refusal.keep
        refused = await self._refuses("DATA", "")
        if not refused or keep:
            content = envelope.content
            raw = content.encode() if isinstance(content, str) else content or b""
            self.store.add(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return refused or "250 Message accepted for delivery"

    async def _refuses(self, at: str, address: str) -> str | None:
        refusal = self._refusal
        if refusal is None or refusal.at != at:
            return None
        if refusal.times is not None and self._refused >= refusal.times:
            return None
        if refusal.recipient is not None and refusal.recipient != address:
            return None
        self._refused += 1
        if refusal.delay:
            await asyncio.sleep(refusal.delay)
        return f"{refusal.code} {refusal.text}"


def _anybody(*_: object) -> AuthResult:
    """Whoever says a name and a password is let in."""
    return AuthResult(success=True)
