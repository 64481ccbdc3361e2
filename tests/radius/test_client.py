"""The client against a real HTTP server: every shape of answer, and what each means."""

import base64
import json
import threading
from typing import Any
from xml.sax.saxutils import escape

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from dagster_project.delivery.outcomes import AccessRefused, MustWait, NoDefiniteAnswer
from dagster_project.radius.answers import Unreadable, read
from dagster_project.radius.client import RadiusClient, accepted, envelope
from dagster_project.radius.payloads import Form
from tests.conftest import FakeClock

PATH = "/radadapter/radius/api"
FORM = Form("", "XLinkAPIPOrder", 1, "POrderNum", "POrderLineNum", {})
MADE = {"XLPOrders": {"XLPOrder": [{"POrderNum": 241207, "Action": "Add", "ErrorMessage": "", "XLPOrderLine": [
    {"POrderLineNum": 1, "Action": "Add", "ErrorMessage": ""}]}]}}  # fmt: skip
REFUSED = {"XLSOrders": {"XLSOrder": [{
    "Action": "Failed", "ErrorMessage": "Problem with Line #2",
    "XLSOrderLine": [
        {"SOrderLineNum": 1, "ItemCode": "1600-A", "ErrorMessage": "", "Action": ""},
        {"SOrderLineNum": 2, "ItemCode": "1600-B", "ErrorMessage": "Item is inactive", "Action": "Failed"},
    ],
}]}}  # fmt: skip


def packed(payload: Any) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def json_answer(
    payload: Any = MADE, status: Any = 1, error: str | None = "", entity: str = "XLinkAPIPOrder"
) -> str:
    said = payload if isinstance(payload, str) else packed(payload)
    told = {"entityName": entity, "statusCode": status, "errorMessage": error, "payload": said}
    return json.dumps({"efiRadiusResponse": told})


def xml_answer(payload: Any = MADE, status: int = 1, error: str = "") -> str:
    parts = {
        "entityName": "XLinkAPIPOrder",
        "statusCode": status,
        "errorMessage": error,
        "payload": packed(payload),
    }
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parts.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<ResponseObject xmlns="">'
        f"<efiRadiusResponse>{inner}</efiRadiusResponse></ResponseObject>"
    )


@pytest.fixture
def client(httpserver: HTTPServer, clock: FakeClock) -> RadiusClient:
    return RadiusClient(httpserver.url_for(PATH), 5, clock, ["s3cret"])


def answer(httpserver: HTTPServer, text: str, status: int = 200) -> None:
    httpserver.expect_request(PATH, method="POST").respond_with_data(text, status=status)


# -- what is asked ----------------------------------------------------------------------------------


def test_a_call_is_an_envelope_with_its_payload_in_base64(
    httpserver: HTTPServer, client: RadiusClient
) -> None:
    asked: list[Request] = []

    def handle(request: Request) -> Response:
        asked.append(request)
        return Response(json_answer())

    httpserver.expect_request(f"{PATH}/CompNum/2/POrder/POrder", method="POST").respond_with_handler(handle)
    client.ask("CompNum/2/POrder/POrder", "POrder", {"XLSOrder": {"AddtCustRef": "Ä1"}})
    (request,) = asked
    told = json.loads(request.data)["efiRadiusRequest"]
    assert told["entityName"] == "POrder"
    assert json.loads(base64.b64decode(told["payload"])) == {"XLSOrder": {"AddtCustRef": "Ä1"}}
    assert (request.headers["Accept"], request.headers["Content-Type"]) == ("application/json",) * 2
    assert client.calls == 1


def test_equal_payloads_give_equal_bytes() -> None:
    assert envelope("A", {"b": 1, "c": [2]}) == envelope("A", {"b": 1, "c": [2]})


# -- answers that are one ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [json_answer(), json_answer(error=None), json_answer(status="1"), xml_answer()]
)
def test_success_in_json_and_xml(httpserver: HTTPServer, client: RadiusClient, text: str) -> None:
    answer(httpserver, text)
    reply = client.ask("", "XLinkAPIPOrder", {})
    assert accepted(reply, FORM)
    assert (reply.number("POrderNum"), reply.number("pordernum")) == ("241207", "241207")
    assert reply.line_numbers("POrderLineNum") == [1]
    assert reply.messages == ()


