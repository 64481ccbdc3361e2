"""From a request to its answer, with whatever fault was ordered in between; the same for each server."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from sandbox.web.calls import Call, CallLog
from sandbox.web.faults import Fault, FaultSchedule
from sandbox.web.transport import Exchange, Request

JSON_HEADERS = {"Content-Type": "application/json; charset=UTF-8"}
HTML_HEADERS = {"Content-Type": "text/html; charset=UTF-8"}
HTML_PAGE = (
    b"<html><head><title>503</title></head><body><h1>Service Temporarily Unavailable</h1></body></html>"
)
READING = ("GET", "HEAD", "OPTIONS")


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str] = JSON_HEADERS


class Answering:
    """One system's API between the wire and `execute`."""

    def __init__(
        self,
        execute: Callable[[Request, Call], Answer],
        error: Callable[[int], Answer],
        faults: FaultSchedule,
        calls: CallLog,
        own: Callable[[str, Request, Answer | None], Answer] | None = None,
    ) -> None:
        """`error` puts an ordered HTTP status into the system's own error shape.

        `own` gives the answer of an own fault by its name, from the whole one where the request was executed.
        """
        self._execute = execute
        self._error = error
        self._own = own
        self._faults = faults
        self._calls = calls

    def handle(self, request: Request, exchange: Exchange) -> None:
        call = Call(
            kind="read" if request.method in READING else "write",
            method=request.method,
            path=request.path,
            query=request.query,
        )
        self._calls.begin(call)
        try:
            if seconds := self._faults.latency():
                time.sleep(seconds)
            self._answer(request, exchange, call)
        finally:
            call.end()

    def _answer(self, request: Request, exchange: Exchange, call: Call) -> None:
        fault = self._faults.next_fault(call.kind, request.path)
        if fault.kind != "none":
            call.fault = f"{fault.kind} {fault.when}"
        if fault.kind != "none" and fault.when == "before":
            self._spoil(request, exchange, call, fault, None)
            return
        call.cut_after = fault.after_entries
        answer = self._execute(request, call)
        call.executed = answer.status < 400
        if fault.kind == "none":
            self._send(exchange, call, answer)
        else:
            self._spoil(request, exchange, call, fault, answer)

    def _spoil(
        self, request: Request, exchange: Exchange, call: Call, fault: Fault, answer: Answer | None
    ) -> None:
        if fault.kind in ("silence", "close", "reset"):
            call.end()
            getattr(exchange, fault.kind)()
        elif fault.kind == "kill":
            call.end()
            _kill(request.headers.get("x-sandbox-pid", ""))
            exchange.close()
        elif fault.kind == "half_json":
            whole = answer or Answer(200, b'[{"id": 15001, "number": "15001", "status": "proc')
            self._send(exchange, call, whole, cut_at=len(whole.body) // 2)
        elif fault.kind == "empty":
            self._send(exchange, call, Answer(fault.status or 200, b""))
        elif fault.kind == "html":
            self._send(exchange, call, Answer(fault.status or 502, HTML_PAGE, HTML_HEADERS))
        elif fault.kind == "own" and self._own is not None:
            self._send(exchange, call, self._own(fault.name, request, answer))
        else:
            self._send(exchange, call, self._ordered(fault))

    def _ordered(self, fault: Fault) -> Answer:
        if fault.kind == "rate_limit":
            answer = self._error(429)
            told = {"Retry-After": f"{fault.seconds:g}"} if fault.seconds else {}
            return answer._replace(headers={**answer.headers, **told})
        return self._error(fault.status or 503)

    def _send(self, exchange: Exchange, call: Call, answer: Answer, *, cut_at: int | None = None) -> None:
        call.status = answer.status
        call.end()
        if not exchange.answer(answer.status, answer.body, answer.headers, cut_at=cut_at):
            call.status = None


def _kill(pid: str) -> None:
    if pid.isdigit() and int(pid) > 1 and int(pid) != os.getpid():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
