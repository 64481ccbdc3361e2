"""Over a real socket: what is sent, what is never told, and what an answer that does not come means."""

import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from dagster_project.clock import SystemClock
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    DeliveryError,
    MustWait,
    NoDefiniteAnswer,
    RequestRefused,
)
from dagster_project.monday import documents
from dagster_project.monday.connection import Connection
from dagster_project.monday.destination import MondayDestination
from dagster_project.settings import Settings
from sandbox.monday.control import Control
from tests.conftest import FakeClock
from tests.monday.acting import Acting, intents_of, item, target

SECRET = "eyJhbGciOiJIUzI1NiJ9.very-secret-token"
GROUPS = {"board": "4755559751"}


@pytest.fixture
def impatient(settings: Settings, clock: FakeClock) -> Acting:
    """A destination that gives an answer half a second."""
    hasty = settings.model_copy(update={"monday_timeout_seconds": 0.5})
    acting = Acting(MondayDestination.from_settings(hasty, clock))
    acting.create(item("k0"))
    return acting


# -- writing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["silence", "close", "reset", "html", "half_json", "empty", "status"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_unknown_whether_or_not_it_was_executed(
    impatient: Acting, monday: Control, kind: str, when: str
) -> None:
    calls = impatient.destination.calls
    monday.next_faults({"kind": kind, "when": when, "status": 503 if kind == "status" else None})
    with pytest.raises(NoDefiniteAnswer):
        impatient.tell(target(item()))
    assert impatient.destination.calls == calls + 1  # sent once, repeated by nobody
    assert monday.board(4755559751)["items"] == (1 if when == "before" else 2)


def test_the_same_body_under_the_same_key_is_executed_once(impatient: Acting, monday: Control) -> None:
    operations = impatient.destination.operations(target(item()))
    body, intents = impatient.destination.compose(operations), intents_of(operations)
    monday.next_faults({"kind": "reset", "when": "after"})
    with pytest.raises(NoDefiniteAnswer):
        impatient.destination.send(body, "run:1", intents)
    answer = impatient.destination.send(body, "run:1", intents)
    assert isinstance(answer.outcomes[0], Delivered)
    assert monday.board(4755559751)["items"] == 2
    assert monday.calls()["replayed"] == 1
    keys = [entry["idempotency_key"] for entry in monday.calls()["log"] if entry["kind"] == "mutation"]
    assert keys[-2:] == ["run:1", "run:1"]


def test_a_request_that_timed_out_makes_the_next_ones_smaller(impatient: Acting, monday: Control) -> None:
    assert impatient.destination.request_size("items") == 25
    monday.next_faults({"kind": "silence"})
    with pytest.raises(NoDefiniteAnswer):
        impatient.tell(target(item()))
    assert impatient.destination.request_size("items") == 12
    assert impatient.destination.request_size("subitems") == 25


def test_the_answer_keeps_the_text_and_the_vendors_request_id(acting: Acting) -> None:
    acting.create(item("k0"))
    operations = acting.destination.operations(target(item()))
    answer = acting.destination.send(acting.destination.compose(operations), "k", intents_of(operations))
    assert answer.vendor_request_id
    assert answer.vendor_request_id in answer.text


# -- reading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["close", "reset", "html", "half_json", "empty", "status"])
def test_a_read_is_repeated_until_it_is_answered(
    destination: MondayDestination, monday: Control, clock: FakeClock, kind: str
) -> None:
    monday.next_faults(*({"kind": kind, "on": "query"} for _ in range(3)))
    assert destination.client.read(documents.GROUPS, GROUPS)["boards"][0]["id"] == "4755559751"
    assert clock.slept == [1, 2, 4]
    assert destination.calls == 4


def test_a_read_is_not_repeated_for_ever(destination: MondayDestination, monday: Control) -> None:
    monday.set_faults(rules=[{"kind": "status", "on": "query"}])
    with pytest.raises(NoDefiniteAnswer):
        destination.client.read(documents.GROUPS, GROUPS)
    assert destination.calls == 6


