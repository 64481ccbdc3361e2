"""Tells people about LWS orders what they were not told yet, from where the orders stand in the ledger.

Called after every run and by the daily schedules. The outbox remembers what was told, so that a run that dies on the
way loses no mail and sends none twice; a mail that cannot go waits there.
"""

import logging
from collections.abc import Callable, Sequence

from dagster_project.clock import Clock
from dagster_project.delivery.states import State
from dagster_project.notifications.mail import MailServer
from dagster_project.notifications.messages import Message
from dagster_project.notifications.outbox import NextDue, Outbox, Told, Trouble, once
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
        due = [signature for signature in self.outbox.due(SYSTEM, kind.topic) if signature in by_signature]
        for signature in due:
            self._put(kind, _just(by_signature[signature]), once, signature)
        return len(due)

    def _digest(self, kind: Kind, found: Sequence[Order]) -> int:
        """Tell, once a day, all these orders in one mail."""
        by_signature = {reminders.entry(kind, order).signature: order for order in found}
        self._stand(kind, [reminders.entry(kind, order) for order in found])
        if not reminders.is_digest_time(self.settings, self.clock.now()):
            return 0

        def of(told: Sequence[Told]) -> Notice:
            due = [by_signature[one.signature] for one in told if one.signature in by_signature]
            return reminders.digest(self.settings, kind, reminders.held(due), self.clock.now())

        return int(self._put(kind, of, reminders.next_morning(self.settings)))

    def _stand(self, kind: Kind, notices: Sequence[Notice]) -> None:
        troubles = [Trouble(notice.signature, notice.subject, notice.body) for notice in notices]
        self.outbox.stand(SYSTEM, kind.topic, troubles)

    def _put(
        self,
        kind: Kind,
        of: Callable[[Sequence[Told]], Notice],
        next_due: NextDue,
        signature: str | None = None,
    ) -> bool:
        """Put one mail into the outbox; without a server or a recipient the log is told. False: nothing was due."""
        logged: list[Message] = []

        def write(told: Sequence[Told], _standing: Sequence[str]) -> Message | None:
            message = compose(self.settings, of(told))
            if self.has_server and recipients(self.settings, kind):
                return message
            logged.append(message)
            return None

        told, _ = self.outbox.tell(SYSTEM, kind.topic, write, next_due, signature)
        for message in logged:
            log.warning("%s\n%s", message.subject, message.text)
        return bool(told)


def _just(notice: Notice) -> Callable[[Sequence[Told]], Notice]:
    return lambda _told: notice
