"""Executes the body of a request: calls of the adapter and SQL statements, one after the other, an outcome per row.

Called in several threads. An error of the first entry that may have done something ends the request as the kernel
knows it; a later one becomes the outcome of its own rows, and what was not reached is left to the next run.
"""

import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_project.clock import Clock
from dagster_project.delivery.destination import Answer, Intent
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    DeliveryError,
    ErrorClass,
    Held,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    Retryable,
    Unknown,
)
from dagster_project.radius.answers import Reply, first_object
from dagster_project.radius.bodies import AUTHORISE, PRICES, SQL
from dagster_project.radius.client import RadiusClient, accepted
from dagster_project.radius.payloads import COPY, NUMBER, Form
from dagster_project.radius.price_runner import PriceRunner
from dagster_project.radius.refusals import made_nothing, outcome_of, says_it_exists
from dagster_project.radius.statements import Statements

log = logging.getLogger("order_staging.radius")
READS = frozenset({"item_read"})
REPEATABLE = READS | {
    "purchase_order_update", "purchase_order_confirm", "sales_order_update", "sales_order_reference",
    "ship_request_update",
}  # fmt: skip
"""Calls that do the same when they come twice."""
LAST_START_SECONDS = 25.0
"""A request that took longer begins no further call: a request does not outlast a lease."""
Entry = Mapping[str, Any]


@dataclass
class _Progress:
    """A request under way."""

    intents: Sequence[Intent]
    began: dt.datetime
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    copied: Any = None
    kept: list[Any] = field(default_factory=list)
    touched: bool = False  # something may have been changed already
    stopped: Outcome | None = None  # why what follows is not reached
    left: Outcome = field(default=Retryable("NotSent", "an earlier call of the request was not accepted"))

    def settle(self, entry: Entry, outcomes: Sequence[Outcome]) -> None:
        """Note what became of the rows of an entry. A call that was not accepted ends the request.

        Nothing builds on a statement.
        """
        self.outcomes |= dict(zip(entry["answers"], outcomes, strict=True))
        if entry["do"] != SQL:
            self.stopped = self.stopped or next((o for o in outcomes if not isinstance(o, Delivered)), None)

    def all_of(self, entry: Entry, outcome: Outcome) -> None:
        """Note the same for all rows of an entry."""
        self.settle(entry, [outcome] * len(entry["answers"]))