def test_a_read_waits_as_told(destination: MondayDestination, monday: Control, clock: FakeClock) -> None:
    monday.next_faults({"kind": "rate_limit", "on": "query", "when": "before", "seconds": 7})
    destination.client.read(documents.GROUPS, GROUPS)
    assert clock.slept == [7]


def test_a_read_that_would_wait_until_tomorrow_says_so_at_once(
    destination: MondayDestination, monday: Control, clock: FakeClock
) -> None:
    monday.next_faults(
        {"kind": "error", "code": "DAILY_LIMIT_EXCEEDED", "on": "query", "when": "before", "seconds": 40_000}
    )
    with pytest.raises(MustWait) as waiting:
        destination.client.read(documents.GROUPS, GROUPS)
    assert (waiting.value.seconds, clock.slept) == (40_000, [])
    with pytest.raises(MustWait, match="quota comes back"):  # and nothing is asked meanwhile
        destination.client.read(documents.GROUPS, GROUPS)
    assert destination.calls == 1


def test_a_read_without_access_is_not_repeated(destination: MondayDestination, monday: Control) -> None:
    monday.edit("revoke_token")
    with pytest.raises(AccessRefused):
        destination.client.read(documents.GROUPS, GROUPS)
    assert destination.calls == 1


def test_an_invalid_read_is_refused(destination: MondayDestination) -> None:
    with pytest.raises(RequestRefused):
        destination.client.read("{ nonsense }", {})


# -- pacing -----------------------------------------------------------------------------------------


def test_a_full_run_at_the_contracts_quota_meets_no_429(settings: Settings, monday: Control) -> None:
    """Minutes last 1.5 s here; four of them are needed."""
    monday.set_limits(complexity_per_minute=2_000_000, time_scale=40, told_in="real_seconds")
    acting = Acting(MondayDestination.from_settings(settings, SystemClock()))
    rows = [item(f"k{n}") for n in range(260)]
    acting.create(rows[0])
    for start in range(1, 260, 25):
        acting.tell(*(target(row) for row in rows[start : start + 25]))
    assert monday.board(4755559751)["items"] == 260
    assert monday.calls()["statuses"] == {"200": monday.calls()["calls"]}


def test_the_days_calls_end_the_run_before_the_server_does(settings: Settings, clock: FakeClock) -> None:
    few = settings.model_copy(update={"monday_daily_call_limit": 3})
    acting = Acting(MondayDestination.from_settings(few, clock))
    acting.create(item("k0"))
    with pytest.raises(MustWait) as waiting:
        acting.tell(target(item()))
    assert waiting.value.seconds == pytest.approx(15 * 3600, abs=60)
    assert acting.destination.calls == 3


def test_the_servers_own_count_of_the_day_is_believed(
    destination: MondayDestination, monday: Control, clock: FakeClock
) -> None:
    monday.set_limits(calls_per_day=7)
    destination.preflight()
    assert destination.client.budget.daily_calls == 7


# -- secrets and the wire ---------------------------------------------------------------------------


class Listener:
    """A socket that answers every connection with the same bytes and keeps what it was sent."""

    def __init__(self, reply: Callable[[bytes], bytes]) -> None:
        self.reply = reply
        self.received: list[bytes] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/v2"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                request = self._request(connection)
                self.received.append(request)
                connection.sendall(self.reply(request))

    def _request(self, connection: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65_536)
        head, _, body = request.partition(b"\r\n\r\n")
        length = next(
            int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")
        )
        while len(body) < length:
            body += connection.recv(65_536)
        return head + b"\r\n\r\n" + body


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
def listening() -> Iterator[Callable[..., Listener]]:
    """Makes listeners and closes them."""
    made: list[Listener] = []

    def listen(reply: Callable[[bytes], bytes] | bytes) -> Listener:
        made.append(Listener(reply if callable(reply) else lambda _request: reply))
        return made[-1]

    yield listen
    for listener in made:
        listener.server.close()


def connect(url: str, timeout: float = 0.5) -> Connection:
    return Connection(url, SecretStr(SECRET), "2026-10", timeout, SystemClock())


