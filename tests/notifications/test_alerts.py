"""Alerts reach people exactly as often as they should, whatever the mail server does."""

import datetime as dt
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from dagster_project.health import Finding, Level
from dagster_project.notifications.alerts import FAILED_ORDERS, HEALTH, Alert, Alerts, critical
from dagster_project.notifications.mail import MailServer, NotTaken
from dagster_project.notifications.messages import Message, one_line, write
from dagster_project.notifications.outbox import Told
from dagster_project.settings import Settings, load_settings
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from sandbox.mailbox.server import RunningMailbox
from tests.conftest import FakeClock

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def mailbox() -> Iterator[RunningMailbox]:
    with RunningMailbox() as box:
        yield box


@pytest.fixture
def settings(tmp_path: Path, mailbox: RunningMailbox, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Mail as the predecessor's operators set it up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path))
    monkeypatch.setenv("ORDER_PROCESSING_SMTP_SERVER", mailbox.host)
    monkeypatch.setenv("ORDER_PROCESSING_SMTP_PORT", str(mailbox.port))
    monkeypatch.setenv("ORDER_PROCESSING_ALERT_EMAIL", "ops@shop.example, owner@shop.example")
    monkeypatch.setenv("ORDER_PROCESSING_ALERT_FROM", "orders@shop.example")
    monkeypatch.setenv("SITE_TIME_ZONE", "America/New_York")
    return load_settings(smtp_timeout_seconds=1)


@pytest.fixture
def alerts(settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock) -> Alerts:
    return Alerts(settings, ledger_warehouse, clock, "order_processing")


def failed(number: int, why: str = "Customer not found") -> Alert:
    return Alert(
        "order_processing",
        FAILED_ORDERS,
        f"order {number}: {why}",
        f"order-staging counterpoint show {number}",
    )


def tell(alerts: Alerts, *standing: Alert) -> list[str]:
    """One look at what stands; returns what went wrong."""
    alerts.stand(FAILED_ORDERS, standing)
    return alerts.send()


def mails(mailbox: RunningMailbox) -> list[dict[str, Any]]:
    return mailbox.control.mails()


def box(warehouse: Warehouse) -> list[sa.Row[Any]]:
    with warehouse.begin() as connection:
        return list(connection.execute(sa.select(tables.mail_outbox).order_by(tables.mail_outbox.c.mail_id)))


def test_a_trouble_is_told_once_while_it_lasts(
    alerts: Alerts, mailbox: RunningMailbox, clock: FakeClock
) -> None:
    for _ in range(3):
        assert tell(alerts, failed(7)) == []
        clock.time += 30 * MINUTE
    (mail,) = mails(mailbox)
    assert mail["recipients"] == ["ops@shop.example", "owner@shop.example"]
    assert mail["sender"] == "orders@shop.example"
    assert mail["subject"] == "[SANDBOX] order_processing: failed orders: order 7: Customer not found"
    for content in (mail["text"], mail["html"]):
        assert "order-staging counterpoint show 7" in content
        assert "since 2026-11-21 04:00 EST" in content


def test_one_mail_tells_all_that_is_new_and_names_what_was_told_before(
    alerts: Alerts, mailbox: RunningMailbox
) -> None:
    tell(alerts, failed(7))
    tell(alerts, failed(7), failed(8), failed(9, "Item not found"))
    first, second = mails(mailbox)
    assert "order 8" not in first["text"]
    assert second["subject"].endswith("2 alerts, order 8: Customer not found")
    new, _, before = second["text"].partition("Told before and not over yet:")
    assert ("order 9: Item not found" in new, "order 7" in new, "order 7" in before) == (True, False, True)


def test_a_trouble_that_comes_back_is_told_again(alerts: Alerts, mailbox: RunningMailbox) -> None:
    for standing in ([failed(7)], [], [], [failed(7)]):
        tell(alerts, *standing)
    assert len(mails(mailbox)) == 2


def test_another_reason_is_another_trouble(alerts: Alerts, mailbox: RunningMailbox) -> None:
    tell(alerts, failed(7))
    tell(alerts, failed(7, "Item not found"))
    assert [mail["subject"].partition(": order ")[2] for mail in mails(mailbox)] == [
        "7: Customer not found", "7: Item not found",
    ]  # fmt: skip


def test_topics_and_pipelines_do_not_end_each_others_troubles(
    alerts: Alerts, settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock, mailbox: RunningMailbox
) -> None:
    other = Alerts(settings, ledger_warehouse, clock, "order_pull")
    tell(alerts, failed(7))
    alerts.stand(HEALTH, [])
    other.stand(FAILED_ORDERS, [])
    tell(alerts, failed(7))
    assert len(mails(mailbox)) == 1


def test_reminders_are_a_later_due_time(alerts: Alerts, mailbox: RunningMailbox, clock: FakeClock) -> None:
    def every_day_twice(told: Told, now: dt.datetime) -> dt.datetime | None:
        return now + dt.timedelta(days=1) if told.told < 3 else None

    for _ in range(6):
        alerts.stand(FAILED_ORDERS, [failed(7)], next_due=every_day_twice)
        alerts.send()
        clock.time += dt.timedelta(hours=23)
    assert ["told 3 times" in mail["text"] for mail in mails(mailbox)] == [False, False, True]


def test_a_mail_waits_while_the_server_is_away_and_goes_when_it_is_back(
    alerts: Alerts, settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    away = Alerts(
        settings.model_copy(update={"smtp_port": port}), ledger_warehouse, clock, "order_processing"
    )
    (problem,) = tell(away, failed(7))
    assert problem.startswith(f"mail waits: 127.0.0.1:{port}: ")
    (waiting,) = box(ledger_warehouse)
    assert (waiting.state, waiting.last_error is not None) == ("WAITING", True)
    with RunningMailbox(port=port) as back:
        assert away.send() == []
        (mail,) = back.control.mails()
        assert away.send() == []
        assert len(back.control.mails()) == 1
    assert "order 7" in mail["subject"]
    assert box(ledger_warehouse)[0].state == "SENT"


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_refused_mail_is_offered_again_by_a_later_run(
    alerts: Alerts, mailbox: RunningMailbox, at: str
) -> None:
    mailbox.control.refuse(at=at, code=451, times=4 if at == "RCPT" else 2)  # two recipients
    (problem,) = tell(alerts, failed(7))
    assert "451" in problem
    assert alerts.send() != []
    assert alerts.send() == []
    assert len(mails(mailbox)) == 1


def test_a_mail_that_is_refused_for_good_holds_no_other_up(
    alerts: Alerts, settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock, mailbox: RunningMailbox
) -> None:
    mailbox.control.refuse(at="RCPT", code=550, recipient="gone@shop.example")
    gone = settings.model_copy(update={"alert_email": ["gone@shop.example"]})
    Alerts(gone, ledger_warehouse, clock, "order_processing").stand(FAILED_ORDERS, [failed(7)])
    problems = tell(alerts, failed(7), failed(8))
    assert ["550" in problem for problem in problems] == [True]
    assert [mail["recipients"][0] for mail in mails(mailbox)] == ["ops@shop.example"]


def test_a_recipient_that_is_refused_does_not_cost_the_others_their_mail(
    alerts: Alerts, mailbox: RunningMailbox
) -> None:
    mailbox.control.refuse(at="RCPT", code=550, recipient="owner@shop.example")
    (problem,) = tell(alerts, failed(7))
    assert "owner@shop.example: 550" in problem
    (mail,) = mails(mailbox)
    assert mail["recipients"] == ["ops@shop.example"]
    assert alerts.send() == []


def test_a_mail_whose_answer_was_lost_goes_again_under_the_same_id(
    alerts: Alerts, mailbox: RunningMailbox, clock: FakeClock
) -> None:
    mailbox.control.refuse(at="DATA", delay=1.5, keep=True, times=1)
    assert tell(alerts, failed(7))
    assert alerts.send() == []  # not within a minute: another process may be at it
    clock.time += 2 * MINUTE
    assert alerts.send() == []
    assert len({mail["headers"]["Message-ID"] for mail in mails(mailbox)}) == 1


def test_without_a_mail_server_the_log_is_told_as_often(
    settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    alerts = Alerts(
        settings.model_copy(update={"smtp_server": ""}), ledger_warehouse, clock, "order_processing"
    )
    with caplog.at_level(logging.WARNING, "order_staging.alerts"):
        tell(alerts, failed(7))
        tell(alerts, failed(7))
    assert caplog.messages == [
        "order_processing: failed orders: order 7: Customer not found\norder-staging counterpoint show 7"
    ]
    assert box(ledger_warehouse) == []


def test_critical_findings_are_alerts_by_their_check_whatever_the_figures() -> None:
    found = [
        Finding(Level.WARNING, "held", "3 rows"),
        Finding(Level.CRITICAL, "in doubt", "4 rows", "probe them"),
        Finding(Level.CRITICAL, "in doubt", "5 rows", "probe them"),
    ]
    first, second = critical("order_pull", found)
    assert first.signature == second.signature == "order_pull: health: in doubt"
    assert first.body == "4 rows\nprobe them"


def test_a_long_signature_is_cut_without_two_becoming_one() -> None:
    one, other = (failed(7, "x" * 300 + end) for end in ("a", "b"))
    assert len(one.signature) == len(other.signature) == 200
    assert one.signature != other.signature


def test_html_is_escaped_and_a_subject_is_one_line() -> None:
    content = {"alerts": [], "standing": ['<b>14" & more</b>'], "foot": ""}
    message = write("alerts", "Order\r\nBcc: all@world.example", ["a@b.example"], content)
    assert message.subject == "Order Bcc: all@world.example"
    assert "&lt;b&gt;14&#34; &amp; more&lt;/b&gt;" in message.html
    assert '<b>14" & more</b>' in message.text
    assert len(one_line("x" * 999)) == 200


def test_a_password_is_never_sent_in_the_clear() -> None:
    server = MailServer("mail.invalid", 25, "a@b.example", "off", "us", SecretStr("s3cret"), 1.0)

    class Connection:
        def login(self, *_: str) -> None:
            raise AssertionError("sent")

    with pytest.raises(Exception, match="not encrypted"):
        server._log_in(Connection())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("port", "said", "becomes"),
    [(25, "auto", "off"), (587, "auto", "starttls"), (465, "auto", "tls"), (2525, "starttls", "starttls")],
)
def test_encryption_follows_from_the_port(settings: Settings, port: int, said: str, becomes: str) -> None:
    server = MailServer.of(settings.model_copy(update={"smtp_port": port, "smtp_security": said}))
    assert server is not None
    assert server.security == becomes


def test_a_server_that_offers_no_encryption_gets_no_mail(settings: Settings, mailbox: RunningMailbox) -> None:
    server = MailServer.of(settings.model_copy(update={"smtp_security": "starttls"}))
    assert server is not None
    with pytest.raises(NotTaken, match="STARTTLS"), server.session() as session:
        session.send("1", Message("s", ("a@b.example",), "t", "h"))


def test_the_own_names_of_settings_outrank_the_predecessors(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (settings.smtp_server, settings.smtp_from) == ("127.0.0.1", "orders@shop.example")
    monkeypatch.setenv("SMTP_SERVER", "mail.shop.example")
    monkeypatch.setenv("ALERT_EMAIL", "new@shop.example")
    again = load_settings()
    assert (again.smtp_server, again.alert_email) == ("mail.shop.example", ["new@shop.example"])


def test_an_address_that_is_none_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_EMAIL", "ops@shop.example; owner")
    with pytest.raises(Exception, match=r"ALERT_EMAIL: .*is no e-mail address"):
        load_settings()
