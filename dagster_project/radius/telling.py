"""Tells people about LWS orders what they were not told yet, from where the orders stand in the ledger.

Called after every run and by the daily schedules. The outbox remembers what was told, so that a run that dies on the
way loses no mail and sends none twice; a mail that cannot go waits there.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from dagster_project.clock import Clock
from dagster_project.delivery.states import State
from dagster_project.notifications.mail import MailServer
from dagster_project.notifications.messages import Message
from dagster_project.notifications.outbox import Outbox, Told, Trouble
from dagster_project.radius import mails, reminders
from dagster_project.radius.failures import failure_in_full, notices_of_failures
from dagster_project.radius.mail_contents import hold_in_full, notices_of_holds
from dagster_project.radius.mails import Kind, Notice, compose, recipients
from dagster_project.radius.reference_changes import notices_of_references, reference_in_full
from dagster_project.radius.standing import Order, filled, orders, standing
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

SYSTEM = "radius"
log = logging.getLogger("order_staging.radius.mails")
AT_ONCE = (
    mails.ITEMS_TO_APPROVE, mails.QUANTITY_CHANGED, mails.PO_BLOCKED, mails.DECREASE, mails.INCREASE,
    mails.FILM_MISMATCH, mails.CUSTREF, mails.FAILURE,
)  # fmt: skip
_COMPLETE = {mails.CUSTREF: reference_in_full, mails.FAILURE: failure_in_full}
"""What adds to a notice all that its mail says, for kinds that are not about a hold."""


class Teller:
    """Puts what is due into the outbox of the warehouse."""

    def __init__(self, settings: Settings, warehouse: Warehouse, clock: Clock, instance: str) -> None:
        self.settings = settings
        self.warehouse = warehouse
        self.clock = clock
        self.instance = instance
        self.outbox = Outbox(warehouse, clock)
        self.has_server = MailServer.of(settings) is not None

    def tell(self) -> int:
        """Write every mail that is due; return how many there are.

        What is written in a mail is read for those only that are due: most of what stands was told by an earlier run.
        """
        now = self.clock.now()
        with self.warehouse.begin() as connection:
            waiting = standing(connection, self.instance, (State.HELD, State.REJECTED, State.RETRY))
            found = [
                *notices_of_holds(waiting),
                *notices_of_references(connection, self.instance, now),
                *notices_of_failures(connection, self.instance, waiting),
            ]
        reminded, raised = reminders.to_recall(self.settings, waiting, now)
        recalled = {mails.HOLD_REMINDER: reminded, mails.HOLD_ESCALATION: raised}
        entries = [reminders.entry(kind, order) for kind, some in recalled.items() for order in some]
        evening = reminders.evening(self.settings, waiting, now)
        due = self._due([*found, *entries, *([evening] if evening else [])])
        news = self._in_full([one for one in found if one.signature in due])
        told = sum(self._told(kind, [one for one in news if one.kind is kind]) for kind in AT_ONCE)
        told += sum(self._digest(kind, some, due) for kind, some in recalled.items())
        if evening and evening.signature in due:
            told += self._told(mails.HOLD_SUMMARY, [self._summary(evening, waiting, now)])
        return told

    def _due(self, notices: Sequence[Notice]) -> set[str]:
        """Write down what there is to tell of every kind, others are over; return the signatures of what is due."""
        troubles: dict[str, list[Trouble]] = {kind.topic: [] for kind in mails.KINDS}
        for one in notices:
            troubles[one.kind.topic].append(Trouble(one.signature, one.subject, one.body))
        return self.outbox.stand_all(SYSTEM, troubles)

    def _told(self, kind: Kind, notices: Sequence[Notice]) -> int:
        """Tell each notice of a kind in a mail of its own, unless somebody else just did."""
        if not notices:
            return 0
        by_signature = {notice.signature: notice for notice in notices}
        with self._written(kind) as written:
            told = self.outbox.tell_each(
                SYSTEM, kind.topic, lambda one: written(by_signature[one.signature]), by_signature
            )
        return len(told)

    def _in_full(self, notices: Sequence[Notice]) -> list[Notice]:
        """Return notices with all that is said in their mails."""
        if not notices:
            return []
        with self.warehouse.begin() as connection:
            known = orders(connection, self.instance, {one.about for one in notices})
        by_number = {order.number: order for order in known}
        return [
            _COMPLETE.get(one.kind, hold_in_full)(one, by_number[one.about])
            for one in notices
            if one.about in by_number
        ]

    def _summary(self, evening: Notice, waiting: Sequence[Order], now: dt.datetime) -> Notice:
        known = self._filled(reminders.waits_with_a_change(waiting))
        return reminders.summary_in_full(self.settings, evening, known, now)

    def _filled(self, found: Sequence[Order]) -> list[Order]:
        with self.warehouse.begin() as connection:
            return filled(connection, self.instance, found)

    def _digest(self, kind: Kind, found: Sequence[Order], due: Collection[str]) -> int:
        """Tell, once a day, all these orders in one mail."""
        if not reminders.is_digest_time(self.settings, self.clock.now()):
            return 0
        wanted = [order for order in found if reminders.entry(kind, order).signature in due]
        if not wanted:
            return 0
        by_signature = {reminders.entry(kind, order).signature: order for order in self._filled(wanted)}

        def of(told: Sequence[Told], _standing: Sequence[str]) -> Message | None:
            due = [by_signature[one.signature] for one in told if one.signature in by_signature]
            return written(reminders.digest(self.settings, kind, reminders.held(due), self.clock.now()))

        with self._written(kind) as written:
            told, _ = self.outbox.tell(SYSTEM, kind.topic, of, reminders.next_morning(self.settings))
        return int(bool(told))

    @contextmanager
    def _written(self, kind: Kind) -> Iterator[Callable[[Notice], Message | None]]:
        """Yield what writes the mails of a kind; those that lack a server or a recipient go to the log at the end."""
        logged: list[Message] = []
        goes = self.has_server and bool(recipients(self.settings, kind))

        def write(notice: Notice) -> Message | None:
            message = compose(self.settings, notice)
            if not goes:
                logged.append(message)
            return message if goes else None

        yield write
        for message in logged:
            log.warning("%s\n%s", message.subject, message.text)