def test_token_and_version_travel_in_headers_and_the_body_byte_for_byte(
    listening: Callable[..., Listener], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    listener = listening(http("200 OK", b'{"data": {}}'))
    connect(listener.url).post('{"query":"größe"}', "key-1")
    head, _, body = listener.received[0].partition(b"\r\n\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.decode().split("\r\n")[1:])}
    assert headers["authorization"] == SECRET
    assert headers["api-version"] == "2026-10"
    assert headers["idempotency-key"] == "key-1"
    assert body == '{"query":"größe"}'.encode()


def test_a_redirect_is_not_followed(listening: Callable[..., Listener]) -> None:
    elsewhere = listening(http("200 OK", b"{}"))
    listener = listening(http("302 Found", b"", f"Location: {elsewhere.url}"))
    assert connect(listener.url).post("{}").status == 302
    assert elsewhere.received == []


FAILURES: dict[str, Any] = {
    "echo of the token": lambda request: http("502 Bad Gateway", request),
    "token in an error": lambda _r: http(
        "200 OK", b'{"errors": [{"message": "bad token ' + SECRET.encode() + b'"}]}'
    ),
    "no answer": lambda _r: b"",
    "half an answer": lambda _r: http("200 OK", b'{"data": {}}')[:-5],
    "no http": lambda _r: b"\x00\x01\x02",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_the_token_is_in_no_exception_and_in_no_log(
    listening: Callable[..., Listener], failure: str, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG)
    listener = listening(FAILURES[failure])
    update = {"monday_api_url": listener.url, "monday_api_token": SecretStr(SECRET)}
    destination = MondayDestination.from_settings(settings.model_copy(update=update), SystemClock())
    with pytest.raises(DeliveryError) as raised:
        destination.client.mutate("{}", "key", ["create"])
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text + repr(vars(raised.value))
    assert SECRET not in shown
    assert raised.value.__cause__ is None
    for thing in (destination, destination.client, vars(destination.client._connection)):
        assert SECRET not in repr(thing)


@pytest.mark.parametrize("token", ["tok\nen-1234", "tökén-1234", "token\x00-1234"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_quoted(token: str) -> None:
    connection = Connection("http://127.0.0.1:9", SecretStr(token), "2026-10", 1, SystemClock())
    with pytest.raises(AccessRefused) as refused:
        connection.post("{}")
    assert "1234" not in str(refused.value)


def test_blanks_around_a_token_are_not_part_of_it(listening: Callable[..., Listener]) -> None:
    listener = listening(http("200 OK", b'{"data": {}}'))
    Connection(listener.url, SecretStr(f" {SECRET}\n"), "2026-10", 1, SystemClock()).post("{}")
    assert f"Authorization: {SECRET}\r\n".encode() in listener.received[0]


def test_nobody_listening_is_a_wait_because_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(MustWait, match="no connection") as waiting:
        connect(f"http://127.0.0.1:{port}/v2").post("{}")
    assert waiting.value.code == "NoConnection"


def test_an_unknown_host_is_a_wait_and_no_address_is_a_refusal() -> None:
    with pytest.raises(MustWait):
        connect("http://no-such-host.invalid/v2").post("{}")
    with pytest.raises(AccessRefused):
        connect("nonsense://x").post("{}")


def test_an_untrusted_certificate_is_refused_access(listening: Callable[..., Listener]) -> None:
    error = requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
    assert isinstance(connect("https://x")._no_answer(error), AccessRefused)
    broken = requests.exceptions.SSLError("EOF occurred in violation of protocol")
    assert isinstance(connect("https://x")._no_answer(broken), NoDefiniteAnswer)


def test_a_connection_that_was_idle_is_not_used_again(
    monday: Control, settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection(settings.monday_api_url, settings.monday_api_token, "2026-10", 5, clock)
    closed: list[bool] = []
    monkeypatch.setattr(connection._session, "close", lambda: closed.append(True))
    body = documents.as_body("{ version { value } }", {})
    connection.post(body)
    connection.post(body)
    assert closed == []
    clock.sleep(60)
    connection.post(body)
    assert closed == [True]
