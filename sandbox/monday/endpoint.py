"""POST /v2: from the request's bytes to the answer, in the order in which the original refuses.

Token → quotas → body → document → injected faults → idempotency → complexity → board lock → execution.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from graphql import OperationDefinitionNode, OperationType
from graphql.execution.values import get_variable_values

from sandbox.monday import answers, complexity, versions
from sandbox.monday.account import Account
from sandbox.monday.alias_hooks import RequestHooks
from sandbox.monday.answers import Answer
from sandbox.monday.call import Call
from sandbox.monday.call_log import Entry
from sandbox.monday.catalogue import ordered_error
from sandbox.monday.errors import MondayError, bad_request
from sandbox.monday.execution import SCHEMA, Document, prepare, run
from sandbox.monday.fault_rules import Fault
from sandbox.monday.mutation_boards import boards_changed
from sandbox.monday.resolving import USER_ID
from sandbox.monday.responder import Responder
from sandbox.web.transport import Exchange, Request

USER = str(USER_ID)


@dataclass(frozen=True)
class Job:
    """A request that may be executed."""

    document: Document
    operation: OperationDefinitionNode
    operation_name: str | None
    variables: dict[str, Any]
    """As sent; graphql-core coerces them again."""
    coerced: dict[str, Any]
    version: versions.Version


class Endpoint:
    def __init__(self, account: Account) -> None:
        self.account = account

    def handle(self, request: Request, exchange: Exchange) -> None:
        Visit(self.account, request, exchange).handle()


class Visit:
    """One request on its way through."""

    def __init__(self, account: Account, request: Request, exchange: Exchange) -> None:
        self.account = account
        self.gate = account.gate
        self.request = request
        self.started = time.monotonic()
        self.entry = Entry(at=account.clock.now())
        account.calls.begin(self.entry)
        caller = request.headers.get("x-sandbox-pid") or account.faults.plan.pid
        self.responder = Responder(exchange, self.entry, self.gate, caller)

    def handle(self) -> None:
        try:
            self._authorised()
            self.gate.enter()
            try:
                self._admitted()
            finally:
                self.gate.leave()
        except MondayError as error:
            self.responder.refuse(error)
        finally:
            self.responder.end()

    def _authorised(self) -> None:
        token = self.request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if token not in self.account.tokens:
            raise ordered_error("Unauthorized")

    def _admitted(self) -> None:
        job = self._read()
        if isinstance(job, Answer):
            self.responder.answer(job.status, job.body)
            return
        fault = self.account.faults.next_fault(self.responder.kind)
        if fault.kind != "none":
            self.entry.fault = f"{fault.kind} {fault.when}"
            if fault.when == "before":
                self.responder.spoil(fault)
                return
        answer = self._once(job, fault)
        if fault.kind == "none" or (fault.kind == "kill" and fault.after_aliases):
            self.responder.answer(answer.status, answer.body, answer.headers)
        else:
            self.responder.spoil(fault, answer.status, answer.body)

    def _read(self) -> Job | Answer:
        """The job, or what is wrong with the document."""
        text, variables, operation_name = _content(self.request.body)
        version = versions.effective(self.request.headers.get("api-version"))
        document = prepare(text)
        if not isinstance(document, Document):
            return answers.invalid_document(document, self.responder.request_id)
        operation = document.operation(operation_name)
        if operation is None:
            raise bad_request("operationName is unknown, or missing among several operations")
        is_mutation = operation.operation is OperationType.MUTATION
        self.responder.kind = self.entry.kind = "mutation" if is_mutation else "query"
        roots = complexity.fields(operation.selection_set, document.fragments)
        self.entry.fields = dict(Counter(node.name.value for node in roots))
        if set(self.entry.fields) == {"complexity"}:
            self.gate.count_as_tenth()
        coerced = get_variable_values(SCHEMA, operation.variable_definitions, variables)
        if isinstance(coerced, list):
            return answers.invalid_document(coerced, self.responder.request_id)
        return Job(document, operation, operation_name, variables, coerced, version)

    def _once(self, job: Job, fault: Fault) -> Answer:
        """Execute, or repeat what the idempotency key has been answered before."""
        key = self.request.headers.get("idempotency-key", "").strip()
        if not key or self.responder.kind == "query":
            return self._execute(job, fault)
        self.entry.idempotency_key = key
        replies, lock = self.account.replies, self.account.space.lock
        with lock:
            known = replies.begin(USER, key)
        if known is not None:
            self.entry.replayed = True
            return Answer(known.status, known.body, {"Idempotency-Replayed": "true"})
        try:
            answer = self._execute(job, fault)
        except BaseException:
            with lock:
                replies.abandon(USER, key)
            raise
        with lock:
            replies.finish(USER, key, answer.status, answer.body)
        return answer

    def _execute(self, job: Job, fault: Fault) -> Answer:
        """Raises MondayError when nothing was executed: too expensive, or the board is locked."""
        space, kind = self.account.space, self.responder.kind
        cost = complexity.estimate(job.operation, job.document.fragments, job.coerced, self.gate.limits)
        call = Call(
            space=space,
            cursors=self.account.cursors,
            gate=self.gate,
            version=job.version,
            kind=kind,
            cost=cost,
            budget_before=self.gate.charge(kind, cost),
            hooks=RequestHooks(self.account.faults, fault, self.responder.kill_caller),
            deadline=self.started + self.gate.limits.timeout_seconds,
            on_deadline=self.responder.out_of_time,
        )
        boards = boards_changed(space, job.operation, job.document.fragments, job.coerced)
        try:
            with self.account.locks.held(boards):
                call.work(self.account.faults.request_seconds())
                # A query sees one state of the boards; a mutation locks alias by alias.
                with space.lock if kind == "query" else nullcontext():
                    result = run(job.document, call, job.variables, job.operation_name)
        except MondayError:
            self.gate.refund(kind, cost)
            raise
        self.gate.refund(kind, call.refund)
        self.entry.executed = True
        self.entry.committed = call.mutations
        self.entry.errors = len(result.errors or ())
        return answers.executed(result, self.responder.request_id)


def _content(raw: bytes) -> tuple[str, dict[str, Any], str | None]:
    """Document, variables and operation name of the body. Raises 400."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise bad_request("The body is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str) or not body["query"].strip():
        raise bad_request("No query string was present")
    variables = body.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise bad_request("variables must be a JSON object")
    return body["query"], variables or {}, body.get("operationName")
