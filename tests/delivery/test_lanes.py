"""Answers of requests that travel side by side: those that come together are dealt with together."""

from threading import Event

import pytest

from dagster_project.delivery import lanes
from dagster_project.delivery.destination import Answer
from dagster_project.delivery.lanes import ManyLanes
from dagster_project.delivery.transport import Request


class Side:
    """An outside system that answers a request when it is told to."""

    def __init__(self, *names: str) -> None:
        self.may_answer = {name: Event() for name in names}
        self.after: dict[str, str] = {}

    def send(self, request: Request) -> Answer:
        assert self.may_answer[request.request_id].wait(60), "nobody let it answer"
        if follower := self.after.get(request.request_id):
            self.may_answer[follower].set()
        return Answer([], text=request.request_id)


def request(name: str) -> Request:
    return Request(request_id=name, idempotency_key=name, body="", plans=(), intents=())


def answered(line: ManyLanes) -> set[str]:
    return {answer().text for _, answer in line.ended(60)}


def test_answers_that_come_one_right_after_the_other_are_dealt_with_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "TOGETHER_SECONDS", 60)  # however slow this machine is
    side = Side("a", "b", "c")
    side.after = {"a": "b", "b": "c"}
    with ManyLanes(3, side.send) as line:
        for name in side.may_answer:
            line.put(request(name))
        side.may_answer["a"].set()
        assert answered(line) == {"a", "b", "c"}
        assert line.idle


def test_an_answer_is_not_kept_for_one_that_takes_its_time() -> None:
    side = Side("quick", "slow")
    with ManyLanes(2, side.send) as line:
        for name in side.may_answer:
            line.put(request(name))
        side.may_answer["quick"].set()
        assert answered(line) == {"quick"}
        side.may_answer["slow"].set()
        assert answered(line) == {"slow"}
