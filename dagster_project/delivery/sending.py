"""From intent to outcome: the only place from which anything is sent.

The intent is committed before the call and the answer at once after it. A refusal of the whole request is
bisected to isolate the poison row; an unknown answer never is.
"""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, repeat
from typing import Any

import tenacity
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock, new_id
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.conclusion import NAMES, Versions, conclude
from dagster_project.delivery.destination import Answer, Destination, Intent, Kind, Operation, Row
from dagster_project.delivery.lanes import Lanes, lanes_for
from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    DeliveryError,
    Gone,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    RequestRefused,
    Retryable,
    Unknown,
)
from dagster_project.delivery.records import dump
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Scope
from dagster_project.delivery.states import State
from dagster_project.delivery.transport import Plan, Reply, Request

LONGEST_NAP = 30.0


@dataclass(frozen=True)
class Result:
    """How a request ended: an outcome per operation, and what the run has to do about it."""

    answer: Answer
    refusal: RequestRefused | None = None
    stop: DeliveryError | None = None


@dataclass(frozen=True)
class Patience:
    """How long one request may be held back by a server that says wait."""

    longest_wait: float = 300.0
    attempts: int = 8


POINTS = ("before_intent", "after_intent", "after_answer", "after_outcome")
"""What `checkpoint` is told, in the order in which a request passes them."""


def no_checkpoint(_point: str) -> None:
    """Stand where crash tests kill the process."""


