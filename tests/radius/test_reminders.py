"""Holds that last: recalled on day 3, raised on day 7, every day after, each once a day in one mail."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.delivery.records import Record
from dagster_project.delivery.states import State
from dagster_project.radius import holds
from dagster_project.radius.reminders import days_held, next_morning, site_time, to_recall
from dagster_project.radius.standing import Order
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.contracts.conftest import World
from tests.contracts.test_chain import drive, order
from tests.radius.desk import Desk

N = 251_206
Seen = list[tuple[int, str, list[str]]]


def told(desk: Desk, days: int, hours: tuple[int, ...] = (9, 15)) -> Seen:
    """Let runs end for so many days; (day, first word of the subject, recipients) of each mail."""
    start = desk.clock.now().date()
    found: Seen = []
    for day in range(days):
        for hour in hours:
            desk.clock.time = dt.datetime.combine(start + dt.timedelta(days=day), dt.time(hour))
            found += [(day, _kind(mail["subject"]), mail["recipients"]) for mail in desk.run_ends()]
    return found


def _kind(subject: str) -> str:
    return next(
        word for word in ("Reminder", "Escalation", "Summary", "qty changed", "Mismatch") if word in subject
    )


CSR, ADMIN = ["csr@plant.example"], ["admin@plant.example"]
BOTH = ["film@plant.example", "rolls@plant.example"]


def test_a_hold_is_recalled_on_day_3_and_raised_on_day_7_daily_each_once(desk: Desk) -> None:
    desk.hold(N, holds.JOB_P4_HOLD, "the order is held", desk.clock.now())
    assert told(desk, 10) == [
        *((day, "Reminder", CSR) for day in (3, 4, 5, 6)),
        *((day, "Escalation", ADMIN) for day in (7, 8, 9)),
    ]


def test_the_days_are_settings(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"hold_reminder_days": 1, "hold_escalation_days": 2})
    desk.hold(N, holds.JOB_P4_HOLD)
    assert told(desk, 4) == [(1, "Reminder", CSR), (2, "Escalation", ADMIN), (3, "Escalation", ADMIN)]


def test_one_digest_a_day_names_every_order_the_oldest_first(desk: Desk) -> None:
    for number, hours in ((N, 30), (N + 1, 50), (N + 2, 10)):
        desk.hold(
            number, holds.BASE_ITEM_WAIT, f"item of {number}", desk.clock.now() - dt.timedelta(hours=hours)
        )
    desk.later(days=3)
    (mail,) = desk.run_ends()
    places = [mail["text"].index(f"item of {number}") for number in (N + 1, N, N + 2)]
    assert places == sorted(places)
    for word in ("customer service: approve the bag", holds.BASE_ITEM_WAIT, "3 orders need action"):
        assert word in mail["text"] or word in mail["subject"]
    assert "order-staging radius holds" in mail["text"]


def test_orders_that_come_of_age_during_the_night_are_told_together_in_the_morning(desk: Desk) -> None:
    for number in range(5):
        desk.hold(
            N + number, holds.BASE_ITEM_WAIT, since=desk.clock.now() + dt.timedelta(minutes=30 * number)
        )
    desk.clock.time = dt.datetime(2026, 11, 24, 0, 5)
    counts = []
    for _ in range(20):
        counts.append(len(desk.run_ends()))
        desk.later(minutes=30)
    assert (sum(counts), counts.index(1)) == (1, 14)  # 14 half hours after 0:05: 7:05


def test_a_hold_that_ends_is_recalled_no_more_and_begins_anew(desk: Desk) -> None:
    desk.hold(N, holds.JOB_P4_HOLD)
    desk.later(days=3)
    assert len(desk.run_ends()) == 1
    desk.finish(N)
    desk.later(days=1)
    assert desk.run_ends() == []
    desk.hold(N, holds.JOB_P4_HOLD)
    assert told(desk, 4) == [(3, "Reminder", CSR)]


def test_an_order_that_was_raised_is_not_recalled_as_well(desk: Desk) -> None:
    desk.hold(N, holds.JOB_P4_HOLD, since=desk.clock.now() - dt.timedelta(days=6))
    desk.hold(N + 1, holds.JOB_P4_HOLD, since=desk.clock.now() - dt.timedelta(days=4))
    (mail,) = desk.run_ends()
    assert (str(N) in mail["text"], str(N + 1) in mail["text"]) == (True, True)
    desk.later(days=1)
    by_recipient = {mail["recipients"][0]: mail["text"] for mail in desk.run_ends()}
    assert [(str(N) in text, str(N + 1) in text) for text in by_recipient.values()] == [
        (False, True),
        (True, False),
    ]
    assert list(by_recipient) == [*CSR, *ADMIN]


def test_days_are_those_of_the_site(desk: Desk) -> None:
    """23:30 in Chicago is the next day in UTC, by which the hold would be a day younger."""
    settings = desk.settings.model_copy(update={"site_time_zone": "America/Chicago"})
    evening, morning = dt.datetime(2026, 11, 22, 5, 30), dt.datetime(2026, 11, 24, 13, 5)
    one = waiting(N, evening)
    assert (days_held(settings, one, morning), days_held(desk.settings, one, morning)) == (3, 2)
    assert next_morning(settings)(None, morning) == dt.datetime(2026, 11, 25, 13, 0)  # type: ignore[arg-type]


def test_defect_20_ages_are_times_not_texts(desk: Desk) -> None:
    """The predecessor compared times as texts, some with a T and some with a blank, and its day was UTC's."""
    settings = desk.settings.model_copy(update={"site_time_zone": "America/Chicago"})
    started = dt.datetime(2026, 10, 30, 14, 0)  # two days before clocks are set back there
    assert [days_held(settings, waiting(N, started), started + dt.timedelta(days=n)) for n in range(6)] == [
        *range(6)
    ]
    assert site_time(settings, started).isoformat() == "2026-10-30T09:00:00-05:00"


