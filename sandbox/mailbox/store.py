"""The SQLite file that keeps received mails."""

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

_TABLE = """
create table if not exists mail (
    id integer primary key, at text not null, sender text not null, recipients text not null, raw blob not null
)
"""


@dataclass(frozen=True)
class Mail:
    id: int
    at: str
    """When it arrived, UTC."""
    sender: str
    """Of the envelope, as the recipients."""
    recipients: list[str]
    subject: str
    text: str
    """The plain text; that of the HTML part when there is no other."""
    html: str
    headers: dict[str, str]

    def told(self) -> dict[str, Any]:
        return asdict(self)


class MailStore:
    def __init__(self, path: str | Path = ":memory:") -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute(_TABLE)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def add(self, sender: str, recipients: list[str], raw: bytes) -> None:
        """Keep a mail; committed when this returns."""
        with self._lock:
            self._connection.execute(
                "insert into mail (at, sender, recipients, raw) values (?, ?, ?, ?)",
                (datetime.now(UTC).isoformat(timespec="seconds"), sender, json.dumps(recipients), raw),
            )

    def mails(self) -> list[Mail]:
        """All mails, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "select id, at, sender, recipients, raw from mail order by id"
            ).fetchall()
        return [_mail(*row) for row in rows]

    def clear(self) -> None:
        with self._lock:
            self._connection.execute("delete from mail")


def _mail(number: int, at: str, sender: str, recipients: str, raw: bytes) -> Mail:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain, html = (_part(message, kind) for kind in ("plain", "html"))
    return Mail(
        id=number,
        at=at,
        sender=sender,
        recipients=json.loads(recipients),
        subject=str(message["subject"] or ""),
        text=plain or html,
        html=html,
        headers={name: str(value) for name, value in message.items()},
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
