"""Faults on demand: what is executed, what is answered, and that the same seed strikes the same requests."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.sandbox.monday_wire import BOARD, CREATE, Wire, batch

ITEM = {"board": BOARD, "name": "x"}
CALLER = """
import json, os, sys, urllib.request
body = json.dumps({"query": sys.argv[2], "variables": json.loads(sys.argv[3])}).encode()
headers = {"Authorization": "sandbox-token", "X-Sandbox-Pid": str(os.getpid())}
print("answered", urllib.request.urlopen(urllib.request.Request(sys.argv[1], body, headers)).status)
"""


def outcome(wire: Wire) -> str:
    """Status of one create, or how its connection ended."""
    try:
        return str(wire.post(CREATE, ITEM, timeout=0.5).status_code)
    except requests.exceptions.RequestException as error:
        return type(error).__name__


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"kind": "status"}, "503"),
        ({"kind": "status", "status": 500}, "500"),
        ({"kind": "error", "code": "INTERNAL_SERVER_ERROR"}, "500"),
        ({"kind": "html", "status": 504}, "504"),
        ({"kind": "empty"}, "200"),
        ({"kind": "half_json"}, "ConnectionError|ChunkedEncodingError"),
        ({"kind": "silence"}, "ReadTimeout"),
        ({"kind": "close"}, "ConnectionError"),
        ({"kind": "reset"}, "ConnectionError"),
    ],
)
def test_a_spoilt_answer_hides_whether_the_item_exists(
    wire: Wire, when: str, fault: dict[str, Any], seen: str
) -> None:
    wire.control.next_faults({**fault, "when": when})
    assert outcome(wire) in seen.split("|")
    assert wire.count() == (1 if when == "after" else 0)
    assert outcome(wire) == "200"


def test_a_reset_is_a_reset(wire: Wire) -> None:
    wire.control.next_faults({"kind": "reset", "when": "after"})
    with pytest.raises(requests.exceptions.ConnectionError, match="reset by peer"):
        wire.post(CREATE, ITEM)


def test_a_proxy_page_is_no_json_and_an_empty_body_is_empty(wire: Wire) -> None:
    wire.control.next_faults({"kind": "html"}, {"kind": "empty"})
    page, nothing = wire.post(CREATE, ITEM), wire.post(CREATE, ITEM)
    assert page.headers["Content-Type"] == "text/html"
    assert page.text.startswith("<html>")
    assert (nothing.status_code, nothing.content) == (200, b"")


def _retry_after(answer: requests.Response) -> object:
    return answer.headers.get("Retry-After")


def _extension(name: str) -> Callable[[requests.Response], object]:
    return lambda answer: answer.json()["errors"][0]["extensions"].get(name)


def _rate_limit(answer: requests.Response) -> object:
    return "r=0;t=7" in answer.headers["RateLimit"]


@pytest.mark.parametrize(
    ("hint", "told", "value"),
    [
        ("retry_after", _retry_after, "7"),
        ("retry_in_seconds", _extension("retry_in_seconds"), 7),
        ("retryAfterMs", _extension("retryAfterMs"), 7_000),
        ("ratelimit", _rate_limit, True),
    ],
)
def test_a_429_tells_the_wait_in_one_place_only(
    wire: Wire, hint: str, told: Callable[[requests.Response], object], value: object
) -> None:
    wire.control.next_faults({"kind": "rate_limit", "when": "before", "hint": hint, "seconds": 7})
    answer = wire.post(CREATE, ITEM)
    assert answer.status_code == 429
    assert told(answer) == value
    others = {_retry_after, _rate_limit} - {told}
    assert not any(other(answer) for other in others)
    assert wire.count() == 0


def test_the_queue_strikes_in_order_and_waits_for_its_kind(wire: Wire) -> None:
    wire.control.next_faults(
        {"kind": "status", "status": 500, "when": "before"},
        {"kind": "none"},
        {"kind": "status", "status": 502, "on": "query", "when": "before"},
    )
    assert [outcome(wire) for _ in range(3)] == ["500", "200", "200"]
    assert wire.post("{ me { id } }").status_code == 502
    assert wire.post("{ me { id } }").status_code == 200


def test_the_same_seed_strikes_the_same_requests(wire: Wire) -> None:
    def run(seed: int) -> list[str]:
        rules = [
            {"kind": "status", "status": 500, "when": "before", "probability": 0.3},
            {"kind": "status", "status": 502, "when": "after", "probability": 0.3},
        ]
        wire.control.set_faults(seed=seed, rules=rules)
        return [outcome(wire) for _ in range(30)]

    first = run(7)
    assert {"200", "500", "502"} == set(first)
    assert run(7) == first
    assert run(8) != first


def test_a_rule_may_be_limited_in_times(wire: Wire) -> None:
    wire.control.set_faults(rules=[{"kind": "status", "when": "before", "times": 2}])
    assert [outcome(wire) for _ in range(4)] == ["503", "503", "200", "200"]


def test_poison_hits_by_name_value_or_mutation(wire: Wire) -> None:
    wire.control.set_faults(
        poison=[
            {"name": "^bad", "code": "InvalidArgumentException", "message": "poisoned"},
            {"values": "GRE-666", "code": "ColumnValueException", "column_id": "text_mkr5wya6"},
            {"mutation": "create_subitem", "code": "RecordInvalidException", "times": 1},
        ]
    )
    query, variables = batch(["good", "bad one", "not bad"])
    content = wire.post(query, variables).json()
    assert [error["path"] for error in content["errors"]] == [["a1"]]
    assert content["errors"][0]["message"] == "poisoned"
    values = json.dumps({"text_mkr5wya6": "GRE-666"})
    error = wire.error(CREATE, board=BOARD, name="x", values=values)
    assert error["extensions"]["error_data"] == {"column_id": "text_mkr5wya6"}
    parent = content["data"]["a0"]["id"]
    subitem = f'mutation {{ create_subitem(parent_item_id: {parent}, item_name: "s") {{ id }} }}'
    assert wire.error(subitem)["http"] == 422
    assert wire.post(subitem).status_code == 200
    assert wire.count() == 2


def test_latency_is_per_request_and_per_alias(wire: Wire) -> None:
    wire.control.set_faults(latency={"request": (0.1, 0.1), "alias": (0.05, 0.05)})
    wire.create_many(["a", "b", "c", "d"])
    [entry] = wire.control.calls()["log"]
    assert entry["seconds"] >= 0.3


def start_caller(wire: Wire, names: list[str]) -> subprocess.Popen[str]:
    query, variables = batch(names)
    command = [sys.executable, "-c", CALLER, wire.monday.url, query, json.dumps(variables)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for_calls(wire: Wire, count: int) -> dict[str, Any]:
    """The calls, once so many have ended on the server."""
    for _ in range(500):
        calls = wire.control.calls()
        if calls["calls"] >= count:
            return calls
        time.sleep(0.01)
    raise AssertionError(f"{calls['calls']} calls ended, not {count}")


def test_a_caller_is_killed_after_the_commit_and_before_the_answer(wire: Wire) -> None:
    wire.control.next_faults({"kind": "kill"})
    caller = start_caller(wire, ["a", "b"])
    assert caller.communicate(timeout=10)[0] == ""
    assert caller.returncode == -9
    wait_for_calls(wire, 1)
    assert wire.count() == 2


def test_a_caller_killed_half_way_leaves_the_request_to_be_completed(wire: Wire) -> None:
    wire.control.set_faults(queue=[{"kind": "kill", "after_aliases": 1}], latency={"alias": (0.05, 0.05)})
    caller = start_caller(wire, ["a", "b", "c", "d"])
    assert caller.wait(timeout=10) == -9
    calls = wait_for_calls(wire, 1)
    assert calls["committed"] == {"create_item": 4}
    assert wire.count() == 4


def test_a_client_that_dies_by_itself_changes_nothing_for_the_server(wire: Wire) -> None:
    wire.control.set_faults(latency={"alias": (0.1, 0.1)})
    caller = start_caller(wire, ["a", "b", "c", "d", "e", "f"])
    while wire.count() < 2:
        time.sleep(0.01)
    caller.kill()
    assert caller.communicate()[0] == ""
    wait_for_calls(wire, 1)
    assert wire.count() == 6


def test_a_client_that_stops_waiting_changes_nothing_for_the_server(wire: Wire) -> None:
    wire.control.set_faults(latency={"alias": (0.1, 0.1)})
    query, variables = batch(["a", "b", "c"])
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.post(query, variables, timeout=0.05, Idempotency_Key="slow")
    wait_for_calls(wire, 1)
    assert wire.count() == 3
    assert wire.post(query, variables, Idempotency_Key="slow").headers["Idempotency-Replayed"] == "true"