@pytest.mark.parametrize(
    ("text", "http"),
    [
        (json_answer(REFUSED, 9, "Problem with Line #2"), 200),
        (xml_answer(REFUSED, 9, "Problem with Line #2"), 200),
        (json_answer(REFUSED, 400, "Problem with Line #2"), 400),
        (json_answer(REFUSED, 400, "Problem with Line #2"), 500),
        (json_answer(REFUSED, 1, ""), 200),
    ],
    ids=["status 9", "status 9 in XML", "HTTP 400", "HTTP 500", "success that says what failed"],
)
def test_a_refusal_names_header_and_line_wherever_they_stand(
    httpserver: HTTPServer, client: RadiusClient, text: str, http: int
) -> None:
    answer(httpserver, text, http)
    reply = client.ask("", "XLinkAPISOrder", {})
    assert not accepted(reply, FORM)
    assert reply.words == "Problem with Line #2; line 2 1600-B: Item is inactive"
    assert [(m.element, m.line, m.item) for m in reply.messages] == [
        ("XLSOrder", None, None), ("XLSOrderLine", 2, "1600-B")
    ]  # fmt: skip


def test_what_is_kept_of_an_answer_can_be_shown_again(httpserver: HTTPServer, client: RadiusClient) -> None:
    failed = {
        "ShipReqNum": 0, "Action": "Failed", "ErrorMessage": "problem with line # 1",
        "XLShipReqLine": [{"Action": "Failed"}],
    }  # fmt: skip
    said = "Ship quantity 9 is greater than the allowed overs 8"
    answer(httpserver, json_answer({"XLShipReqs": {"XLShipReq": [failed]}}, 9, said))
    kept = client.ask("", "XLinkAPIShipReq", {}).as_dict()
    assert {name: kept[name] for name in ("http", "status", "error", "messages")} == {
        "http": 200, "status": 9, "error": "Ship quantity 9 is greater than the allowed overs 8",
        "messages": ["problem with line # 1", "XLShipReqLine failed"],
    }  # fmt: skip
    assert kept["payload"]["XLShipReqs"]["XLShipReq"][0]["ShipReqNum"] == 0


@pytest.mark.parametrize(
    "result",
    [
        {"Errors": "Sales order 251001 is on hold", "Successful": 0},
        {"Errors": "A valid estimate cannot be determined", "Job Code": ""},
    ],
)
def test_a_job_that_is_refused_has_a_status_of_success_and_no_code(
    httpserver: HTTPServer, client: RadiusClient, result: dict[str, Any]
) -> None:
    answer(httpserver, json_answer({"Output": {"Results": [result]}}, 0, "", "AdvancedOrderProcessing"))
    reply = client.ask("", "AdvancedOrderProcessing", {})
    form = Form("", "AdvancedOrderProcessing", 0, "Job Code", None, {})
    assert not accepted(reply, form)
    assert (reply.number("Job Code"), reply.words) == (None, result["Errors"])


def test_keys_with_spaces_are_found(httpserver: HTTPServer, client: RadiusClient) -> None:
    answer(httpserver, json_answer({"Output": {"Results": [{"Job Code": "900123", "Successful": 1}]}}, 0))
    assert client.ask("", "AdvancedOrderProcessing", {}).number("Job Code") == "900123"


def test_a_payload_that_is_no_json_is_kept_as_it_came(httpserver: HTTPServer, client: RadiusClient) -> None:
    answer(httpserver, json_answer("*** not base64"))
    reply = client.ask("", "XLinkAPIPOrder", {})
    assert (reply.payload, reply.raw, reply.number("POrderNum")) == (None, "*** not base64", None)
    assert reply.as_dict()["raw"] == "*** not base64"


def test_a_payload_in_xml_is_read_like_one_in_json() -> None:
    xml = (
        "<XLPOrders><XLPOrder><POrderNum>241207</POrderNum><XLPOrderLine><POrderLineNum>1</POrderLineNum>"
        "<ErrorMessage>Item is inactive</ErrorMessage></XLPOrderLine><XLPOrderLine><POrderLineNum>2</POrderLineNum>"
        "</XLPOrderLine></XLPOrder></XLPOrders>"
    )
    reply = read(json_answer(base64.b64encode(xml.encode()).decode(), 9))
    assert (reply.number("POrderNum"), reply.line_numbers("POrderLineNum")) == ("241207", [1, 2])
    assert reply.words == "line 1: Item is inactive"


def test_words_that_only_inform_refuse_nothing() -> None:
    reply = read(json_answer({"XLPOrders": {"XLPOrder": [{"POrderNum": 7, "Message": "saved"}]}}))
    assert accepted(reply, FORM)
    assert reply.words == "saved"


# -- answers that are none --------------------------------------------------------------------------

