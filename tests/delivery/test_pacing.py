"""Quotas are kept without ever being refused, and requests are made as big as latency allows."""

import datetime as dt
from itertools import pairwise

import pytest

from dagster_project.delivery.pacing import (
    Policy,
    Prices,
    RateBudget,
    Remaining,
    RequestSize,
    parse_policy,
    parse_remaining,
)
from sandbox.monday.windows import Window as ServerWindow
from tests.conftest import FakeClock

POINTS = "complexityMinute"


def test_policies_are_read_from_the_header_and_concurrency_is_no_window() -> None:
    header = (
        '"minuteRate";q=2500;w=60, "concurrency";q=100;qu="concurrent-requests", '
        '"complexityMinute";q=10000000;w=60'
    )
    assert parse_policy(header) == {
        "minuteRate": Policy(2500, 60),
        "complexityMinute": Policy(10_000_000, 60),
    }


def test_what_remains_is_read_from_the_header() -> None:
    header = '"minuteRate";r=2499;t=60, "complexityMinute";r=0;t=17.5'
    assert parse_remaining(header) == {
        "minuteRate": Remaining(2499, 60),
        "complexityMinute": Remaining(0, 17.5),
    }


@pytest.mark.parametrize("header", [None, "", "nonsense", '"x";r=many;t=3', '"x"'])
def test_a_header_that_says_nothing_is_let_pass(header: str | None) -> None:
    assert parse_remaining(header) == {}
    assert parse_policy(header) == {}


def test_without_a_policy_nothing_waits(clock: FakeClock) -> None:
    budget = RateBudget(daily_calls=10)
    budget.begin({POINTS: 1e9}, clock.now())
    assert budget.wait({POINTS: 1e9}, clock.now()) == 0


def test_a_request_waits_until_enough_has_expired(clock: FakeClock) -> None:
    budget = learned(clock, quota=100)
    budget.begin({POINTS: 60}, clock.now())
    clock.sleep(10)
    budget.begin({POINTS: 40}, clock.now())
    assert budget.wait({POINTS: 50}, clock.now()) == pytest.approx(50.5)
    assert budget.wait({POINTS: 61}, clock.now()) == pytest.approx(60.5)
    clock.sleep(51)
    assert budget.wait({POINTS: 60}, clock.now()) == 0


def test_a_request_bigger_than_the_quota_waits_until_all_is_free(clock: FakeClock) -> None:
    budget = learned(clock, quota=100)
    budget.begin({POINTS: 10}, clock.now())
    assert budget.wait({POINTS: 500}, clock.now()) == pytest.approx(60.5)
    clock.sleep(61)
    assert budget.wait({POINTS: 500}, clock.now()) == 0


def test_what_others_used_counts_until_the_server_gives_it_back(clock: FakeClock) -> None:
    budget = learned(clock, quota=100)
    charge = budget.begin({POINTS: 10}, clock.now())
    budget.settle(charge, {POINTS: 10}, {}, {POINTS: Remaining(20, 30)}, clock.now())
    assert budget.wait({POINTS: 20}, clock.now()) == 0
    assert budget.wait({POINTS: 21}, clock.now()) == 30


def test_the_cost_the_server_names_replaces_the_guess(clock: FakeClock) -> None:
    budget = learned(clock, quota=100)
    charge = budget.begin({POINTS: 90}, clock.now())
    assert budget.wait({POINTS: 50}, clock.now()) > 0
    budget.settle(charge, {POINTS: 10}, {}, {}, clock.now())
    assert budget.wait({POINTS: 90}, clock.now()) == 0


def test_nothing_is_asked_for_as_long_as_the_server_said(clock: FakeClock) -> None:
    budget = RateBudget(daily_calls=10)
    budget.close(17, clock.now())
    assert budget.wait({}, clock.now()) == 17
    clock.sleep(17)
    assert budget.wait({}, clock.now()) == 0


