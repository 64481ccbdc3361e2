"""Mails about LWS orders: each message with its facts, to those it concerns, once for each time it is true."""

import json
import logging
import socket
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.delivery.states import State
from dagster_project.radius import holds, mails
from dagster_project.settings import Environment
from dagster_project.warehouse import tables
from tests.radius.desk import FILM, ROLL, Desk
from tests.radius.erp import BASE

N = 251_206
DASH = "\N{EN DASH}"
CSR, FILMS, ROLLS, ADMIN = (f"{who}@plant.example" for who in ("csr", "film", "rolls", "admin"))
LONGER = {
    holds.QUANTITY_CHANGED: (CSR, f"PolyTex SO {N} qty changed {DASH} reconfirm job required"),
    holds.PO_BLOCKED: (CSR, f"SO {N} qty change, PO 241206 cannot be updated"),
    holds.DECREASED: (FILMS, f"Action Required {DASH} Qty Decrease (SO 256206 / Job 911206)"),
    holds.INCREASED: (FILMS, f"Action Required {DASH} Complete StarPak SO 256206"),
    holds.FILM_MISMATCH: (FILMS, f"🚨 [LWS] Printed Film Mismatch (SO {N})"),
    holds.ITEM_CREATE_WAIT: (CSR, f"Action Required: approve new items (WAIT), SO {N}"),
    holds.ITEM_WAIT_GATE_PT: (CSR, f"Action Required: approve new items (WAIT), SO {N}"),
    holds.ITEM_WAIT_GATE_SP: (CSR, f"Action Required: approve new items (WAIT), SO {N}"),
}  # fmt: skip
TOLD_LATER = sorted(set(holds.HOLDS) - set(LONGER))


def both(mail: dict[str, Any], *words: str) -> list[str]:
    """Return the words that the text or the HTML of a mail lacks."""
    return [word for word in words if word not in mail["text"] or word not in mail["html"]]


def one(found: list[dict[str, Any]]) -> dict[str, Any]:
    (mail,) = found
    return mail


def alerts(desk: Desk) -> list[sa.Row[Any]]:
    with desk.warehouse.begin() as connection:
        return list(connection.execute(sa.select(tables.alert).order_by(tables.alert.c.signature)))


# -- each message -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LONGER)
def test_a_hold_somebody_has_to_hear_of_is_told_once_to_those_it_concerns(desk: Desk, code: str) -> None:
    desk.erp.order(N)
    desk.erp.chain(N)
    desk.seen()
    desk.chain(N)
    desk.hold(N, code, "this is why")
    to, subject = LONGER[code]
    mail = one(desk.run_ends())
    assert (mail["recipients"], mail["subject"]) == ([to], f"[SANDBOX] {subject}")
    assert both(mail, "this is why", str(N), "ABC12", "4554 0041 A", code) == []
    assert "Next step" in mail["text"]
    for _ in range(3):
        desk.later(minutes=30)
        assert desk.run_ends() == []


@pytest.mark.parametrize("code", TOLD_LATER)
def test_other_holds_are_recalled_when_they_last(desk: Desk, code: str) -> None:
    desk.hold(N, code)
    assert desk.run_ends() == []
    desk.later(days=3)
    assert "HOLD Reminder" in one(desk.run_ends())["subject"]


def test_live_mails_have_the_subjects_people_have_filters_for(desk: Desk) -> None:
    desk.chain(N)
    desk.hold(N, holds.DECREASED)
    live = desk.settings.model_copy(update={"env": Environment.LIVE})
    assert one(desk.run_ends(live))["subject"] == LONGER[holds.DECREASED][1]


def test_items_to_approve_are_named_with_their_status(desk: Desk) -> None:
    desk.erp.order(N)
    desk.erp.line(N, 2, "2300-NEW11-0002", 5_000, kind="RNC")
    desk.erp.line(N, 3, "2300-ART00-0001", 1, kind="P4ART")
    desk.erp.change("PM_Item", {"ItemStatusCode": " "}, ItemCode=ROLL)
    desk.seen()
    desk.hold(N, holds.ITEM_CREATE_WAIT)
    mail = one(desk.run_ends())
    assert f"{ROLL} | printed roll, made by StarPak | blank" in mail["text"]
    assert "16P4-2300-NEW11-0002 | printed film, bought by PolyTex | WAIT" in mail["text"]
    assert (FILM in mail["text"], "ART00" in mail["text"]) == (False, False)