class BodySender:
    """Sends bodies to one ERP."""

    def __init__(
        self, client: RadiusClient, statements: Statements, runner: PriceRunner, forms: Mapping[str, Form],
        clock: Clock,
    ) -> None:  # fmt: skip
        self._client = client
        self._statements = statements
        self._runner = runner
        self._forms = forms
        self._clock = clock

    def send(self, body: str, intents: Sequence[Intent]) -> Answer:
        """Execute a body; return an outcome per operation. Raises MustWait, NoDefiniteAnswer, AccessRefused."""
        progress = _Progress(intents, self._clock.now())
        for entry in json.loads(body):
            if self._is_reached(entry, progress):
                self._execute_safely(entry, progress)
        outcomes = [progress.outcomes.get(place, progress.left) for place in range(len(intents))]
        return Answer(outcomes, self._client.masked(json.dumps(progress.kept, ensure_ascii=False)))

    def _is_reached(self, entry: Entry, progress: _Progress) -> bool:
        """An authorisation is owed although the call before it was refused: that may leave a credit hold, too."""
        if entry["name"] == AUTHORISE and isinstance(progress.stopped, Rejected | Held):
            return not any(isinstance(parameter, dict) for parameter in entry["parameters"])
        if progress.stopped is not None:
            return False
        late = (self._clock.now() - progress.began).total_seconds() > LAST_START_SECONDS
        if late and progress.touched and entry["name"] != AUTHORISE:
            progress.stopped = progress.left = Retryable("NotSent", "the request had to end before it")
        return progress.stopped is None

    def _execute_safely(self, entry: Entry, progress: _Progress) -> None:
        """Execute an entry; once something was done, an error is only its own rows' outcome."""
        try:
            if entry["do"] == SQL:
                self._state(entry, progress)
            elif entry["do"] == PRICES:
                self._run_prices(entry, progress)
            else:
                self._call(entry, progress)
        except (MustWait, NoDefiniteAnswer, AccessRefused) as error:
            if not progress.touched:
                raise
            progress.all_of(entry, _after_a_touch(error))

    def _state(self, entry: Entry, progress: _Progress) -> None:
        parameters = [_number(one, progress) for one in entry["parameters"]]
        outcome = self._statements.run(entry["name"], entry["sql"], parameters)
        progress.kept.append({"entity": "SQL", "statement": entry["name"], "outcome": type(outcome).__name__})
        progress.touched = True
        progress.settle(entry, [_with_id(outcome, remote_id) for remote_id in entry["ids"]])

    def _run_prices(self, entry: Entry, progress: _Progress) -> None:
        run = self._runner.run(entry["say"])
        if run.warning:
            log.warning(run.warning)
        progress.kept.append({"entity": "price runner", "warning": run.warning, "raw": run.text})
        progress.settle(entry, [Delivered(remote_id) for remote_id in entry["ids"]])

    # -- calls of the adapter -----------------------------------------------------------------------

    def _call(self, entry: Entry, progress: _Progress) -> None:
        name, form = entry["name"], self._forms[entry["name"]]
        payload = _filled(entry["payload"], progress)
        if name in READS:
            self._read(entry, form, payload, progress)
            return
        reply = self._client.ask(entry["path"], entry["entity"], payload, repeatable=name in REPEATABLE)
        progress.touched = True
        progress.kept.append(reply.as_dict())
        progress.settle(entry, self._outcomes(entry, form, reply, progress))

    def _read(self, entry: Entry, form: Form, payload: Any, progress: _Progress) -> None:
        """Keep what is read for the call that copies it; without it there is nothing to be done."""
        try:
            reply = self._client.ask(entry["path"], entry["entity"], payload, repeatable=True)
        except NoDefiniteAnswer as error:  # nothing can have happened: ask again
            raise MustWait(str(error), code="NoAnswer") from None
        if reply.http >= 400 or reply.status != form.success:
            progress.kept.append(reply.as_dict())
            progress.stopped = progress.left = outcome_of(entry["name"], entry["entity"], reply)
        elif form.number is not None and reply.number(form.number) is None:
            words = f"{entry['entity']} finds nothing to copy from: {json.dumps(payload)}"
            progress.stopped = progress.left = Rejected(entry["name"], words, ErrorClass.FIX_ELSEWHERE)
        progress.copied = reply.payload

    def _outcomes(self, entry: Entry, form: Form, reply: Reply, progress: _Progress) -> list[Outcome]:
        rows = len(entry["answers"])
        if not accepted(reply, form):
            if entry["name"] == "ship_request_create" and says_it_exists(reply):
                return self._shipped_already(entry, reply, progress)
            return [outcome_of(entry["name"], entry["entity"], reply)] * rows
        if form.number is None:
            return [Delivered(remote_id) for remote_id in entry["ids"]]
        number = reply.number(form.number)
        if number is None and made_nothing(reply):
            return [Rejected(entry["name"], f"{entry['entity']} found nothing to make a job of")] * rows
        if number is None:  # accepted, and no word of what was made: the probe will see
            return [Unknown(f"{entry['entity']} tells no {form.number} of what it made")] * rows
        progress.numbers[entry["name"]] = number
        if "lines" not in entry:
            return [Delivered(remote_id or number) for remote_id in entry["ids"]]
        told = reply.line_numbers(form.line_number) if form.line_number else []
        lines = told if len(told) == len(entry["lines"]) else entry["lines"]
        return [Delivered(f"{number}/{line}") for line in lines]

    def _shipped_already(self, entry: Entry, reply: Reply, progress: _Progress) -> list[Outcome]:
        """These lines are asked for already: the number is looked up."""
        wanted = [str(progress.intents[place].fields["so2_line"]) for place in entry["answers"]]
        there = self._statements.shipped(wanted)
        return [
            Delivered(there[so2_line]) if so2_line in there else Unknown(reply.words) for so2_line in wanted
        ]


def _after_a_touch(error: DeliveryError) -> Outcome:
    if isinstance(error, NoDefiniteAnswer):
        return Unknown(str(error))
    return Retryable(getattr(error, "code", "") or type(error).__name__, str(error))


def _with_id(outcome: Outcome, remote_id: str | None) -> Outcome:
    return Delivered(remote_id) if isinstance(outcome, Delivered) else outcome


def _number(value: Any, progress: _Progress) -> Any:
    """A parameter, or the number of what an earlier call made."""
    return int(progress.numbers[value[NUMBER]]) if isinstance(value, dict) else value


def _filled(form: Any, progress: _Progress) -> Any:
    """The payload with what earlier answers brought in the place of symbols."""
    if isinstance(form, list):
        return [_filled(part, progress) for part in form]
    if not isinstance(form, dict):
        return form
    if NUMBER in form:
        return _number(form, progress)
    filled = {key: _filled(part, progress) for key, part in form.items() if key != COPY}
    if COPY not in form:
        return filled
    return {**first_object(progress.copied, form[COPY]), **filled}
