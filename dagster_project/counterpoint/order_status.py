"""The shop as a destination: a private note with the document of an order, and `completed` once it is shipped.

A note adds again when it is repeated, so it carries a mark that is looked for among the order's notes before it
is sent. A status is only changed where that is a step forward: entering `completed` mails the customer, so an
order that is completed stays as it is, and one that the shop cancelled or refunded is left to a person.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from dagster_project.clock import Clock
from dagster_project.counterpoint.client import BATCH_LIMIT, WooClient, note_call
from dagster_project.counterpoint.entities import entities_of
from dagster_project.counterpoint.payloads import (
    NOTE,
    STATUS,
    batch_outcomes,
    marker_of,
    note_text,
    status_entry,
)
from dagster_project.delivery.destination import (
    Absent,
    Answer,
    Change,
    Entity,
    Fields,
    Found,
    Intent,
    Kind,
    Operation,
    Preflight,
    Probe,
    RemoteObject,
    Row,
    Target,
)
from dagster_project.delivery.mapping import Mapping as EntityMapping
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.outcomes import (
    Delivered,
    DeliveryError,
    ErrorClass,
    Gone,
    Held,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    PreflightFailed,
    Rejected,
    RequestRefused,
    Retryable,
    Unknown,
)
from dagster_project.settings import Settings

ORDER_STATUSES = "order_statuses"
NOTED = ("WOO_ORDER_ID", "DOC_ID", "TKT_NO")
"""What the note says; when it changes, another note is due."""
FORWARD = frozenset({"pending", "on-hold", "processing"})
"""Statuses that an order may be completed from."""
LONGEST_SECONDS = 60.0
"""A request ends after this: whoever was not reached is sent next time, while the lease still holds."""
NOT_SENT = Retryable("NotSent", "the request had to end before this order was reached")


class WooStatusDestination:
    """Tells the shop what became of its orders."""

    lanes = 1

    def __init__(
        self, settings: Settings, client: WooClient, clock: Clock, mappings: Sequence[EntityMapping]
    ) -> None:
        self.client = client
        self.clock = clock
        self.quiet_seconds = settings.woo_quiet_seconds
        self._size = min(BATCH_LIMIT, settings.counterpoint_orders_per_request)
        # orders are the shop's own: there is nothing of ours to count, and reading all of them costs ever more
        self.entities: Sequence[Entity] = [
            dataclasses.replace(entity, listed=False) for entity in entities_of(mappings, ORDER_STATUSES)
        ]

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> "WooStatusDestination":
        """Build a destination with its client; makes no call. Raises MappingError."""
        return cls(settings, WooClient.from_settings(settings, clock), clock, load_all("counterpoint"))

    @property
    def calls(self) -> int:
        """Requests made so far, reads included."""
        return self.client.calls

    # -- before anything is sent --------------------------------------------------------------------

    def preflight(self) -> Preflight:
        """Check that the shop answers and the key may read."""
        try:
            self.client.orders(ids=[1])
        except RequestRefused as error:
            raise PreflightFailed(f"the shop does not list its orders: {error}") from None
        return Preflight("wc/v3")

    def prerequisites(self, rows: Iterable[Row]) -> Sequence[Row]:  # noqa: ARG002
        """Nothing is made for others' sake."""
        return ()

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:  # noqa: ARG002
        """Nothing is looked up before it is sent; sending looks."""
        return {}

    def may_send(self, target: Target) -> Held | Rejected | None:  # noqa: ARG002
        """Everything may be asked; the shop knows the order's status."""
        return None

    # -- sending ------------------------------------------------------------------------------------

    def operations(self, target: Target) -> Sequence[Operation]:
        """A note when there is a document to tell of, a status when one is wanted."""
        row, values = target.row, target.row.values
        if row.change is Change.REMOVED:
            return ()
        planned = []
        if target.remote_id is None or set(NOTED) & target.resend:
            told = {name: values.get(name) for name in NOTED}
            planned.append(Operation(target, NOTE, Kind.APPEND, told, note_text(values)))
        if values.get("STATUS") and (target.remote_id is None or "STATUS" in target.resend):
            planned.append(
                Operation(target, STATUS, Kind.SET, {"STATUS": values["STATUS"]}, values["STATUS"])
            )
        return planned

    def request_size(self, entity: str) -> int:  # noqa: ARG002
        """How many notes and statuses one request carries: the shop takes 100 orders in a batch."""
        return self._size

    def compose(self, operations: Sequence[Operation]) -> str:
        """Return the exact body: a list of notes and statuses by order."""
        return json.dumps(
            [{"do": o.name, "order": int(o.target.row.key), "what": o.payload} for o in operations],
            ensure_ascii=False,
        )

    def send(self, body: str, idempotency_key: str, intents: Sequence[Intent]) -> Answer:  # noqa: ARG002
        """Add the notes one by one, then change the statuses in one call; an outcome per entry, in order."""
        asked: list[dict[str, Any]] = json.loads(body)
        outcomes: list[Outcome] = [NOT_SENT] * len(asked)
        notes = [n for n, said in enumerate(asked) if said["do"] == NOTE]
        statuses = [n for n, said in enumerate(asked) if said["do"] == STATUS]
        try:
            self._notes(asked, notes, outcomes)
            self._statuses(asked, statuses, outcomes)
        except MustWait as wait:
            if all(outcome is NOT_SENT for outcome in outcomes):
                raise  # nothing was done: the same request may be repeated
            waiting = Retryable(wait.code, str(wait))
            outcomes = [waiting if outcome is NOT_SENT else outcome for outcome in outcomes]
        return Answer(outcomes, json.dumps([type(outcome).__name__ for outcome in outcomes]))

    def _notes(
        self, asked: Sequence[Mapping[str, Any]], places: Sequence[int], outcomes: list[Outcome]
    ) -> None:
        deadline = self.clock.now() + dt.timedelta(seconds=LONGEST_SECONDS)
        for place in places:
            if self.clock.now() > deadline:
                return
            outcomes[place] = self._note(asked[place]["order"], asked[place]["what"])

    def _note(self, order: int, text: str) -> Outcome:
        try:
            if self._has_note(order, marker_of(text)):
                return Delivered(str(order))
        except (NoDefiniteAnswer, RequestRefused) as error:
            return _before_a_call(error)
        try:
            self.client.write("POST", *note_call(order, text))
        except NoDefiniteAnswer as error:
            return Unknown(str(error))
        except RequestRefused as error:
            return _refused(error)
        return Delivered(str(order))

    def _has_note(self, order: int, marker: str) -> bool:
        return any(marker in str(note.get("note", "")) for note in self.client.notes(order))

    def _statuses(
        self, asked: Sequence[Mapping[str, Any]], places: Sequence[int], outcomes: list[Outcome]
    ) -> None:
        """Look first, then change only what is a step forward."""
        if not places:
            return
        try:
            there = self._current([asked[place]["order"] for place in places])
        except NoDefiniteAnswer as error:
            for place in places:
                outcomes[place] = _before_a_call(error)
            return
        due: list[int] = []
        for place in places:
            order, wanted = asked[place]["order"], asked[place]["what"]
            known = _without_change(order, there.get(order), wanted)
            if known is None:
                due.append(place)
            else:
                outcomes[place] = known
        if due:
            entries = [status_entry(asked[place]["order"], asked[place]["what"]) for place in due]
            for place, outcome in zip(due, self._change(entries), strict=True):
                outcomes[place] = outcome

    def _change(self, entries: Sequence[Mapping[str, Any]]) -> Sequence[Outcome]:
        try:
            answer = self.client.update(entries)
        except NoDefiniteAnswer as error:
            return [Unknown(str(error))] * len(entries)
        except RequestRefused as error:
            return [_refused(error)] * len(entries)
        return batch_outcomes(answer.content, entries)

    def _current(self, orders: Sequence[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for start in range(0, len(orders), BATCH_LIMIT):
            some = self.client.orders(ids=orders[start : start + BATCH_LIMIT])
            found |= {int(order["id"]): str(order.get("status")) for order in some}
        return found

    # -- reading ------------------------------------------------------------------------------------

    def probe(self, intents: Sequence[Intent]) -> Mapping[str, Probe]:
        """Look for the marks of unanswered notes among the notes of their orders."""
        probes: dict[str, Probe] = {}
        for intent in intents:
            marker = marker_of(note_text(intent.fields))
            try:
                there = self._has_note(int(intent.key), marker)
            except RequestRefused:
                there = False  # the order itself is not there any more
            probes[intent.intent_id] = Found((intent.key,)) if there else Absent()
        return probes

    def read_back(self, entity: str, remote_ids: Sequence[str]) -> Mapping[str, RemoteObject | None]:  # noqa: ARG002
        """Read the orders' statuses, a hundred per call; notes are not read again."""
        current = self._current([int(remote_id) for remote_id in remote_ids])
        return {
            remote_id: _object(int(remote_id), current[int(remote_id)]) if int(remote_id) in current else None
            for remote_id in remote_ids
        }

    def listing(self, entity: str) -> Iterator[RemoteObject]:  # noqa: ARG002
        """Yield nothing: an order is the shop's own, so none of them can be one of ours made twice or lost."""
        yield from ()

    def differences(self, entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:  # noqa: ARG002
        """Compare the status where one was told."""
        wanted = told.get("STATUS")
        return {"STATUS": (wanted, found["STATUS"])} if wanted and found["STATUS"] != wanted else {}

    def overwrites(self, entity: str, name: str) -> bool:  # noqa: ARG002
        """Never: a person who changed an order in the shop had a reason."""
        return False


def shop_of(settings: Settings) -> str:
    """Return what names the shop in the ledger's keys: its host, and its path where a host has several.

    The port says how it is reached, not which it is; the sandbox takes another one at every start.
    """
    parts = urlsplit(settings.woo_base_url)
    return f"{parts.hostname}{parts.path.rstrip('/')}" if parts.hostname else settings.woo_base_url


def _without_change(order: int, current: str | None, wanted: str) -> Outcome | None:
    if current is None or current == "trash":
        return Gone(f"order {order} is not in the shop any more")
    if current == wanted:
        return Delivered(str(order))
    if current not in FORWARD:
        return Rejected(
            "NotForward",
            f"order {order} is {current} in the shop, so it was not made {wanted}: decide there",
            ErrorClass.FIX_ELSEWHERE,
            "STATUS",
        )
    return None


def _object(order: int, status: str) -> RemoteObject:
    return RemoteObject(ORDER_STATUSES, str(order), {"STATUS": status}, str(order), created_by_us=False)


def _before_a_call(error: DeliveryError) -> Outcome:
    """Nothing was sent yet, so nothing is in doubt."""
    return _refused(error) if isinstance(error, RequestRefused) else Retryable("NoAnswer", str(error))


def _refused(error: RequestRefused) -> Outcome:
    if error.error_class is ErrorClass.FIX_ELSEWHERE:
        return Gone(str(error))
    return Rejected(error.code, str(error), error.error_class)