def test_when_the_days_calls_are_used_up_it_waits_until_midnight_utc(clock: FakeClock) -> None:
    clock.time = dt.datetime(2026, 11, 21, 23, 0)
    budget = RateBudget(daily_calls=2)
    for _ in range(2):
        assert budget.wait({}, clock.now()) == 0
        budget.begin({}, clock.now())
    assert budget.wait({}, clock.now()) == 3_600
    clock.sleep(3_600)
    assert budget.wait({}, clock.now()) == 0


def test_the_servers_count_and_limit_of_the_day_win_where_they_are_stricter(clock: FakeClock) -> None:
    budget = RateBudget(daily_calls=10_000)
    budget.used_today(999, 1_000, clock.now())
    assert budget.wait({}, clock.now()) == 0
    budget.begin({}, clock.now())
    assert budget.wait({}, clock.now()) > 0
    budget.used_today(3, 25_000, clock.now())
    assert budget.daily_calls == 1_000


@pytest.mark.parametrize("kind", ["anchored", "rolling"])
@pytest.mark.parametrize("latency", [0.05, 1.0, 4.0])
def test_in_steady_state_no_request_is_refused_and_the_quota_is_used(
    clock: FakeClock, kind: str, latency: float
) -> None:
    """13 requests of 750,026 points fill 97.5 % of a minute of 10,000,000."""
    quota, cost, started = 10_000_000, 750_026, clock.now()
    server = ServerWindow(quota, 60.0, kind)  # type: ignore[arg-type]
    budget = learned(clock, quota)
    requests = 200
    for _ in range(requests):
        clock.sleep(budget.wait({POINTS: cost}, clock.now()) + 0.001)
        charge = budget.begin({POINTS: cost}, clock.now())
        arrived = seconds(clock) + 0.02
        assert server.wait_for(cost, arrived) == 0, "429"
        server.take(cost, arrived)
        clock.sleep(latency)
        told = {POINTS: Remaining(int(server.left(seconds(clock))), server.resets_in(seconds(clock)))}
        budget.settle(charge, {POINTS: cost}, {}, told, clock.now())
    spent = (clock.now() - started).total_seconds()
    needed = max(requests * cost / quota * 60, requests * latency)
    assert needed / spent >= 0.95


def test_a_price_is_guessed_until_a_request_of_one_kind_told_it() -> None:
    prices = Prices(guess=30_001)
    assert prices.of(["create"] * 2) == 60_002
    prices.learn(["create", "archive"], 5)
    assert prices.of(["create"]) == 30_001
    prices.learn(["create"] * 4, 40_000)
    assert prices.of(["create", "archive"]) == 10_000 + 30_001


def test_requests_shrink_before_latency_reaches_the_time_limit_and_grow_again() -> None:
    size = RequestSize(most=25, longest_seconds=30)
    size.took(25, 5)
    assert size.size == 25
    size.took(25, 50)
    assert size.size == 15
    for _ in range(5):
        size.took(size.size, 0.1 * size.size)
    assert size.size == 25


def test_a_request_that_was_not_answered_in_time_halves_the_next_ones() -> None:
    size = RequestSize(most=25, longest_seconds=30)
    sizes = [size.size]
    for _ in range(6):
        size.timed_out()
        sizes.append(size.size)
    assert sizes == [25, 12, 6, 3, 1, 1, 1]
    grown = []
    for _ in range(6):
        size.took(size.size, 0.01)
        grown.append(size.size)
    assert all(after <= 2 * before for before, after in pairwise([1, *grown]))
    assert grown[-1] == 25


def test_a_request_of_nothing_teaches_nothing() -> None:
    size = RequestSize(most=25, longest_seconds=30)
    size.took(0, 100)
    assert size.size == 25


def learned(clock: FakeClock, quota: float) -> RateBudget:
    """A budget that has heard the server's policy."""
    budget = RateBudget(daily_calls=1_000_000)
    budget.settle(budget.begin({}, clock.now()), {}, {POINTS: Policy(quota, 60)}, {}, clock.now())
    return budget


def seconds(clock: FakeClock) -> float:
    return (clock.now() - dt.datetime(2026, 1, 1)).total_seconds()
