"""Tells people about LWS orders what they were not told yet, from where the orders stand in the ledger.

Called after every run and by the daily schedules. The outbox remembers what was told, so that a run that dies on the
way loses no mail and sends none twice; a mail that cannot go waits there.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from dagster_project.clock import Clock
from dagster_project.delivery.states import State
from dagster_project.notifications.mail import MailServer
from dagster_project.notifications.messages import Message
from dagster_project.notifications.outbox import Outbox, Told, Trouble
from dagster_project.radius import mails, reminders
from dagster_project.radius.failures import notices_of_failures
from dagster_project.radius.mail_contents import notices_of_holds
from dagster_project.radius.mails import Kind, Notice, compose, recipients
from dagster_project.radius.reference_changes import notices_of_references
from dagster_project.radius.standing import Order, orders
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

SYSTEM = "radius"
log = logging.getLogger("order_staging.radius.mails")
AT_ONCE = (
    mails.ITEMS_TO_APPROVE, mails.QUANTITY_CHANGED, mails.PO_BLOCKED, mails.DECREASE, mails.INCREASE,
    mails.FILM_MISMATCH, mails.CUSTREF, mails.FAILURE,
)  # fmt: skip


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
        """Write every mail that is due; return how many there are."""
        now = self.clock.now()
        with self.warehouse.begin() as connection:
            standing = orders(connection, self.instance, (State.HELD, State.REJECTED, State.RETRY))
            found = [
                *notices_of_holds(standing),
                *notices_of_references(connection, self.instance, now),
                *notices_of_failures(connection, self.instance, standing),
            ]
        told = sum(self._each(kind, [one for one in found if one.kind is kind]) for kind in AT_ONCE)
        reminded, raised = reminders.to_recall(self.settings, standing, now)
        told += self._digest(mails.HOLD_REMINDER, reminded)
        told += self._digest(mails.HOLD_ESCALATION, raised)
        evening = reminders.summary(self.settings, standing, now)
        return told + self._each(mails.HOLD_SUMMARY, [evening] if evening else [])

    def _each(self, kind: Kind, notices: Sequence[Notice]) -> int:
        """Tell each notice that was not told yet in a mail of its own; others of the kind are over."""
        by_signature = {notice.signature: notice for notice in notices}
        self._stand(kind, notices)
        with self._written(kind) as written:
            told = self.outbox.tell_each(
                SYSTEM, kind.topic, lambda one: written(by_signature[one.signature]), by_signature
            )
        return len(told)

    def _digest(self, kind: Kind, found: Sequence[Order]) -> int:
        """Tell, once a day, all these orders in one mail."""
        by_signature = {reminders.entry(kind, order).signature: order for order in found}
        self._stand(kind, [reminders.entry(kind, order) for order in found])
        if not reminders.is_digest_time(self.settings, self.clock.now()):
            return 0

        def of(told: Sequence[Told], _standing: Sequence[str]) -> Message | None:
            due = [by_signature[one.signature] for one in told if one.signature in by_signature]
            return written(reminders.digest(self.settings, kind, reminders.held(due), self.clock.now()))

        with self._written(kind) as written:
            told, _ = self.outbox.tell(SYSTEM, kind.topic, of, reminders.next_morning(self.settings))
        return int(bool(told))

    def _stand(self, kind: Kind, notices: Sequence[Notice]) -> None:
        troubles = [Trouble(notice.signature, notice.subject, notice.body) for notice in notices]
        self.outbox.stand(SYSTEM, kind.topic, troubles)

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