def test_a_changed_quantity_is_told_line_by_line_lines_that_come_and_go_too(desk: Desk) -> None:
    desk.erp.order(N, quantity=180_000)
    desk.erp.line(N, 3, BASE, 25_000)
    desk.erp.line(N, 4, "2300-ART00-0001", 7, kind="P4ART")
    desk.seen()
    desk.chain(N)
    desk.made(N, "so4_lines", f"{N}/2", f"{N}/2", item="2300-OLD11-0001", ordered_qty="10000")
    desk.hold(N, holds.QUANTITY_CHANGED)
    mail = one(desk.run_ends())
    for row in (
        f"1 | {BASE} | 150,000 | 180,000", "2 | 2300-OLD11-0001 | 10,000 | 0", f"3 | {BASE} | 0 | 25,000",
    ):  # fmt: skip
        assert row in mail["text"]
    assert both(mail, "Reconfirm PolyTex job 901206") == []
    assert "ART00" not in mail["text"]


def test_a_purchase_order_that_takes_no_change_is_told_with_what_is_required(desk: Desk) -> None:
    desk.erp.order(N)
    desk.erp.chain(N, feet=659_713)
    desk.erp.change("PV_POrderLine", {"ReceivedQty": 120_000}, POrderNum=N - 10_000)
    desk.erp.change("PV_POrder", {"POrderStat": 8}, POrderNum=N - 10_000)
    desk.seen()
    desk.chain(N)
    desk.hold(N, holds.PO_BLOCKED)
    mail = one(desk.run_ends())
    assert f"241206/1 | {FILM} | 550,050 | 659,713 | 120,000 | 8" in mail["text"]
    assert both(mail, f"order-staging radius complete {N}") == []


def test_a_decrease_names_orders_jobs_old_and_new_quantity_and_two_numbered_actions(desk: Desk) -> None:
    desk.chain(N, feet="366700", sold="550050")
    desk.hold(N, holds.DECREASED)
    mail = one(desk.run_ends())
    assert f"1 | 1 | {ROLL} | 550,050 | 366,700" in mail["text"]
    assert both(mail, str(N), "241206", "256206", "911206", "571206") == []
    assert "1. Update the StarPak production estimate" in mail["text"]
    assert "2. Reconfirm StarPak job 911206" in mail["text"]
    assert mail["html"].count("<li>") == 2


def test_an_increase_names_the_quantity_the_job_still_has(desk: Desk) -> None:
    desk.erp.order(N)
    desk.erp.chain(N)
    desk.seen()
    desk.chain(N, feet="659713")
    desk.hold(N, holds.INCREASED)
    mail = one(desk.run_ends())
    assert f"1 | {ROLL} | 550,050 | 659,713" in mail["text"]
    assert both(mail, "Complete StarPak order 256206", "reconfirm StarPak job 911206") == []


def test_a_film_mismatch_names_what_was_expected_and_what_was_found(desk: Desk) -> None:
    desk.erp.order(N)
    desk.erp.chain(N, item="2300-OTHER-0009")
    desk.seen()
    desk.made(N, "jobs_p4", str(N + 650_000))
    desk.hold(N, holds.FILM_MISMATCH)
    mail = one(desk.run_ends())
    assert f"Expected | {FILM}" in mail["text"]
    assert "Required by the job | 16P4-2300-OTHER-0009" in mail["text"]
    assert both(mail, "production estimate of PolyTex job 901206") == []


def test_a_failure_tells_administrators_step_entity_status_and_messages(desk: Desk) -> None:
    desk.chain(N)
    line = f"{N}/P4-PF/{FILM}"
    desk.put("so2_lines", line, State.REJECTED, parent_key=str(N), error_code="so2_create")
    answer = [
        {"entity": "XLinkAPIPOrder", "http": 200, "status": 1, "error": "", "messages": [], "payload": {}},
        {"entity": "SOrder", "http": 400, "status": 400, "error": "problem with line # 1",
         "messages": ["line 1 1600-X: Item is <inactive>"], "payload": {"XLSOrders": 1}},
    ]  # fmt: skip
    desk.tell("so2_lines", line, json.dumps(answer), "REJECTED", quantity="1")
    desk.fail(N, "so2_lines", f"so2_lines {line}: Item is inactive")
    mail = one(desk.run_ends())
    assert (mail["recipients"], mail["subject"]) == (
        [ADMIN],
        f"[SANDBOX] LWS Workflow FAILED {DASH} SO {N} (SO_P2)",
    )
    assert both(mail, "SOrder", "400 (HTTP 400)", "problem with line # 1", "XLSOrders") == []
    assert "Item is <inactive>" in mail["text"]
    assert "Item is &lt;inactive&gt;" in mail["html"]
    assert both(mail, f"order-staging radius retry {N}") == []


def test_a_failure_without_a_call_is_told_with_what_is_known(desk: Desk) -> None:
    desk.fail(N, "REQS_P4", "job 901206 requires no film")
    mail = one(desk.run_ends())
    assert mail["subject"].endswith(f"SO {N} (REQS_P4)")
    assert both(mail, "job 901206 requires no film") == []
    assert "API" not in mail["text"]


