"""Quotas: complexity, requests, concurrency, calls per day, time; and what is said about them."""

from __future__ import annotations

import re
import time

import pytest

from sandbox.monday.settings import Limits, profile
from sandbox.monday.windows import Window
from tests.sandbox.monday_wire import BOARD, CREATE, SUBITEM_BOARD, Wire, at_once, batch

ME = "{ me { id } }"
COMPLEXITY = "{ complexity { before query after reset_in_x_seconds } }"


def test_the_contract_profile_has_the_documented_figures() -> None:
    limits = profile("contract").limits
    assert limits.complexity_per_minute == 10_000_000
    assert (limits.requests_per_minute, limits.concurrency, limits.calls_per_day) == (2_500, 100, 10_000)
    assert (limits.mutation_cost, limits.query_cap, limits.timeout_seconds) == (30_001, 5_000_000, 60)
    assert limits.complexity_per_minute // limits.mutation_cost == 333


def test_every_answer_tells_the_quotas_in_headers(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=1_000_000, requests_per_minute=50, concurrency=5)
    headers = wire.post(CREATE, {"board": BOARD, "name": "x"}).headers
    assert headers["RateLimit-Policy"] == (
        '"minuteRate";q=50;w=60, "concurrency";q=5;qu="concurrent-requests", '
        '"complexityMinute";q=1000000;w=60'
    )
    assert re.fullmatch(
        r'"minuteRate";r=49;t=(60|59), "complexityMinute";r=969999;t=(60|59)', headers["RateLimit"]
    )
    assert "RateLimit" in wire.post("{ nonsense }").headers
    assert "RateLimit" in wire.post(ME, Authorization="wrong").headers


def test_a_create_costs_30001_points_and_a_failed_one_half(wire: Wire) -> None:
    def left() -> int:
        return int(wire.data(COMPLEXITY)["complexity"]["after"])

    before = left()
    wire.create()
    after = left()
    wire.error(CREATE, board=BOARD, name="")
    assert before - after == 30_001 + 1
    assert after - left() == 30_001 - 15_000 + 1


def test_the_price_of_a_mutation_can_be_set(wire: Wire) -> None:
    wire.control.set_limits(mutation_cost=10_000, mutation_costs={"create_subitem": 20_000})
    subitem = 'create_subitem(parent_item_id: $parent, item_name: "x") { id }'
    query = f"mutation ($parent: ID!) {{ complexity {{ query }} {subitem} }}"
    assert wire.data(query, parent=wire.create())["complexity"]["query"] == 20_001


def test_an_exhausted_budget_is_429_with_the_seconds_to_wait_and_executes_nothing(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=60_002)
    wire.create_many(["a", "b"])
    response = wire.post(CREATE, {"board": BOARD, "name": "c"})
    [error] = response.json()["errors"]
    seconds = error["extensions"]["retry_in_seconds"]
    assert response.status_code == 429
    assert set(error["extensions"]) == {"code", "retry_in_seconds", "request_id"}
    assert error["extensions"]["code"] == "COMPLEXITY_BUDGET_EXHAUSTED"
    assert 58 <= seconds <= 60
    assert response.headers["Retry-After"] == str(seconds)
    assert wire.count() == 2
    wire.control.advance(60)
    wire.create("c")
    assert wire.count() == 3


def test_older_versions_told_the_exhausted_budget_differently(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=100, error_shape="2025-01")
    extensions = wire.error(CREATE, board=BOARD, name="c")["extensions"]
    assert extensions["complexity"] == 30_001
    assert (extensions["complexity_budget_left"], extensions["complexity_budget_limit"]) == (100, 100)
    assert extensions["status_code"] == 429
    wire.control.set_limits(error_shape="2024-10")
    content = wire.post(CREATE, {"board": BOARD, "name": "c"}).json()
    assert (content["error_code"], content["status_code"]) == ("ComplexityException", 429)
    assert content["error_message"].startswith(
        "Complexity budget exhausted, query cost 30001 budget remaining 100"
    )


