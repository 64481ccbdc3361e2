"""POST /v2: from the request's bytes to the answer, in the order in which the original refuses.

Token → quotas → body → document → injected faults → idempotency → complexity → board lock → execution.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from graphql import OperationDefinitionNode, OperationType
from graphql.execution.values import get_variable_values

from sandbox.monday import answers, complexity, versions
from sandbox.monday.account import Account
from sandbox.monday.alias_hooks import RequestHooks
from sandbox.monday.call import USER_ID, Call
from sandbox.monday.call_log import Entry
from sandbox.monday.catalogue import add_hint, ordered_error
from sandbox.monday.errors import MondayError
from sandbox.monday.execution import SCHEMA, Document, prepare, run
from sandbox.monday.fault_rules import Fault
from sandbox.monday.limits import Kind
from sandbox.monday.mutation_boards import boards_changed
from sandbox.monday.transport import Exchange, Request

JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True)
class _Job:
    """A request that may be executed."""

    document: Document
    operation: OperationDefinitionNode
    coerced: dict[str, Any]
    variables: dict[str, Any]
    operation_name: str | None
    version: versions.Version
    fault: Fault


class Endpoint:
    def __init__(self, account: Account) -> None:
        self.account = account

    def handle(self, request: Request, exchange: Exchange) -> None:
        Visit(self.account, request, exchange).handle()


class Visit:
    """One request on its way through."""

    def __init__(self, account: Account, request: Request, exchange: Exchange) -> None:
        self.account = account
        self.request = request
        self.exchange = exchange
        self.started = time.monotonic()
        self.request_id = answers.new_request_id()
        self.entry = Entry(request_id=self.request_id, at=account.clock.now())
        self.kind: Kind = "query"

    def handle(self) -> None:
        try:
            self._admitted()
        except MondayError as error:
            self._refuse(error)
        finally:
            self.entry.seconds = round(time.monotonic() - self.started, 4)
            self.account.calls.add(self.entry)

    def _admitted(self) -> None:
        token = self.request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if token not in self.account.tokens:
            raise ordered_error("Unauthorized")
        gate = self.account.gate
        gate.enter()
        try:
            self._read()
        finally:
            gate.leave()

    def _read(self) -> None:
        text, variables, operation_name = self._body()
        version = versions.effective(self.request.headers.get("api-version"))
        document = prepare(text)
        if not isinstance(document, Document):
            self._answer(200, answers.invalid_document(document, self.request_id))
            return
        operation = document.operation(operation_name)
        if operation is None:
            raise ordered_error("InvalidArgumentException", message="Unknown or missing operationName")
        self.kind = "mutation" if operation.operation is OperationType.MUTATION else "query"
        self.entry.kind = self.kind
        roots = complexity.fields(operation.selection_set, document.fragments)
        self.entry.fields = dict(Counter(node.name.value for node in roots))
        coerced = get_variable_values(SCHEMA, operation.variable_definitions, variables)
        if isinstance(coerced, list):
            self._answer(200, answers.invalid_document(coerced, self.request_id))
            return
        fault = self.account.faults.next_fault(self.kind)
        if fault.kind != "none":
            self.entry.fault = f"{fault.kind} {fault.when}"
        if fault.when == "before" and fault.kind != "none":
            self._spoil(fault, 200, "")
            return
        job = _Job(document, operation, coerced, variables, operation_name, version, fault)
        key = self.request.headers.get("idempotency-key", "").strip() if self.kind == "mutation" else ""
        if key:
            self._once(key, job)
        else:
            self._finish(fault, *self._execute(job))

    def _once(self, key: str, job: _Job) -> None:
        self.entry.idempotency_key = key
        replies, lock, user = self.account.replies, self.account.space.lock, str(USER_ID)
        with lock:
            known = replies.begin(user, key)
        if known is not None:
            self.entry.replayed = True
            self._finish(job.fault, known.status, known.body, {"Idempotency-Replayed": "true"})
            return
        try:
            status, body = self._execute(job)
        except BaseException:
            with lock:
                replies.abandon(user, key)
            raise
        with lock:
            replies.finish(user, key, status, body)
        self._finish(job.fault, status, body)

    def _execute(self, job: _Job) -> tuple[int, str]:
        account = self.account
        gate = account.gate
        cost = complexity.estimate(job.operation, job.document.fragments, job.coerced, gate.limits)
        before = gate.charge(self.kind, cost)
        call = Call(
            space=account.space,
            cursors=account.cursors,
            gate=gate,
            version=job.version,
            kind=self.kind,
            cost=cost,
            budget_before=before,
            hooks=RequestHooks(account.faults, job.fault, self._kill),
            deadline=self.started + gate.limits.timeout_seconds,
            on_deadline=self._out_of_time,
        )
        boards = boards_changed(account.space, job.operation, job.document.fragments, job.coerced)
        try:
            with account.locks.held(boards):
                call.work(account.faults.request_seconds())
                result = run(job.document, call, job.variables, job.operation_name)
        except MondayError:
            gate.refund(self.kind, cost)
            raise
        gate.refund(self.kind, call.refund)
        self.entry.executed = True
        self.entry.committed = call.mutations
        self.entry.errors = len(result.errors or ())
        return answers.executed(result, self.request_id)

    def _finish(self, fault: Fault, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        if fault.kind == "none" or (fault.kind == "kill" and fault.after_aliases):
            self._answer(status, body, headers)
        else:
            self._spoil(fault, status, body)

    def _spoil(self, fault: Fault, status: int, body: str) -> None:
        if fault.kind == "kill":
            self._kill()
            self._answer(status, body or "{}")
        elif fault.kind in ("silence", "close", "reset"):
            getattr(self.exchange, fault.kind)()
        elif fault.kind == "half_json":
            whole = body or '{"data": {"a0": {"id": "97000'
            self._send(status, whole.encode(), {}, cut_at=len(whole) // 2)
        elif fault.kind == "empty":
            self._send(fault.status or 200, b"", {})
        elif fault.kind == "html":
            self._send(fault.status or 502, answers.HTML_PAGE, {"Content-Type": "text/html"})
        elif fault.kind == "status":
            code = fault.status or 503
            self._send(
                code, json.dumps({"status_code": code, "error_message": "Internal server error"}).encode(), {}
            )
        else:
            self._refuse(_ordered(fault))

    def _refuse(self, error: MondayError) -> None:
        self.entry.code = error.code
        self._answer(error.status, answers.refusal(error, self.request_id), error.headers)

    def _answer(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        self._send(status, body.encode(), {**JSON_HEADERS, **(headers or {})})

    def _send(self, status: int, body: bytes, headers: dict[str, str], cut_at: int | None = None) -> None:
        if not self.exchange.done:
            self.entry.status = status
        told = {**self.account.gate.headers(self.kind), **headers}
        self.exchange.answer(status, body, told, cut_at=cut_at)

    def _out_of_time(self) -> None:
        """Sixty seconds are over: the gateway answers, the work behind it goes on."""
        self._send(504, answers.HTML_PAGE, {"Content-Type": "text/html"})

    def _kill(self) -> None:
        pid = self.request.headers.get("x-sandbox-pid") or self.account.faults.plan.pid
        if pid is not None and int(pid) > 1 and int(pid) != os.getpid():
            os.kill(int(pid), signal.SIGKILL)

    def _body(self) -> tuple[str, dict[str, Any], str | None]:
        try:
            body = json.loads(self.request.body)
        except ValueError:
            raise MondayError("BadRequest", "The body is not JSON", status=400) from None
        if not isinstance(body, dict) or not isinstance(body.get("query"), str) or not body["query"].strip():
            raise MondayError("BadRequest", "No query string was present", status=400)
        variables = body.get("variables")
        if variables is not None and not isinstance(variables, dict):
            raise MondayError("BadRequest", "variables must be a JSON object", status=400)
        return body["query"], variables or {}, body.get("operationName")


def _ordered(fault: Fault) -> MondayError:
    if fault.kind == "rate_limit":
        error = ordered_error(fault.code or "Rate Limit Exceeded", hint="none")
        add_hint(error, fault.hint, fault.seconds)
        return error
    return ordered_error(fault.code or "INTERNAL_SERVER_ERROR", seconds=fault.seconds)