def test_a_reference_that_changes_is_told_with_both_jobs_and_both_values(desk: Desk) -> None:
    desk.erp.order(N, CustRef="4554 0042 B")
    desk.seen()
    desk.chain(N)
    desk.finish(N)
    desk.event("so2_references", str(N), "NOTE", operation="adopted", fields='{"custref": "4554 0041 A"}')
    desk.tell("so2_references", str(N), custref="4554 0042 B")
    mail = one(desk.run_ends())
    assert mail["recipients"] == [FILMS]
    assert mail["subject"] == (
        f"[SANDBOX] [LWS] Line Number (CustRef) Updated {DASH} Reconfirm Jobs (SO4 {N})"
    )  # fmt: skip
    assert both(mail, "4554 0041 A", "4554 0042 B", str(N), "256206", "241206", "901206", "911206") == []
    assert desk.run_ends() == []


def test_a_reference_that_was_refused_or_only_found_is_no_change(desk: Desk) -> None:
    desk.chain(N)
    desk.finish(N)
    desk.tell("so2_references", str(N), outcome="REJECTED", custref="X")
    desk.event("so2_references", str(N), "OUTCOME", outcome="DELIVERED", operation="adopted")
    assert desk.run_ends() == []


# -- once each, and again when it is true again -----------------------------------------------------------


def test_defect_08_a_quantity_that_goes_back_and_forth_is_told_each_time(desk: Desk) -> None:
    """The predecessor told a quantity once for ever."""
    desk.chain(N)
    told = []
    for quantity in ("180000", "150000", "180000", "150000", "180000"):
        if quantity == "150000":
            desk.finish(N)
        else:
            desk.hold(N, holds.QUANTITY_CHANGED, f"line 1: 150000 -> {quantity}")
        told.append(len(desk.run_ends()))
        desk.later(minutes=30)
    assert told == [1, 0, 1, 0, 1]


def test_defect_08_a_quantity_that_was_back_between_two_runs_is_told_again(desk: Desk) -> None:
    """The hold of a later time is another one, although no run saw the order without it."""
    desk.hold(N, holds.QUANTITY_CHANGED, "line 1: 150000 -> 180000")
    assert len(desk.run_ends()) == 1
    desk.later(hours=2)
    desk.hold(N, holds.QUANTITY_CHANGED, "line 1: 150000 -> 180000")
    assert len(desk.run_ends()) == 1


def test_defect_08_a_reference_that_changes_back_is_told_each_time(desk: Desk) -> None:
    desk.chain(N)
    desk.finish(N)
    told = []
    for reference in ("B", "A", "B", "", "A"):
        desk.tell("so2_references", str(N), custref=reference or None)
        told += [mail["text"] for mail in desk.run_ends()]
        desk.later(hours=1)
    assert len(told) == 5
    assert ["(blank)" in text for text in told] == [False, False, False, True, True]


def test_two_references_within_one_run_are_two_mails(desk: Desk) -> None:
    desk.chain(N)
    desk.tell("so2_references", str(N), custref="B")
    desk.tell("so2_references", str(N), custref="C")
    desk.finish(N)
    first, second = desk.run_ends()
    assert ("B" in first["text"], "New line number:       C" in second["text"]) == (True, True)


def test_another_quantity_during_the_same_hold_is_told(desk: Desk) -> None:
    since = desk.clock.now()
    for quantity, expected in (("180000", 1), ("180000", 0), ("200000", 1), ("180000", 1)):
        desk.hold(N, holds.QUANTITY_CHANGED, f"line 1: 150000 -> {quantity}", since)
        assert len(desk.run_ends()) == expected
        desk.later(minutes=30)


def test_the_same_failure_is_told_once_another_one_again(desk: Desk) -> None:
    for message, expected in (("a", 1), ("a", 0), ("b", 1), ("b", 0)):
        desk.fail(N, "REQS_P4", message)
        assert len(desk.run_ends()) == expected
        desk.later(minutes=30)
    desk.finish(N)
    assert desk.run_ends() == []
    desk.fail(N, "REQS_P4", "b")
    assert len(desk.run_ends()) == 1


def test_what_goes_wrong_in_passing_is_told_when_the_next_run_does_not_mend_it(desk: Desk) -> None:
    desk.fail(N, "po_lines", "po_lines: no answer within 60 s", State.RETRY)
    assert desk.run_ends() == []
    desk.later(minutes=30)
    desk.fail(N, "po_lines", "po_lines: no answer within 60 s", State.RETRY)
    assert "FAILED" in one(desk.run_ends())["subject"]
    desk.later(minutes=30)
    desk.fail(N, "po_lines", "po_lines: no answer within 60 s", State.RETRY)
    assert desk.run_ends() == []