def waiting(number: int, since: dt.datetime, code: str = holds.JOB_P4_HOLD) -> Order:
    """An order on hold."""
    record = Record(
        "orders", str(number), State.HELD, 1, 1, 0, None, frozenset(), None, None, since, hold_reason="why",
        error_code=code,
    )  # fmt: skip
    return Order(record, since)


@given(st.lists(st.integers(0, 20), max_size=20))
def test_every_hold_is_young_recalled_or_raised(days: list[int]) -> None:
    settings, now = Settings(_env_file=None), dt.datetime(2026, 11, 21, 9)
    orders = [waiting(n, now - dt.timedelta(days=age)) for n, age in enumerate(days)]
    reminded, raised = to_recall(settings, orders, now)
    assert [order for order in reminded if order in raised] == []
    assert len(reminded) == sum(3 <= age < 7 for age in days)
    assert len(raised) == sum(age >= 7 for age in days)


# -- the evening's summary ------------------------------------------------------------------------------


def test_the_evening_summary_counts_changes_that_wait_by_plant(desk: Desk) -> None:
    for place, code in enumerate(holds.HOLDS):
        desk.hold(N + place, code)
    desk.run_ends()
    desk.clock.time = dt.datetime(2026, 11, 21, 20, 0)
    (mail,) = desk.run_ends()
    assert mail["subject"] == "[SANDBOX] LWS Daily HOLD Summary, PolyTex=1, StarPak=3"
    assert mail["recipients"] == BOTH
    assert [code in mail["text"] for code in (holds.QUANTITY_CHANGED, holds.INCREASED, holds.JOB_P4_HOLD)] == [
        True, True, False,
    ]  # fmt: skip
    desk.later(minutes=30)
    assert desk.run_ends() == []


def test_the_summary_comes_every_evening_while_anything_waits(desk: Desk) -> None:
    desk.hold(N, holds.QUANTITY_CHANGED)
    evenings = [(day, kind) for day, kind, _ in told(desk, 3, (9, 20, 22)) if kind == "Summary"]
    assert evenings == [(0, "Summary"), (1, "Summary"), (2, "Summary")]


def test_no_summary_when_no_change_waits(desk: Desk) -> None:
    desk.hold(N, holds.BASE_ITEM_WAIT)
    assert told(desk, 2, (20, 22)) == []


# -- what the chain driver leaves -------------------------------------------------------------------------


@pytest.fixture
def chain(desk: Desk, ledger_warehouse: Warehouse, clock: FakeClock) -> World:
    """Orders that are really driven, by a destination that knows but one hold."""
    desk.instance = "shelf:TEST:1"
    return World(ledger_warehouse, clock)


def test_defect_12_a_hold_ages_although_every_run_looks_at_it_again(desk: Desk, chain: World) -> None:
    """The predecessor began each hold anew with every run: none ever became old enough to be recalled."""
    found: Seen = []
    for day in range(9):
        for hour in (9, 12, 15):
            desk.clock.time = dt.datetime(2026, 11, 21 + day, hour)
            drive(chain, [order(chain, str(N), film=None)])
            found += [(day, _kind(mail["subject"]), mail["recipients"]) for mail in desk.run_ends()]
    assert found == [
        (0, "Mismatch", ["film@plant.example"]),
        *((day, "Reminder", CSR) for day in (3, 4, 5, 6)),
        *((day, "Escalation", ADMIN) for day in (7, 8)),
    ]


def test_defect_06_an_order_whose_purchase_order_is_blocked_is_recalled_until_somebody_settles_it(
    desk: Desk,
) -> None:
    """The predecessor told it once; after that the order stayed on hold for ever and nobody heard of it."""
    desk.hold(N, holds.PO_BLOCKED, "purchase order 241206 is received")
    first = desk.run_ends()
    assert [f"order-staging radius complete {N}" in mail["text"] for mail in first] == [True]
    again: list[dict[str, Any]] = []
    for _ in range(8):
        desk.later(days=1)
        again += desk.run_ends()
    assert [_kind(mail["subject"]) for mail in again] == [*["Reminder"] * 4, *["Escalation"] * 2]
    assert all("purchase order 241206 is received" in mail["text"] for mail in again)