def test_app_tokens_have_a_budget_for_reading_and_one_for_writing(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=30_001, split_read_and_write=True)
    wire.create()
    assert wire.data(COMPLEXITY)["complexity"]["before"] == 30_001
    assert wire.error(CREATE, board=BOARD, name="x")["http"] == 429


def test_one_request_may_cost_five_million_points(wire: Wire) -> None:
    names = [str(number) for number in range(167)]
    query, variables = batch(names)
    [error] = wire.post(query, variables).json()["errors"]
    assert error["extensions"]["code"] == "maxComplexityExceeded"
    assert wire.count() == 0
    assert len(wire.create_many(names[:166])) == 166


def test_reading_more_costs_more(wire: Wire) -> None:
    query = """
    query ($board: ID!, $limit: Int!) {
      complexity { query } boards(ids: [$board]) { items_page(limit: $limit) { items { id } } }
    }
    """
    costs = [wire.data(query, board=BOARD, limit=limit)["complexity"]["query"] for limit in (1, 500)]
    assert costs == [1 + 1 + 2, 1 + 1 + 500 * 2]


def test_requests_are_counted_per_minute_failures_included(wire: Wire) -> None:
    wire.control.set_limits(requests_per_minute=3)
    wire.post("{ nonsense }")
    wire.post(ME)
    wire.post(ME)
    response = wire.post(ME)
    assert response.status_code == 429
    assert response.json()["errors"][0]["extensions"]["code"] == "Rate Limit Exceeded"
    assert 58 <= int(response.headers["Retry-After"]) <= 60
    wire.control.advance(61)
    assert wire.post(ME).status_code == 200


def test_the_ip_is_limited_per_ten_seconds(wire: Wire) -> None:
    wire.control.set_limits(requests_per_ten_seconds=1)
    wire.post(ME)
    assert wire.error(ME)["code"] == "IP_RATE_LIMIT_EXCEEDED"
    wire.control.advance(11)
    assert wire.post(ME).status_code == 200


def test_calls_per_day_end_at_midnight_utc(wire: Wire) -> None:
    wire.control.set_limits(calls_per_day=2)
    wire.post(ME)
    wire.post(ME)
    error = wire.error(ME)
    assert (error["http"], error["code"]) == (429, "DAILY_LIMIT_EXCEEDED")
    assert 0 < error["extensions"]["retry_in_seconds"] <= 86_400
    wire.control.advance(error["extensions"]["retry_in_seconds"] + 1)
    assert wire.post(ME).status_code == 200


def test_asking_for_the_complexity_alone_costs_a_tenth_of_a_daily_call(wire: Wire) -> None:
    wire.control.set_limits(calls_per_day=1)
    for _ in range(5):
        assert wire.post(COMPLEXITY).status_code == 200


def test_too_many_requests_at_once_are_refused(wire: Wire) -> None:
    wire.control.set_limits(concurrency=1)
    wire.control.set_faults(latency={"request": (0.5, 0.5)})
    answers = at_once(*[lambda: wire.post(ME)] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429]
    codes = {
        answer.json()["errors"][0]["extensions"]["code"] for answer in answers if answer.status_code == 429
    }
    assert codes == {"maxConcurrencyExceeded"}


@pytest.mark.parametrize(("locking", "statuses"), [(True, [200, 423]), (False, [200, 200])])
def test_a_board_takes_one_changing_request_at_a_time(wire: Wire, locking: bool, statuses: list[int]) -> None:
    wire.control.set_rules(lock_boards=locking)
    wire.control.set_faults(latency={"alias": (0.5, 0.5)})
    answers = at_once(*[lambda: wire.post(CREATE, {"board": BOARD, "name": "x"})] * 2)
    assert sorted(answer.status_code for answer in answers) == statuses
    assert wire.count() == statuses.count(200)
    locked = [answer for answer in answers if answer.status_code == 423]
    assert all("Retry-After" in answer.headers for answer in locked)


