"""Hands mails to the mail server, and says in one sentence why it could not.

Encryption follows from the port unless somebody says otherwise; certificates are checked. A password is never
sent in the clear, but to this very machine.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address

from pydantic import SecretStr

from dagster_project.notifications.messages import Message
from dagster_project.settings import Settings

UNFOLDED = policy.SMTP.clone(max_line_length=900)  # a folded header begins with a blank in some programs
BY_PORT = {465: "tls", 587: "starttls"}


class NotTaken(Exception):
    """The server did not take a mail, or could not be reached; nothing is known to have been sent."""

    def __init__(self, message: str, *, server_is_gone: bool) -> None:
        super().__init__(message)
        self.server_is_gone = server_is_gone


@dataclass(frozen=True)
class MailServer:
    """Where mails go, and who sends them."""

    host: str
    port: int
    sender: str
    security: str  # tls, starttls or off
    user: str
    password: SecretStr
    timeout: float  # seconds for each answer

    @classmethod
    def of(cls, settings: Settings) -> "MailServer | None":
        """Return the server that the settings name; None without one, or without a recipient of any mail."""
        people = settings.mail_recipients
        if not (settings.smtp_server and people):
            return None
        chosen = settings.smtp_security
        return cls(
            host=settings.smtp_server,
            port=settings.smtp_port,
            sender=settings.smtp_from or people[0],
            security=BY_PORT.get(settings.smtp_port, "off") if chosen == "auto" else chosen,
            user=settings.smtp_user,
            password=settings.smtp_password,
            timeout=settings.smtp_timeout_seconds,
        )

    @contextmanager
    def session(self) -> Iterator["Session"]:
        """Yield a session in which any number of mails may be handed over. Raises NotTaken."""
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(f"{self.host}:{self.port}: {_said(error)}", server_is_gone=True) from None
        try:
            yield Session(self, connection)
        finally:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _open(self) -> smtplib.SMTP:
        if self.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                self._log_in(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if self.security == "off" and not _is_this_machine(self.host):
            raise smtplib.SMTPNotSupportedError(
                "SMTP_USER is set but the connection is not encrypted: use port 587 or 465, or SMTP_SECURITY"
            )
        connection.login(self.user, self.password.get_secret_value())


@dataclass(frozen=True)
class Session:
    """An open connection to the mail server."""

    server: MailServer
    connection: smtplib.SMTP

    def send(self, mail_id: str, message: Message) -> str:
        """Hand one mail over; return which recipients were refused, in words, or nothing. Raises NotTaken.

        The id makes the Message-ID: a mail that was taken although the answer was lost, and is sent again,
        is the same mail to the recipient's program.
        """
        try:
            refused = self.connection.send_message(_composed(self.server.sender, mail_id, message))
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            gone = isinstance(error, OSError | smtplib.SMTPServerDisconnected) and not isinstance(
                error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
            )
            raise NotTaken(_said(error), server_is_gone=gone) from None
        return "; ".join(f"{address}: {_answer(*answer)}" for address, answer in refused.items())


def _composed(sender: str, mail_id: str, message: Message) -> EmailMessage:
    mail = EmailMessage(policy=UNFOLDED)
    mail["From"] = sender
    mail["To"] = ", ".join(message.recipients)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{mail_id}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers, please
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{address}: {_answer(*answer)}" for address, answer in error.recipients.items())
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
