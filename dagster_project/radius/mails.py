"""Mails about LWS orders: their kinds, who gets them, and how one is written from its template.

`templates/radius_<kind>.txt.j2` has the words, once for HTML and plain text; `radius_layout` is what all look like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from dagster_project.notifications.messages import Message, words, write
from dagster_project.settings import Environment, Settings

CSR, FULFILMENT, ADMIN, EVERYBODY = "customer service", "fulfilment", "administrators", "both plants"
LONGEST_EPISODE = 100


@dataclass(frozen=True)
class Kind:
    """A kind of mail: its template, the topic of the alert behind it, and whom it concerns."""

    template: str
    topic: str
    to: str


ITEMS_TO_APPROVE = Kind("radius_items_to_approve", "items to approve", CSR)
QUANTITY_CHANGED = Kind("radius_quantity_changed", "quantity changed", CSR)
PO_BLOCKED = Kind("radius_po_blocked", "purchase order blocked", CSR)
DECREASE = Kind("radius_decrease", "decrease", FULFILMENT)
INCREASE = Kind("radius_increase", "increase", FULFILMENT)
CUSTREF = Kind("radius_custref", "reference changed", FULFILMENT)
FILM_MISMATCH = Kind("radius_film_mismatch", "film mismatch", FULFILMENT)
FAILURE = Kind("radius_failure", "failed order", ADMIN)
HOLD_REMINDER = Kind("radius_hold_reminder", "hold reminder", CSR)
HOLD_ESCALATION = Kind("radius_hold_escalation", "hold escalation", ADMIN)
HOLD_SUMMARY = Kind("radius_hold_summary", "hold summary", EVERYBODY)
KINDS = (
    ITEMS_TO_APPROVE, QUANTITY_CHANGED, PO_BLOCKED, DECREASE, INCREASE, CUSTREF, FILM_MISMATCH, FAILURE,
    HOLD_REMINDER, HOLD_ESCALATION, HOLD_SUMMARY,
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Rows for people."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""


@dataclass(frozen=True)
class Notice:
    """What somebody is to be told about an order.

    `episode` tells this time from other times at which the same could be said of the order: a hold that ends and
    comes back is told again.
    """

    kind: Kind
    about: str  # number of the plant-4 order, or what a digest is of
    episode: str
    words: Mapping[str, Any]
    details: Sequence[tuple[str, Any]] = ()
    tables: Sequence[Table] = ()
    answer: str = ""
    body: str = field(default="", compare=False)  # for those who read the table of alerts

    @property
    def signature(self) -> str:
        """What makes two of them the same."""
        return f"radius: {self.kind.topic}: {self.about}: {self.episode[:LONGEST_EPISODE]}"

    @property
    def subject(self) -> str:
        """What it is about, for lists."""
        return f"{self.kind.topic}: {self.about}"


def recipients(settings: Settings, kind: Kind) -> Sequence[str]:
    """Return who gets a kind of mail; where nobody is named, those who get alerts."""
    named = {
        CSR: settings.csr_emails,
        FULFILMENT: settings.fulfillment_emails,
        ADMIN: settings.admin_emails,
        EVERYBODY: [*settings.fulfillment_emails, *settings.starpak_emails],
    }[kind.to]
    return list(dict.fromkeys(named)) or settings.alert_email


def compose(settings: Settings, notice: Notice) -> Message:
    """Write the mail. Subjects are the ones people have filters for; outside LIVE the environment stands before."""
    said = words(notice.kind.template, notice.words)
    where = "" if settings.env is Environment.LIVE else f"[{settings.env}] "
    content = {
        "title": said["title"],
        "intro": _lines(said["intro"]),
        "details": [(label, value) for label, value in notice.details if value not in ("", None)],
        "tables": [table for table in notice.tables if table.rows],
        "next_steps": _lines(said["next_steps"]),
        "answer": notice.answer,
        "footer": _footer(notice),
    }
    return write("radius_layout", where + said["subject"], recipients(settings, notice.kind), content)


def _footer(notice: Notice) -> str:
    look = (
        f"order-staging radius order {notice.about}"
        if notice.about.isdecimal()
        else "order-staging radius holds"
    )
    return f"LWS workflow of order-staging. For more: {look}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def figure(value: Any) -> str:
    """Return a quantity as people read it: 550050.000 → 550,050."""
    if value is None:
        return "-"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    said = f"{number:,f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
