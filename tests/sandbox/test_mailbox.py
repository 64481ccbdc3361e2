"""The mailbox takes mails, keeps them, and refuses on demand."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from sandbox.mailbox.server import RunningMailbox


@pytest.fixture
def box() -> Iterator[RunningMailbox]:
    with RunningMailbox() as mailbox:
        yield mailbox


def mail(subject: str = "CRITICAL: 3 orders failed: “Müller”", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "orders@example.com", "ops@example.com", subject
    message.set_content("Customer not found: 99999\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def send(box: RunningMailbox, message: EmailMessage, *recipients: str) -> None:
    with smtplib.SMTP(box.host, box.port, timeout=5) as smtp:
        smtp.send_message(message, to_addrs=list(recipients) or None)


def test_a_mail_arrives_with_subject_text_and_recipients(box: RunningMailbox) -> None:
    send(box, mail(html="<b>Customer not found</b>"), "ops@example.com", "boss@example.com")
    (got,) = box.control.mails()
    assert got["subject"] == "CRITICAL: 3 orders failed: “Müller”"
    assert got["text"].strip() == "Customer not found: 99999"
    assert got["html"].strip() == "<b>Customer not found</b>"
    assert got["sender"] == "orders@example.com"
    assert got["recipients"] == ["ops@example.com", "boss@example.com"]
    box.control.clear()
    assert box.control.mails() == []


def test_a_name_and_password_are_accepted(box: RunningMailbox) -> None:
    with smtplib.SMTP(box.host, box.port, timeout=5) as smtp:
        smtp.login("anybody", "anything")
        smtp.send_message(mail())
    assert len(box.control.mails()) == 1


def test_a_mail_is_refused_as_often_as_ordered(box: RunningMailbox) -> None:
    box.control.refuse(at="DATA", code=451, times=1)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(box, mail())
    assert refused.value.smtp_code == 451
    send(box, mail("second"))
    assert [got["subject"] for got in box.control.mails()] == ["second"]


def test_one_recipient_may_be_refused(box: RunningMailbox) -> None:
    box.control.refuse(at="RCPT", code=550, text="No such user", recipient="gone@example.com")
    with smtplib.SMTP(box.host, box.port, timeout=5) as smtp:
        refused = smtp.send_message(mail(), to_addrs=["ops@example.com", "gone@example.com"])
    assert set(refused) == {"gone@example.com"}
    assert box.control.mails()[0]["recipients"] == ["ops@example.com"]


def test_a_server_may_be_too_slow_for_its_sender_and_have_taken_the_mail(box: RunningMailbox) -> None:
    box.control.refuse(at="DATA", delay=2, keep=True)
    with (
        pytest.raises((TimeoutError, smtplib.SMTPException)),
        smtplib.SMTP(box.host, box.port, timeout=0.5) as smtp,
    ):
        smtp.send_message(mail())
    box.control.refuse()
    send(box, mail("after"))
    assert "after" in [got["subject"] for got in box.control.mails()]


def test_mails_outlive_the_server(tmp_path: Path) -> None:
    state = tmp_path / "mailbox.sqlite"
    with RunningMailbox(state) as mailbox:
        send(mailbox, mail("kept"))
    with RunningMailbox(state) as again:
        assert [got["subject"] for got in again.control.mails()] == ["kept"]