UNREADABLE = {
    "empty": "",
    "HTML": "<html><body><h1>Service</h1></body></html>",
    "half a JSON": json_answer()[:60],
    "half an XML": xml_answer()[:120],
    "another JSON": '{"result": "ok"}',
    "a list": "[1, 2]",
    "no status": json.dumps({"efiRadiusResponse": {"entityName": "X", "payload": ""}}),
    "a status in words": json_answer(status="fine"),
    "entities of its own": '<!DOCTYPE x [<!ENTITY a "b">]><ResponseObject><efiRadiusResponse/></ResponseObject>',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_envelope_is_no_definite_answer(
    httpserver: HTTPServer, client: RadiusClient, text: str
) -> None:
    answer(httpserver, text)
    with pytest.raises(NoDefiniteAnswer, match="XLinkAPIPOrder: HTTP 200"):
        client.ask("", "XLinkAPIPOrder", {})
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, NoDefiniteAnswer), (502, NoDefiniteAnswer), (503, NoDefiniteAnswer), (504, NoDefiniteAnswer),
        (401, AccessRefused), (403, AccessRefused), (404, AccessRefused), (405, AccessRefused),
        (415, AccessRefused), (302, AccessRefused), (429, MustWait),
    ],
)  # fmt: skip
def test_what_an_http_status_without_an_envelope_means(
    httpserver: HTTPServer, client: RadiusClient, status: int, error: type[Exception]
) -> None:
    httpserver.expect_request(PATH).respond_with_data(
        "<html>no</html>", status=status, headers={"Location": "/elsewhere", "Retry-After": "7"}
    )
    with pytest.raises(error, match=f"HTTP {status}") as caught:
        client.ask("", "XLinkAPIPOrder", {})
    if isinstance(caught.value, MustWait):
        assert caught.value.seconds == 7
    assert client.calls == 1


def test_nobody_there_is_tried_again_after_two_and_then_four_seconds(clock: FakeClock) -> None:
    client = RadiusClient("http://127.0.0.1:9/api", 5, clock)
    waits = []
    for _ in range(3):
        with pytest.raises(MustWait) as caught:
            client.ask("", "XLinkAPIPOrder", {}, repeatable=True)
        waits.append(caught.value.seconds)
    assert waits == [2, 4, 4]


def test_an_answer_that_takes_too_long_may_have_been_executed(
    httpserver: HTTPServer, clock: FakeClock
) -> None:
    release = threading.Event()

    def slow(_request: Request) -> Response:
        release.wait(30)
        return Response(json_answer())

    httpserver.expect_request(PATH).respond_with_handler(slow)
    client = RadiusClient(httpserver.url_for(PATH), 0.2, clock)
    with pytest.raises(NoDefiniteAnswer, match=r"no answer within 0\.2 s"):
        client.ask("", "XLinkAPIPOrder", {}, repeatable=True)
    release.set()
    assert client.calls == 1


@pytest.mark.parametrize(("repeatable", "calls"), [(True, 3), (False, 1)])
def test_only_what_does_the_same_twice_is_repeated_by_itself(
    httpserver: HTTPServer, client: RadiusClient, clock: FakeClock, repeatable: bool, calls: int
) -> None:
    answer(httpserver, "<html></html>", 503)
    with pytest.raises(NoDefiniteAnswer):
        client.ask("", "XLinkAPIPOrder", {}, repeatable=repeatable)
    assert client.calls == calls
    assert clock.slept == ([2, 4] if repeatable else [])


# -- secrets and threads ----------------------------------------------------------------------------


def test_secrets_are_taken_out_of_answers_and_errors(httpserver: HTTPServer, client: RadiusClient) -> None:
    answer(httpserver, json_answer({"XLPOrders": {}}, 9, "login s3cret failed"))
    assert client.ask("", "X", {}).error == "login *** failed"
    httpserver.clear()
    answer(httpserver, "<html>s3cret</html>", 500)
    with pytest.raises(NoDefiniteAnswer, match=r"\*\*\*") as caught:
        client.ask("", "X", {})
    assert "s3cret" not in str(caught.value)


def test_threads_do_not_share_a_session(httpserver: HTTPServer, client: RadiusClient) -> None:
    answer(httpserver, json_answer())
    together = threading.Barrier(8)
    found: list[tuple[str | None, object]] = []

    def work() -> None:
        together.wait()
        reply = client.ask("", "XLinkAPIPOrder", {})
        found.append((reply.number("POrderNum"), client._mine.session))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [number for number, _ in found] == ["241207"] * 8
    assert len({id(session) for _, session in found}) == 8
    assert client.calls == 8
