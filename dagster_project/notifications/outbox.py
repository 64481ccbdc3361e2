"""Which troubles stand, who was told of them, and the mails that still have to go.

A trouble is told once while it lasts, by its signature, and again when it comes back. Telling and writing the
mail is one transaction, sending is another: what was told stands in the outbox until a mail server took it.
`due_at` is when a trouble is told next; reminders are nothing but a later one.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock, new_id
from dagster_project.notifications.mail import MailServer, NotTaken, Session
from dagster_project.notifications.messages import Message
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse

WAITING, SENT = "WAITING", "SENT"
AGAIN_AFTER = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class Trouble:
    """Something that lasts and that a person should hear of."""

    signature: str  # what makes two of them the same; at most 200 characters
    subject: str
    body: str = ""


@dataclass(frozen=True)
class Told:
    """A trouble that is due to be told now."""

    signature: str
    subject: str
    body: str
    since: dt.datetime
    told: int  # how often, this time included


Compose = Callable[[Sequence[Told], Sequence[str]], Message | None]
"""Writes what is due, beside the subjects of what still stands; None: nobody gets mail."""
ComposeOne = Callable[[Told], Message | None]
"""Writes a mail about one trouble; None: nobody gets it."""
NextDue = Callable[[Told, dt.datetime], dt.datetime | None]
"""When a trouble that was just told is told again; None: not while it lasts."""


def once(_told: Told, _now: dt.datetime) -> None:
    """Remind nobody."""


class Outbox:
    """Alerts and mails of the warehouse."""

    def __init__(self, warehouse: Warehouse, clock: Clock) -> None:
        self.warehouse = warehouse
        self.clock = clock

    def stand(self, system: str, topic: str, troubles: Sequence[Trouble], *, only: bool = True) -> None:
        """Write down which troubles of a topic there are now; with `only` all others of it are over."""
        self.stand_all(system, {topic: troubles}, only=only)

    def stand_all(
        self, system: str, troubles: Mapping[str, Sequence[Trouble]], *, only: bool = True
    ) -> set[str]:
        """Do the same for several topics; return the signatures that are due to be told.

        What stands already as it is said is not written again: most troubles last for many runs.
        """
        now, alert = self.clock.now(), tables.alert
        wanted = {one.signature: (topic, one) for topic, some in troubles.items() for one in some}
        with self.warehouse.begin() as connection:
            standing = {
                row.signature: row
                for row in connection.execute(
                    sa.select(alert.c.signature, alert.c.body, alert.c.due_at).where(
                        alert.c.system == system,
                        alert.c.topic.in_(sorted(troubles)),
                        alert.c.over_at.is_(None),
                    )
                )
            }
            self._write_down(
                connection, system, now,
                {
                    signature: (topic, one)
                    for signature, (topic, one) in wanted.items()
                    if signature not in standing or (standing[signature].body or "") != one.body
                },
            )  # fmt: skip
            if only:
                self._end(connection, now, standing.keys() - wanted.keys())
        due = {signature for signature, row in standing.items() if row.due_at and row.due_at <= now}
        return (wanted.keys() - standing.keys()) | (due & wanted.keys() if only else due)

    def _write_down(
        self, connection: Connection, system: str, now: dt.datetime, news: Mapping[str, tuple[str, Trouble]]
    ) -> None:
        """Write troubles that are new, are back, or say something else."""
        alert = tables.alert
        fresh = [
            {
                "signature": signature, "system": system, "topic": topic, "subject": one.subject[:400],
                "body": one.body, "since": now, "due_at": now, "told": 0,
            }
            for signature, (topic, one) in news.items()
        ]  # fmt: skip
        if not fresh:
            return
        new = rows.insert_absent(connection, alert, ("signature",), fresh)
        old = [row for row in fresh if (row["signature"],) not in new]
        if old:
            rows.update(connection, alert, ("signature",), old, when="t.over_at is not null")
            back = [{"signature": row["signature"], "over_at": None, "body": row["body"]} for row in old]
            rows.update(connection, alert, ("signature",), back)

    def _end(self, connection: Connection, now: dt.datetime, signatures: Collection[str]) -> None:
        over = [{"signature": signature, "over_at": now, "due_at": None} for signature in sorted(signatures)]
        if over:
            rows.update(connection, tables.alert, ("signature",), over)

    def tell(
        self, system: str, topic: str, compose: Compose, next_due: NextDue = once
    ) -> tuple[list[Told], str | None]:
        """Take what is due of a topic, so that nobody else tells it, and put the mail about it into the box.

        Returns what was taken and the mail's id; nobody gets a mail when `compose` returns None.
        """
        alert, mail_id = tables.alert, new_id()
        with self.warehouse.begin() as connection:
            due = self._due(connection, system, topic)
            told = self._take(connection, due, {row.signature: mail_id for row in due})
            if not told:
                return [], None
            self._remind(connection, told, next_due, self.clock.now())
            others = connection.execute(
                sa.select(alert.c.subject)
                .where(
                    _standing(system, topic), sa.or_(alert.c.mail_id.is_(None), alert.c.mail_id != mail_id)
                )
                .order_by(alert.c.since, alert.c.signature)
            )
            message = compose(told, [row.subject for row in others])
            if message is None:
                return told, None
            self._put(connection, system, {mail_id: message})
        return told, mail_id

    def tell_each(
        self, system: str, topic: str, compose: ComposeOne, signatures: Collection[str]
    ) -> list[Told]:
        """Take what is due of these troubles, as `tell` does, and put a mail about each into the box.

        Returns what was taken, the oldest first. Nobody is reminded, and nobody gets a mail of what `compose`
        returns None for.
        """
        with self.warehouse.begin() as connection:
            due = [row for row in self._due(connection, system, topic) if row.signature in signatures]
            mail_ids = {row.signature: new_id() for row in due}
            told = self._take(connection, due, mail_ids)
            written = {mail_ids[one.signature]: compose(one) for one in told}
            self._put(connection, system, {name: mail for name, mail in written.items() if mail is not None})
        return told

    def _due(self, connection: Connection, system: str, topic: str) -> Sequence[sa.Row[Any]]:
        """Return what is due of a topic, the oldest first."""
        alert = tables.alert
        return connection.execute(
            sa.select(alert)
            .where(_standing(system, topic), alert.c.due_at <= self.clock.now())
            .order_by(alert.c.since, alert.c.signature)
        ).fetchall()

    def _take(
        self, connection: Connection, due: Sequence[sa.Row[Any]], mail_ids: Mapping[str, str]
    ) -> list[Told]:
        """Write down which mail tells each; return those that nobody else took meanwhile."""
        change = [
            {
                "signature": row.signature, "expected_told": row.told, "told": row.told + 1,
                "mail_id": mail_ids[row.signature], "due_at": None,
            }
            for row in due
        ]  # fmt: skip
        taken = rows.compare_and_swap(
            connection, tables.alert, ("signature",), change, matching=("told",), when="t.due_at is not null"
        )
        return [
            Told(row.signature, row.subject, row.body or "", row.since, row.told + 1)
            for row in due
            if (row.signature,) in taken
        ]

    def _remind(
        self, connection: Connection, told: Sequence[Told], next_due: NextDue, now: dt.datetime
    ) -> None:
        later = [
            {"signature": one.signature, "due_at": due}
            for one in told
            if (due := next_due(one, now)) is not None
        ]
        if later:
            rows.update(connection, tables.alert, ("signature",), later)

    def _put(self, connection: Connection, system: str, messages: Mapping[str, Message]) -> None:
        """Write mails by id, to be sent from now on."""
        now = self.clock.now()
        rows.insert(
            connection, tables.mail_outbox,
            [
                {
                    "mail_id": mail_id, "system": system, "state": WAITING,
                    "recipients": json.dumps(message.recipients), "subject": message.subject,
                    "text": message.text, "html": message.html, "attempts": 0, "created_at": now,
                    "next_attempt": now,
                }
                for mail_id, message in messages.items()
            ],
        )  # fmt: skip

    def send(self, server: MailServer) -> list[str]:
        """Hand every waiting mail to the server; return what went wrong, in sentences.

        A mail is taken before it is sent and left alone for a minute, so that two processes do not both send
        it. Nothing is given up: a mail waits until a server takes it.
        """
        waiting = self._waiting()
        if not waiting:
            return []
        problems: list[str] = []
        try:
            with server.session() as session:
                problems.extend(
                    problem
                    for row in waiting
                    if self._claim(row) and (problem := self._hand_over(session, row))
                )
        except NotTaken as error:
            self._note([row.mail_id for row in waiting], str(error))
            problems.append(f"mail waits: {error}")
        return problems

    def _hand_over(self, session: Session, row: sa.Row[Any]) -> str:
        """Send one mail; return what is wrong with this one, or nothing. Raises NotTaken: wrong with all."""
        try:
            refused = session.send(row.mail_id, _message(row))
        except NotTaken as error:
            if error.server_is_gone:
                raise
            self._note([row.mail_id], str(error), next_attempt=self.clock.now())  # surely not taken
            return f"mail waits: {row.subject}: {error}"
        self._sent(row, refused)
        return f"{row.subject}: {refused}" if refused else ""

    def _waiting(self) -> list[sa.Row[Any]]:
        box = tables.mail_outbox
        with self.warehouse.begin() as connection:
            return list(
                connection.execute(
                    sa.select(box)
                    .where(box.c.state == WAITING, box.c.next_attempt <= self.clock.now())
                    .order_by(box.c.mail_id)
                ).fetchall()
            )

    def _claim(self, row: sa.Row[Any]) -> bool:
        mine = {
            "mail_id": row.mail_id, "expected_attempts": row.attempts, "attempts": row.attempts + 1,
            "next_attempt": self.clock.now() + AGAIN_AFTER,
        }  # fmt: skip
        with self.warehouse.begin() as connection:
            return bool(
                rows.compare_and_swap(
                    connection, tables.mail_outbox, ("mail_id",), [mine], matching=("attempts",),
                    when=f"t.state = '{WAITING}'",
                )
            )  # fmt: skip

    def _sent(self, row: sa.Row[Any], refused: str) -> None:
        change = {
            "mail_id": row.mail_id, "state": SENT, "sent_at": self.clock.now(), "last_error": refused or None,
        }  # fmt: skip
        with self.warehouse.begin() as connection:
            rows.update(connection, tables.mail_outbox, ("mail_id",), [change])

    def _note(self, mail_ids: Sequence[str], problem: str, **changes: Any) -> None:
        box = tables.mail_outbox
        with self.warehouse.begin() as connection:
            connection.execute(
                sa.update(box)
                .where(box.c.state == WAITING, box.c.mail_id.in_(mail_ids))
                .values(last_error=problem, **changes)
            )


def _standing(system: str, topic: str) -> sa.ColumnElement[bool]:
    alert = tables.alert
    return sa.and_(alert.c.system == system, alert.c.topic == topic, alert.c.over_at.is_(None))


def _message(row: sa.Row[Any]) -> Message:
    return Message(row.subject, tuple(json.loads(row.recipients)), row.text, row.html)