def test_different_boards_are_changed_side_by_side(wire: Wire) -> None:
    parent = wire.create()
    wire.control.set_faults(latency={"alias": (0.5, 0.5)})
    subitem = f'mutation {{ create_subitem(parent_item_id: {parent}, item_name: "s") {{ id }} }}'
    item = f'mutation {{ create_item(board_id: {BOARD}, item_name: "i") {{ id }} }}'
    answers = at_once(lambda: wire.post(subitem), lambda: wire.post(item))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert wire.control.board(SUBITEM_BOARD)["items"] == 1


def test_after_its_time_a_request_gets_504_and_is_executed_all_the_same(wire: Wire) -> None:
    wire.control.set_limits(timeout_seconds=0.2)
    wire.control.set_faults(latency={"alias": (0.15, 0.15)})
    query, variables = batch(["a", "b", "c"])
    response = wire.post(query, variables, Idempotency_Key="slow")
    assert response.status_code == 504
    assert "html" in response.headers["Content-Type"]
    wire.control.set_faults()
    while wire.control.calls()["mutations"] < 1:
        time.sleep(0.01)
    assert wire.count() == 3
    again = wire.post(query, variables, Idempotency_Key="slow")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert wire.count() == 3


def test_a_faster_clock_shortens_the_windows_and_what_is_told_of_them(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=30_001, time_scale=60.0)
    headers = wire.post(CREATE, {"board": BOARD, "name": "x"}).headers
    assert '"complexityMinute";q=30001;w=1' in headers["RateLimit-Policy"]
    assert wire.error(CREATE, board=BOARD, name="y")["extensions"]["retry_in_seconds"] == 1
    wire.control.advance(1)
    wire.create("y")
    assert wire.count() == 2


def test_a_client_with_a_scaled_clock_is_told_scaled_seconds(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=30_001, time_scale=20.0, told_in="scaled_seconds")
    headers = wire.post(CREATE, {"board": BOARD, "name": "x"}).headers
    assert '"complexityMinute";q=30001;w=60' in headers["RateLimit-Policy"]
    assert 40 <= wire.error(CREATE, board=BOARD, name="y")["extensions"]["retry_in_seconds"] <= 60
    wire.control.advance(3)
    wire.create("y")
    assert wire.count() == 2


def test_an_anchored_window_empties_at_once_and_a_rolling_one_use_by_use() -> None:
    for kind, left in (("anchored", 10.0), ("rolling", 6.0)):
        window = Window(10, 60, kind)  # type: ignore[arg-type]
        window.take(6, 0.0)
        window.take(4, 50.0)
        assert window.left(59.0) == 0
        assert window.left(60.0) == left
    assert Window(10, 60).wait_for(10, 5.0) == 0


def test_a_rolling_window_tells_when_so_much_has_come_back() -> None:
    window = Window(10, 60, "rolling")
    window.take(6, 0.0)
    window.take(4, 30.0)
    assert window.wait_for(5, 40.0) == 20.0
    assert window.wait_for(7, 40.0) == 50.0


def test_a_refund_leaves_the_start_of_the_window_where_it_was() -> None:
    window = Window(10, 60)
    window.take(6, 0.0)
    window.give_back(6)
    assert window.left(1.0) == 10
    window.take(10, 30.0)
    assert window.resets_in(30.0) == 30.0


def test_limits_that_make_no_sense_are_refused(wire: Wire) -> None:
    with pytest.raises(Exception, match="greater than or equal to 1"):
        wire.control.set_limits(concurrency=0)
    with pytest.raises(Exception, match="Extra inputs"):
        wire.control.set_limits(coffee=1)
    assert wire.control.set_limits() == Limits().model_dump()