@dataclass
class Sender:
    """Sends the rows of one run and writes down what became of them."""

    destination: Destination
    ledger: Ledger
    scope: Scope
    batches: Batches
    clock: Clock
    versions: Versions
    report: Report
    patience: Patience
    checkpoint: Callable[[str], None] = no_checkpoint

    def send(self, groups: Iterable[Sequence[Plan]], done: Callable[[int], None]) -> None:
        """Claim rows, commit the intents of one request per group, send each, commit the answers.

        `done` is told how many more rows were dealt with.
        """
        with lanes_for(self.destination.lanes, self._call) as lanes:
            self._travel(lanes, iter(groups), done)

    def repeat(self, request: Request) -> None:
        """Send a request again whose operations, by the probe, were not executed: same key, same bytes."""
        until = self.scope.renew()
        with self.ledger.warehouse.begin() as connection:
            ours = self._claim(connection, request.plans, until)
            self.ledger.resent(connection, request.request_id)
        if len(ours) < len(request.plans):
            return
        self.checkpoint("after_intent")
        with lanes_for(1, self._call) as lanes:
            lanes.put(request)
            self._travel(lanes, iter(()), _uncounted)

    def _travel(self, lanes: Lanes, coming: Iterator[Sequence[Plan]], done: Callable[[int], None]) -> None:
        """Keep the lanes filled until all is answered; raise the reason to stop once nothing is under way."""
        stop: DeliveryError | None = None
        while True:
            if stop is None and (window := list(islice(coming, lanes.room))):
                done(self._put(window, lanes))
            elif lanes.idle:
                break
            else:
                results = self._answers(lanes)
                done(sum(len(r.plans) for r, result in results if not _has_to_be_halved(r, result)))
                stop = stop or _stopped_by(results)
                if stop is not None:
                    self._give_up(lanes)
        if stop is not None:
            raise stop

    def _put(self, groups: Sequence[Sequence[Plan]], lanes: Lanes) -> int:
        """Put a request per group in line whose rows are ours; return how many rows are not."""
        until = self.scope.renew()
        self.checkpoint("before_intent")
        with self.ledger.warehouse.begin() as connection:
            plans = [plan for group in groups for plan in group]
            ours = self._claim(connection, plans, until)
            claimed = [[plan for plan in group if plan.target.ref in ours] for group in groups]
            requests = self._intend(connection, [group for group in claimed if group])
        self.checkpoint("after_intent")
        for request in requests:
            lanes.put(request)
        return len(plans) - len(ours)

    def _answers(self, lanes: Lanes) -> list[tuple[Request, Result]]:
        """Commit the answers that are there by now; return them. Requests that have to be halved are put in line so.

        While answers are waited for, the scope is kept ours: a request may take longer than a lease.
        """
        ended = lanes.ended(LONGEST_NAP)
        if not ended:
            self.scope.renew()
            return []
        self.scope.keep()
        results = [(request, self._ask(request, answer)) for request, answer in ended]
        self.checkpoint("after_answer")
        self._commit(results)
        for request, result in results:
            if _has_to_be_halved(request, result):
                self._halve(request, lanes)
        return results

    def _halve(self, request: Request, lanes: Lanes) -> None:
        """Put both halves of a refused request in line; their rows are still claimed."""
        middle = len(request.plans) // 2
        with self.ledger.warehouse.begin() as connection:
            halves = self._intend(connection, [request.plans[:middle], request.plans[middle:]])
        self.checkpoint("after_intent")
        for half in halves:
            lanes.put(half)

    def _give_up(self, lanes: Lanes) -> None:
        """Write down that what is still in line is not sent. What is under way is listened to."""
        not_sent = Retryable("NotSent", "the run stopped")
        self._commit([(request, Result(_all(request, not_sent))) for request in lanes.give_up()])

    def _commit(self, results: Sequence[tuple[Request, Result]]) -> None:
        if not results:
            return
        with self.ledger.warehouse.begin() as connection:
            self._conclude(connection, results)
            self.batches.flush(connection)
        self.checkpoint("after_outcome")

    def _call(self, request: Request) -> Answer:
        return self.destination.send(request.body, request.idempotency_key, request.intents)

    def _claim(self, connection: Connection, plans: Sequence[Plan], until: Any) -> set[tuple[str, str]]:
        ours = self.ledger.claim(connection, [self._lease(plan) for plan in plans], until)
        for plan in plans:
            if plan.target.ref not in ours:
                self.report.count(plan.target.row, "SKIPPED")
        return ours

    def _lease(self, plan: Plan) -> dict[str, Any]:
        target = plan.target
        told = {name for operation in plan.operations for name in operation.tells}
        return {
            "entity": target.row.entity, "business_key": target.row.key, "parent_key": target.row.parent_key,
            "revision": target.revision, "incarnation": target.incarnation, "attempt": target.attempt + 1,
            "told": dump(target.told), "remote_id": target.remote_id,
            "doubtful": json.dumps(sorted(told | set(target.resend))),
            "batch_id": self.batches.batch_id(target.row),
        }  # fmt: skip

    def _intend(self, connection: Connection, groups: Sequence[Sequence[Plan]]) -> list[Request]:
        """Write one request per group, with the intents of all its operations."""
        requests = [self._request(plans) for plans in groups]
        targets = [plan.target for plans in groups for plan in plans]
        batches = {target.ref: self.batches.batch_id(target.row) for target in targets}
        self.ledger.intend(connection, requests, batches)
        return requests

    def _request(self, plans: Sequence[Plan]) -> Request:
        request_id = new_id()
        operations = [operation for plan in plans for operation in plan.operations]
        return Request(
            request_id=request_id,
            idempotency_key=f"{self.ledger.run.instance}:{request_id}",
            body=self.destination.compose(operations),
            plans=plans,
            intents=[_intent(operation, request_id) for operation in operations],
        )

    def _ask(self, request: Request, first: Callable[[], Answer]) -> Result:
        """Return how a request ends whose first answer, or error, is what `first` returns."""
        self.report.requests += 1
        try:
            answer = self._ask_patiently(request, first)
        except NoDefiniteAnswer as error:
            return Result(_all(request, Unknown(str(error))))
        except RequestRefused as error:
            rejected = Rejected(error.code, str(error), error.error_class)
            return Result(_all(request, rejected), refusal=error)
        except MustWait as error:
            return Result(_all(request, Retryable(error.code, str(error))), stop=error)
        except AccessRefused as error:
            return Result(_all(request, Retryable("AccessRefused", str(error))), stop=error)
        return Result(answer)

    def _ask_patiently(self, request: Request, first: Callable[[], Answer]) -> Answer:
        again: Callable[[], Answer] = partial(self._call, request)
        calls = chain((first,), repeat(again))
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(MustWait),
            wait=_as_told,
            stop=self._enough,
            before=lambda state: self._before_attempt(request, state),
            sleep=self.nap,
            reraise=True,
        )
        return retrying(lambda: next(calls)())

    def _enough(self, state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= self.patience.attempts or _as_told(state) > self.patience.longest_wait

    def _before_attempt(self, request: Request, state: tenacity.RetryCallState) -> None:
        if state.attempt_number > 1:
            self.report.retries += 1
            with self.ledger.warehouse.begin() as connection:
                self.ledger.resent(connection, request.request_id)

    def nap(self, seconds: float) -> None:
        """Sleep in pieces and keep the scope ours meanwhile."""
        self.report.seconds_waited += seconds
        while seconds > 0:
            piece = min(seconds, LONGEST_NAP)
            self.clock.sleep(piece)
            seconds -= piece
            self.scope.renew()

    def _conclude(self, connection: Connection, results: Sequence[tuple[Request, Result]]) -> None:
        """Write the answers: new states of every row that is still ours, events of every operation."""
        ended = [(request, result, _outcomes(request, result)) for request, result in results]
        replies, changes = [], []
        for request, result, outcomes in ended:
            unknown = any(isinstance(outcome, Unknown) for outcome in outcomes)
            replies.append(Reply(request.request_id, result.answer, settled=not unknown))
            failed = unknown or result.refusal is not None or result.stop is not None
            self.batches.called([plan.target.row for plan in request.plans], failed=failed)
            # what has to be halved stays claimed: each half becomes a request of its own
            if not _has_to_be_halved(request, result):
                changes += self._changes(request, outcomes)
        self.ledger.answered(connection, replies)
        ours = self.ledger.settle(connection, changes)
        self.retire_children(connection, [c for c in changes if (c["entity"], c["business_key"]) in ours])
        self.ledger.events(
            connection,
            [
                self._event(intent, outcome, _word(intent, outcome, ours, _has_to_be_halved(request, result)))
                for request, result, outcomes in ended
                for intent, outcome in zip(request.intents, outcomes, strict=True)
            ],
        )

    def _changes(self, request: Request, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
        """Return what becomes of the rows of a request, each counted."""
        changes, answers = [], iter(outcomes)
        for plan in request.plans:
            answered = [(operation, next(answers)) for operation in plan.operations]
            changes.append(conclude(plan.target, answered, self.versions, self.clock.now()))
            self._count(plan, answered)
        return changes

    def retire_children(self, connection: Connection, changes: Sequence[Mapping[str, Any]]) -> None:
        """Archive the children of rows that became ARCHIVED: the destination did so by itself."""
        archived = [(c["entity"], c["business_key"]) for c in changes if c["state"] == State.ARCHIVED]
        for entity in self.destination.entities:
            parents = [key for name, key in archived if name == entity.parent]
            if parents:
                self.ledger.retire_children(connection, entity.name, parents)

    def _event(self, intent: Intent, outcome: Outcome, word: str) -> Mapping[str, Any]:
        return {
            "kind": "OUTCOME", "entity": intent.entity, "business_key": intent.key,
            "incarnation": intent.incarnation, "intent_id": intent.intent_id,
            "operation": f"{intent.kind}:{intent.operation}", "request_id": intent.request_id,
            "outcome": word,
            "remote_id": getattr(outcome, "remote_id", None), "message": message_of(outcome),
        }  # fmt: skip

    def _count(self, plan: Plan, answered: Sequence[tuple[Operation, Outcome]]) -> None:
        for operation, outcome in answered:
            if NAMES[type(outcome)] == "DELIVERED":
                self.report.operations[(operation.target.row.entity, operation.name)] += 1
        order = ("UNKNOWN", "GONE", "REJECTED", "RETRYABLE", "HELD", "DELIVERED")
        outcome = min((o for _, o in answered), key=lambda o: order.index(NAMES[type(o)]))
        name, message = NAMES[type(outcome)], message_of(outcome)
        self.report.count(plan.target.row, name, message, getattr(outcome, "field", None))
        self.batches.count(plan.target.row, name, message if name in ("REJECTED", "GONE") else None)

    def delivered(self, row: Row, how: str) -> None:
        """Count a row that is delivered without a request of its own."""
        self.report.operations[(row.entity, how)] += 1
        self.report.count(row, "DELIVERED")
        self.batches.count(row, "DELIVERED")


def _uncounted(_rows: int) -> None:
    """Count no rows: they were counted when they were taken up."""


def message_of(outcome: Outcome) -> str | None:
    """Return the outcome's words, if it has any."""
    return getattr(outcome, "message", None) or getattr(outcome, "reason", None)


def _has_to_be_halved(request: Request, result: Result) -> bool:
    """True when a whole request of several rows was refused: one of them may be the poison."""
    return result.refusal is not None and len(request.plans) > 1


def _stopped_by(results: Sequence[tuple[Request, Result]]) -> DeliveryError | None:
    """Return the first reason to stop the run that came with these answers."""
    return next((result.stop for _, result in results if result.stop is not None), None)


def _outcomes(request: Request, result: Result) -> list[Outcome]:
    outcomes = result.answer.outcomes
    if len(outcomes) != len(request.intents):
        raise RuntimeError(f"{len(request.intents)} operations were sent, {len(outcomes)} answered")
    return [_attained(intent, o) for intent, o in zip(request.intents, outcomes, strict=True)]


def _word(intent: Intent, outcome: Outcome, ours: Container[tuple[str, str]], halved: bool) -> str:
    """Name an outcome in an event. An answer that came after we lost the row settles nothing: LATE."""
    if halved:
        return "BISECTED"
    return NAMES[type(outcome)] if (intent.entity, intent.key) in ours else "LATE"


def _attained(intent: Intent, outcome: Outcome) -> Outcome:
    """Nothing has to be archived that is not there any more: whoever removed it, that is what was asked."""
    return Delivered() if intent.kind is Kind.ARCHIVE and isinstance(outcome, Gone) else outcome


def _all(request: Request, outcome: Outcome) -> Answer:
    return Answer([outcome] * len(request.intents), text=message_of(outcome) or "")


def _intent(operation: Operation, request_id: str) -> Intent:
    target = operation.target
    return Intent(
        intent_id=new_id(), entity=target.row.entity, key=target.row.key, incarnation=target.incarnation,
        operation=operation.name, kind=operation.kind, fields=operation.tells, request_id=request_id,
        parent_remote_id=target.parent_remote_id,
    )  # fmt: skip


def _as_told(state: tenacity.RetryCallState) -> float:
    """Wait as the server said; without a hint 1, 2, 4 … 60 seconds."""
    error = state.outcome.exception() if state.outcome else None
    told = getattr(error, "seconds", None)
    return float(told) if told is not None else min(60.0, 2.0 ** (state.attempt_number - 1))
