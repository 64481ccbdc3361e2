"""What is not a whole answer of the API: was anything executed or not?"""

import datetime as dt
import json
from email.utils import format_datetime

import pytest

from dagster_project.delivery.outcomes import AccessRefused, MustWait, NoDefiniteAnswer, RequestRefused
from dagster_project.monday.answers import read_reply, told_wait
from dagster_project.wire import HttpAnswer

PAGE = "<html><head><title>x</title></head><body><h1>Bad   Gateway</h1></body></html>"


def answer(status: int, body: object, **headers: str) -> HttpAnswer:
    text = body if isinstance(body, str) else json.dumps(body)
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


@pytest.mark.parametrize("status", [200, 408, 499, 500, 502, 503, 504])
@pytest.mark.parametrize("body", ["", PAGE, '{"data": {"a0": {"id": "97', "[]", "null"])
def test_what_is_no_answer_may_have_been_executed(status: int, body: str) -> None:
    with pytest.raises(NoDefiniteAnswer):
        read_reply(answer(status, body))


@pytest.mark.parametrize(
    ("status", "exception"),
    [
        (301, AccessRefused),
        (302, AccessRefused),
        (401, AccessRefused),
        (403, AccessRefused),
        (404, AccessRefused),
        (405, AccessRefused),
        (407, AccessRefused),
        (400, RequestRefused),
        (413, RequestRefused),
        (409, MustWait),
        (423, MustWait),
        (429, MustWait),
    ],
)
@pytest.mark.parametrize("body", ["", PAGE, '{"error": "said the proxy"}'])
def test_a_proxy_that_refuses_stands_before_the_api(
    status: int, exception: type[Exception], body: str
) -> None:
    with pytest.raises(exception):
        read_reply(answer(status, body))


def test_a_page_is_shown_without_its_markup() -> None:
    with pytest.raises(NoDefiniteAnswer, match=r"HTTP 502: x Bad Gateway$"):
        read_reply(answer(502, PAGE))


def test_a_5xx_is_unknown_even_with_data_in_it() -> None:
    with pytest.raises(NoDefiniteAnswer):
        read_reply(answer(500, {"data": {"a0": {"id": "1"}}}))


def test_data_without_errors_is_read() -> None:
    reply = read_reply(answer(200, {"data": {"a0": {"id": "1"}}, "extensions": {"request_id": "r-1"}}))
    assert (reply.data, reply.errors, reply.request_id) == ({"a0": {"id": "1"}}, (), "r-1")


def test_errors_beside_data_belong_to_their_aliases() -> None:
    body = {
        "data": {"a0": {"id": "1"}, "a1": None},
        "errors": [{"message": "no", "path": ["a1"], "extensions": {"code": "ColumnValueException"}}],
    }
    reply = read_reply(answer(200, body))
    assert [error.code for error in reply.errors_of("a1")] == ["ColumnValueException"]
    assert reply.errors_of("a0") == []


def test_an_error_of_the_only_alias_is_its_own_although_the_status_is_the_errors() -> None:
    body = {
        "data": {"a0": None},
        "errors": [{"message": "gone", "path": ["a0"], "extensions": {"code": "ResourceNotFoundException"}}],
    }
    assert read_reply(answer(404, body)).errors_of("a0")[0].code == "ResourceNotFoundException"


def test_a_429_executes_nothing_whatever_its_errors_name() -> None:
    body = {
        "data": {"a0": None},
        "errors": [
            {
                "message": "slow",
                "path": ["a0"],
                "extensions": {"code": "FIELD_LIMIT_EXCEEDED", "retry_in_seconds": 15},
            }
        ],
    }
    with pytest.raises(MustWait) as waiting:
        read_reply(answer(429, body))
    assert waiting.value.seconds == 15


def test_neither_data_nor_errors_is_no_answer() -> None:
    for body in ({}, {"data": None}, {"data": {}}, {"data": {}, "errors": []}):
        with pytest.raises(NoDefiniteAnswer):
            read_reply(answer(200, body))


def test_the_flat_errors_of_old_versions_are_understood() -> None:
    body = {
        "error_code": "ComplexityException",
        "status_code": 429,
        "error_message": "Complexity budget exhausted, budget remaining 5 reset in 12 seconds",
        "errors": ["…"],
    }
    with pytest.raises(MustWait) as waiting:
        read_reply(answer(200, body))
    assert waiting.value.seconds == 12


def test_the_worst_of_several_errors_decides() -> None:
    def error(code: str) -> dict[str, object]:
        return {"message": code, "extensions": {"code": code}}

    body = {"errors": [error("ColumnValueException"), error("INTERNAL_SERVER_ERROR")]}
    with pytest.raises(NoDefiniteAnswer):
        read_reply(answer(200, body))


@pytest.mark.parametrize(
    ("headers", "extensions", "message", "seconds"),
    [
        ({"retry-after": "5"}, {"retry_in_seconds": 9}, "", 5),
        ({"retry-after": "soon"}, {"retry_in_seconds": 9}, "", 9),
        ({}, {"retry_in_seconds": 9, "retryAfterMs": 1}, "", 9),
        ({}, {"retryAfterMs": 2500}, "", 2.5),
        ({"ratelimit": '"a";r=5;t=3, "b";r=0;t=8'}, {}, "", 8),
        ({"ratelimit": '"a";r=5;t=3'}, {}, "reset in 21 seconds", 21),
        ({}, {}, "", None),
        ({"retry-after": "-3"}, {}, "", 0),
    ],
)
def test_the_most_reliable_hint_wins(
    headers: dict[str, str], extensions: dict[str, object], message: str, seconds: float | None
) -> None:
    assert told_wait(headers, extensions, message) == seconds


def test_a_wait_may_be_told_as_a_date() -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    assert told_wait({"retry-after": format_datetime(moment, usegmt=True)}) == pytest.approx(30, abs=2)
