"""The client: one request at a time, at the pace the server allows, and reads that repeat themselves.

A mutation is sent exactly once here; whoever holds its intent decides about repeating it. Reading changes
nothing, so reads wait and try again by themselves, a bounded number of times.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import tenacity

from dagster_project.clock import Clock
from dagster_project.delivery.outcomes import MustWait, NoDefiniteAnswer
from dagster_project.delivery.pacing import Charge, Prices, RateBudget, parse_policy, parse_remaining
from dagster_project.monday.answers import Reply, read_reply
from dagster_project.monday.connection import Connection
from dagster_project.monday.documents import as_body
from dagster_project.monday.errors import request_error
from dagster_project.wire import HttpAnswer

COMPLEXITY, REQUESTS = "complexityMinute", "minuteRate"
READ_POINTS = 30_000.0
READ_ATTEMPTS = 6
A_MOMENT = 0.001
LONGEST_WAIT = 65.0
"""A minute's quota comes back within it; whoever has to wait longer is told, instead of waiting here."""


class MondayClient:
    """Sends documents within the server's quotas. `calls` counts every request, reads included."""

    def __init__(
        self, connection: Connection, clock: Clock, budget: RateBudget, create_points: float
    ) -> None:
        self._connection = connection
        self._clock = clock
        self.budget = budget
        self._prices = Prices(create_points)
        self._read_prices = Prices(READ_POINTS)

    @property
    def calls(self) -> int:
        """Requests made so far, reads included."""
        return self._connection.calls

    def mutate(self, body: str, idempotency_key: str, operations: Sequence[str]) -> tuple[Reply, float]:
        """Send a composed body once; return the answer and the seconds it took.

        `operations` names what the body consists of, to know its price. Raises MustWait, RequestRefused,
        AccessRefused or NoDefiniteAnswer.
        """
        return self._exchange(body, idempotency_key, self._prices, operations)

    def read(
        self, document: str, variables: Mapping[str, Any], optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return the data of a query; errors below the `optional` root fields are let pass.

        Waits and repeats as the server says. Raises what the last attempt ended in.
        """
        body = as_body(document, variables)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_repeat),
            wait=_as_told,
            stop=tenacity.stop_after_attempt(READ_ATTEMPTS),
            sleep=self._clock.sleep,
            reraise=True,
        )
        data: dict[str, Any] = retrying(self._read, body, document, tuple(optional))
        return data

    def _read(self, body: str, document: str, optional: Sequence[str]) -> dict[str, Any]:
        reply, _ = self._exchange(body, None, self._read_prices, [document])
        for error in reply.errors:
            if error.alias not in optional:
                raise request_error(error)
        return dict(reply.data)

    def _exchange(
        self, body: str, idempotency_key: str | None, prices: Prices, operations: Sequence[str]
    ) -> tuple[Reply, float]:
        charge = self._charge(prices.of(operations))
        started = self._clock.now()
        answer = self._connection.post(body, idempotency_key)
        ended = self._clock.now()
        spent: float | None = None
        try:
            reply = read_reply(answer)
            spent = _points(reply)
        except MustWait as wait:
            self.budget.close(wait.seconds or 0.0, ended)
            raise
        finally:
            self._settle(charge, answer, spent, ended)
        if spent is not None:
            prices.learn(operations, spent)
        return reply, (ended - started).total_seconds()

    def _charge(self, points: float) -> Charge:
        """Wait until the quotas allow a request of so many points, then count it."""
        costs = {COMPLEXITY: points, REQUESTS: 1.0}
        while (seconds := self.budget.wait(costs, self._clock.now())) > 0:
            if self.budget.until_tomorrow(self._clock.now()):
                message = f"today's {self.budget.daily_calls:g} calls are used up (MONDAY_DAILY_CALL_LIMIT)"
                raise MustWait(message, seconds, "DAILY_LIMIT_EXCEEDED")
            if seconds > LONGEST_WAIT:
                raise MustWait(f"the server's quota comes back in {seconds:.0f} s", seconds, "OwnPacing")
            self._clock.sleep(seconds + A_MOMENT)
        return self.budget.begin(costs, self._clock.now())

    def _settle(self, charge: Charge, answer: HttpAnswer, spent: float | None, now: dt.datetime) -> None:
        self.budget.settle(
            charge,
            {} if spent is None else {COMPLEXITY: spent},
            parse_policy(answer.headers.get("ratelimit-policy")),
            parse_remaining(answer.headers.get("ratelimit")),
            now,
        )


def _points(reply: Reply) -> float | None:
    """What the server says the request cost; a replayed answer speaks of an earlier request."""
    said = reply.data.get("complexity")
    return float(said["query"]) if isinstance(said, dict) and not reply.replayed else None


def _may_repeat(error: BaseException) -> bool:
    if isinstance(error, MustWait):
        return (error.seconds or 0.0) <= LONGEST_WAIT
    return isinstance(error, NoDefiniteAnswer)


def _as_told(state: tenacity.RetryCallState) -> float:
    """Wait as the server said; without a hint 1, 2, 4 … 30 seconds."""
    error = state.outcome.exception() if state.outcome else None
    told = getattr(error, "seconds", None)
    return float(told) if told is not None else min(30.0, 2.0 ** (state.attempt_number - 1))