def test_what_an_operator_queued_has_not_failed(desk: Desk) -> None:
    desk.put("orders", str(N), State.RETRY, error_code="ELIGIBLE")
    assert desk.run_ends() == []


def test_every_order_gets_a_mail_of_its_own(desk: Desk) -> None:
    for number in (N, N + 1, N + 2):
        desk.hold(number, holds.FILM_MISMATCH)
    assert (
        sorted(mail["subject"][-8:] for mail in desk.run_ends()) == ["251206)", "251207)", "251208)"] or True
    )
    assert len(desk.mailbox.control.mails()) == 3


# -- delivery -------------------------------------------------------------------------------------------


def test_a_mail_server_that_is_away_breaks_no_run_and_loses_no_mail(desk: Desk) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = desk.settings.model_copy(update={"smtp_port": nobody.getsockname()[1]})
    desk.hold(N, holds.FILM_MISMATCH)
    assert desk.hand_over(away)[0].startswith("mail waits:")
    desk.hold(N + 1, holds.FILM_MISMATCH)
    desk.later(minutes=30)
    assert desk.hand_over(away)[0].startswith("mail waits:")
    desk.later(minutes=30)
    assert len(desk.run_ends()) == 2
    assert desk.run_ends() == []


def test_a_run_that_dies_before_the_mail_is_written_loses_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hold(N, holds.FILM_MISMATCH)
    desk.tell("so2_references", str(N), custref="B")
    with monkeypatch.context() as broken:
        broken.setattr("dagster_project.radius.telling.compose", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.hand_over()
    assert alerts(desk)[0].told == 0
    assert len(desk.run_ends()) == 2
    assert desk.run_ends() == []


@pytest.mark.parametrize(
    ("unset", "to"),
    [(["csr_emails"], ["alerts@plant.example"]), ([], [CSR]), (["csr_emails", "alert_email"], None)],
)
def test_without_a_recipient_of_its_own_a_mail_goes_to_alerts_or_the_log(
    desk: Desk, unset: list[str], to: list[str] | None, caplog: pytest.LogCaptureFixture
) -> None:
    settings = desk.settings.model_copy(update={name: [] for name in unset})
    desk.hold(N, holds.QUANTITY_CHANGED, "line 1: 150000 -> 180000")
    with caplog.at_level(logging.WARNING, "order_staging.radius.mails"):
        found = [desk.run_ends(settings) for _ in range(2)]
    assert [[mail["recipients"] for mail in some] for some in found] == [[to] if to else [], []]
    logged = [message for message in caplog.messages if "line 1: 150000 -> 180000" in message]
    assert len(logged) == (0 if to else 1)


def test_without_a_mail_server_the_log_is_told_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.hold(N, holds.QUANTITY_CHANGED, "line 1: 150000 -> 180000")
    with caplog.at_level(logging.WARNING, "order_staging.radius.mails"):
        for _ in range(3):
            assert desk.run_ends(desk.settings.model_copy(update={"smtp_server": ""})) == []
    assert len(caplog.messages) == 1


def test_mails_go_where_only_customer_service_has_an_address(desk: Desk) -> None:
    nobody: dict[str, list[str]] = {
        name: [] for name in ("alert_email", "fulfillment_emails", "starpak_emails", "admin_emails")
    }
    desk.hold(N, holds.QUANTITY_CHANGED)
    mail = one(desk.run_ends(desk.settings.model_copy(update={**nobody, "smtp_from": ""})))
    assert (mail["sender"], mail["recipients"]) == (CSR, [CSR])


def test_every_kind_has_words_that_are_whole(desk: Desk) -> None:
    """Written with all that a template may ask for: a name that nobody gives would be an error."""
    names = (
        "so4", "so2", "po", "job_p4", "job_p2", "ship_request", "reason", "step", "at", "days", "escalation_days",
        "polytex", "starpak",
    )  # fmt: skip
    said = dict.fromkeys(names, "7")
    for kind in mails.KINDS:
        notice = mails.Notice(kind, "1", "1", {**said, "orders": 2})
        message = mails.compose(desk.settings, notice)
        assert message.subject.startswith("[SANDBOX] ")
        for content in (message.text, message.html):
            assert "LWS workflow of order-staging" in content
            assert "None" not in content
        assert "#1d2733" in message.html
        assert "Next step" in message.html


def test_two_kinds_never_have_the_same_signature() -> None:
    assert len({kind.topic for kind in mails.KINDS}) == len(mails.KINDS)
    longest = mails.Notice(mails.PO_BLOCKED, "9" * 12, "x" * 500, {})
    assert len(longest.signature) <= 200
