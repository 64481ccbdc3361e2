"""Idempotency keys: one execution per key for half an hour, across restarts, within a budget."""

from __future__ import annotations

from pathlib import Path

from sandbox.monday.server import RunningMonday
from tests.sandbox.monday_wire import BOARD, CREATE, Wire, at_once, batch

ITEM = {"board": BOARD, "name": "once"}


def test_a_repeated_key_replays_the_first_answer_byte_for_byte(wire: Wire) -> None:
    first = wire.post(CREATE, ITEM, Idempotency_Key="key 1")
    second = wire.post(CREATE, ITEM, Idempotency_Key="key 1")
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.content == first.content
    assert wire.count() == 1
    calls = wire.control.calls()
    assert (calls["mutations"], calls["executed"], calls["replayed"]) == (2, {"mutation": 1}, 1)


def test_the_key_decides_not_the_content(wire: Wire) -> None:
    wire.post(CREATE, ITEM, Idempotency_Key="key")
    other = wire.post(CREATE, {"board": BOARD, "name": "another"}, Idempotency_Key="key")
    assert other.json()["data"]["create_item"]["name"] == "once"
    wire.post(CREATE, ITEM, Idempotency_Key="another key")
    assert wire.count() == 2


def test_partial_errors_are_replayed_too(wire: Wire) -> None:
    query, variables = batch(["good", ""])
    first = wire.post(query, variables, Idempotency_Key="mixed")
    again = wire.post(query, variables, Idempotency_Key="mixed")
    assert again.content == first.content
    assert again.json()["errors"][0]["path"] == ["a1"]
    assert wire.count() == 1


def test_a_key_is_forgotten_after_thirty_minutes(wire: Wire) -> None:
    wire.post(CREATE, ITEM, Idempotency_Key="key")
    wire.control.advance(1_790)
    assert "Idempotency-Replayed" in wire.post(CREATE, ITEM, Idempotency_Key="key").headers
    wire.control.advance(20)
    assert "Idempotency-Replayed" not in wire.post(CREATE, ITEM, Idempotency_Key="key").headers
    assert wire.count() == 2


def test_a_duplicate_that_comes_too_early_is_told_to_wait(wire: Wire) -> None:
    wire.control.set_faults(latency={"alias": (0.5, 0.5)})
    answers = at_once(*[lambda: wire.post(CREATE, ITEM, Idempotency_Key="key")] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    conflict = next(answer for answer in answers if answer.status_code == 409)
    assert conflict.json()["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert conflict.headers["Retry-After"] == "1"
    assert wire.post(CREATE, ITEM, Idempotency_Key="key").headers["Idempotency-Replayed"] == "true"
    assert wire.count() == 1


def test_a_refusal_that_executed_nothing_leaves_the_key_unused(wire: Wire) -> None:
    wire.control.set_limits(complexity_per_minute=100)
    assert wire.post(CREATE, ITEM, Idempotency_Key="key").status_code == 429
    wire.control.set_limits(complexity_per_minute=100_000)
    wire.control.next_faults({"kind": "status", "when": "before", "status": 503})
    assert wire.post(CREATE, ITEM, Idempotency_Key="key").status_code == 503
    assert wire.post(CREATE, ITEM, Idempotency_Key="key").status_code == 200
    assert wire.count() == 1


def test_a_lost_answer_is_found_under_its_key(wire: Wire) -> None:
    wire.control.next_faults({"kind": "status", "when": "after", "status": 502})
    assert wire.post(CREATE, ITEM, Idempotency_Key="key").status_code == 502
    again = wire.post(CREATE, ITEM, Idempotency_Key="key")
    assert again.json()["data"]["create_item"]["id"] == "9700000001"
    assert wire.count() == 1


def test_over_the_memory_budget_a_key_protects_nothing(wire: Wire) -> None:
    wire.control.set_rules(idempotency_budget_bytes=300)
    for key in ("fits", "too much"):
        for _ in range(2):
            wire.post(CREATE, ITEM, Idempotency_Key=key)
    assert wire.count() == 3


def test_an_answer_that_is_too_big_is_not_remembered(wire: Wire) -> None:
    wire.control.set_rules(idempotency_response_bytes=100)
    for _ in range(2):
        wire.post(CREATE, ITEM, Idempotency_Key="key")
    assert wire.count() == 2


def test_queries_and_empty_keys_are_not_remembered(wire: Wire) -> None:
    query = f"{{ boards(ids: [{BOARD}]) {{ items_count }} }}"
    assert wire.post(query, Idempotency_Key="key").json()["data"]["boards"][0]["items_count"] == 0
    wire.post(CREATE, ITEM, Idempotency_Key="")
    wire.post(CREATE, ITEM, Idempotency_Key="")
    assert wire.post(query, Idempotency_Key="key").json()["data"]["boards"][0]["items_count"] == 2


def test_keys_outlive_the_server(tmp_path: Path) -> None:
    state = tmp_path / "monday.db"
    with RunningMonday(state=state) as monday:
        first = Wire(monday).post(CREATE, ITEM, Idempotency_Key="key")
    with RunningMonday(state=state) as monday:
        again = Wire(monday).post(CREATE, ITEM, Idempotency_Key="key")
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.content == first.content
        assert Wire(monday).count() == 1
