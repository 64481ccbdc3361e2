"""What of a system is worth an alert, and who carries it: mail when a server and recipients are set, else the log.

Telling never breaks what it tells about: a mail that cannot go waits in the outbox for the next run.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dagster_project.clock import Clock
from dagster_project.health import Finding, Level
from dagster_project.notifications.mail import MailServer
from dagster_project.notifications.messages import Message, write
from dagster_project.notifications.outbox import NextDue, Outbox, Told, Trouble, once
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

log = logging.getLogger("order_staging.alerts")
HEALTH, FAILED_RUN, FAILED_ORDERS = "health", "failed run", "failed orders"
LONGEST_SIGNATURE = 200


@dataclass(frozen=True)
class Alert:
    """Something a person should hear about."""

    system: str
    topic: str
    subject: str  # with system and topic, what makes two alerts the same trouble
    body: str = ""

    @property
    def signature(self) -> str:
        """What makes two alerts the same trouble."""
        said = f"{self.system}: {self.topic}: {self.subject}"
        if len(said) <= LONGEST_SIGNATURE:
            return said
        return f"{said[: LONGEST_SIGNATURE - 33]} {hashlib.sha256(said.encode()).hexdigest()[:32]}"


class Alerts:
    """Tells people about the troubles of one pipeline."""

    def __init__(self, settings: Settings, warehouse: Warehouse, clock: Clock, system: str) -> None:
        self.settings = settings
        self.system = system
        self.server = MailServer.of(settings)
        self.outbox = Outbox(warehouse, clock)

    def stand(
        self, topic: str, alerts: Sequence[Alert], *, only: bool = True, next_due: NextDue = once
    ) -> list[Told]:
        """Tell what of these was not told yet; with `only` every other alert of the topic is over.

        Returns what was told now. Call `send` afterwards.
        """
        troubles = [Trouble(one.signature, one.subject, one.body) for one in alerts]
        self.outbox.stand(self.system, topic, troubles, only=only)
        told, _ = self.outbox.tell(self.system, topic, lambda *said: self._mail(topic, *said), next_due)
        if not self._mailed:
            for one in told:
                log.error("%s: %s: %s\n%s", self.system, topic, one.subject, one.body)
        return told

    def send(self) -> list[str]:
        """Hand waiting mails over, of every pipeline; return what went wrong. Never raises for a mail server."""
        problems = self.outbox.send(self.server) if self.server else []
        for problem in problems:
            log.warning("%s", problem)
        return problems

    @property
    def _mailed(self) -> bool:
        return self.server is not None and bool(self.settings.alert_email)

    def _mail(self, topic: str, told: Sequence[Told], standing: Sequence[str]) -> Message | None:
        if not self._mailed:
            return None
        what = told[0].subject if len(told) == 1 else f"{len(told)} alerts, {told[0].subject}"
        return write(
            "alerts", f"[{self.settings.env}] {self.system}: {topic}: {what}", self.settings.alert_email,
            {
                "alerts": [
                    {"subject": t.subject, "body": t.body, "since": self._site(t.since), "told": t.told}
                    for t in told
                ],
                "standing": standing,
                "foot": f"order-staging health {self.system}",
            },
        )  # fmt: skip

    def _site(self, moment: dt.datetime) -> str:
        """Return a stored time as the people there read it."""
        zone = ZoneInfo(self.settings.site_time_zone)
        return f"{moment.replace(tzinfo=dt.UTC).astimezone(zone):%Y-%m-%d %H:%M %Z}"


def critical(system: str, found: Sequence[Finding]) -> list[Alert]:
    """Return one alert for each critical finding: the same check is the same trouble, whatever its figures."""
    return [
        Alert(system, HEALTH, one.check, "\n".join(filter(None, (one.found, one.next_step))))
        for one in found
        if one.level is Level.CRITICAL
    ]
