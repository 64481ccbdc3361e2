"""One request's answers: as they should be, or spoilt in the way a fault asks for."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress

from sandbox.monday import answers
from sandbox.monday.call_log import Entry
from sandbox.monday.catalogue import add_hint, ordered_error
from sandbox.monday.errors import MondayError
from sandbox.monday.fault_rules import Fault
from sandbox.monday.limits import Gate, Kind
from sandbox.web.transport import Exchange

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
HTML_HEADERS = {"Content-Type": "text/html"}
CUT_SHORT = '{"data": {"a0": {"id": "9700000001"}, "a1": {"id": "97000000'


class Responder:
    def __init__(self, exchange: Exchange, entry: Entry, gate: Gate, caller: str | int | None) -> None:
        """`caller` is the process id that a `kill` strikes."""
        self.request_id = answers.new_request_id()
        self.kind: Kind = "query"
        self._exchange = exchange
        self._entry = entry
        self._gate = gate
        self._caller = caller
        self._started = time.monotonic()
        entry.request_id = self.request_id

    def answer(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        self._send(status, body.encode(), {**JSON_HEADERS, **(headers or {})})

    def refuse(self, error: MondayError) -> None:
        self._entry.code = error.code
        self.answer(error.status, answers.refusal(error, self.request_id), error.headers)

    def out_of_time(self) -> None:
        """The gateway's answer after sixty seconds; the work behind it goes on."""
        self._send(504, answers.HTML_PAGE, HTML_HEADERS, ends=False)

    def spoil(self, fault: Fault, status: int = 200, body: str = CUT_SHORT) -> None:
        """Instead of this answer, what the fault makes of it."""
        if fault.kind in ("silence", "close", "reset"):
            self.end()
            getattr(self._exchange, fault.kind)()
        elif fault.kind == "half_json":
            self._send(status, body.encode(), JSON_HEADERS, cut_at=len(body) // 2)
        elif fault.kind == "empty":
            self._send(fault.status or 200, b"", JSON_HEADERS)
        elif fault.kind == "html":
            self._send(fault.status or 502, answers.HTML_PAGE, HTML_HEADERS)
        elif fault.kind == "status":
            code = fault.status or 503
            self.answer(code, json.dumps({"error_message": "Internal server error", "status_code": code}))
        elif fault.kind == "kill":
            self.end()
            self.kill_caller()
            self._exchange.close()
        else:
            self.refuse(_ordered(fault))

    def kill_caller(self) -> None:
        pid = int(self._caller) if self._caller is not None and str(self._caller).isdigit() else 0
        if pid > 1 and pid != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Complete the log's entry: before the client can know, so that it never counts too early."""
        if not self._entry.ended:
            self._entry.seconds = round(time.monotonic() - self._started, 4)
            self._entry.ended = True

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str],
        *,
        cut_at: int | None = None,
        ends: bool = True,
    ) -> None:
        if not self._exchange.done:
            self._entry.status = status
        if ends:
            self.end()
        told = {**self._gate.headers(self.kind), **headers}
        if not self._exchange.done and not self._exchange.answer(status, body, told, cut_at=cut_at):
            self._entry.status = None


def _ordered(fault: Fault) -> MondayError:
    if fault.kind == "rate_limit":
        error = ordered_error(fault.code or "Rate Limit Exceeded", hint="none")
        add_hint(error, fault.hint, fault.seconds)
        return error
    return ordered_error(fault.code or "INTERNAL_SERVER_ERROR", seconds=fault.seconds)
