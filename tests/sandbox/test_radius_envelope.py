"""The envelope: JSON for who asks for it by name, XML for everybody else, and what cannot be opened."""

import base64
import json
from typing import Any

import pytest
import requests

from tests.sandbox.radius_wire import Wire, processing

GOOD = base64.b64encode(json.dumps(processing("4", 1)).encode()).decode()


def raw(radius: Wire, body: bytes, **headers: str) -> requests.Response:
    told = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    return requests.post(radius.radius.api, data=body, headers=told, timeout=10)


@pytest.mark.parametrize("accept", ["*/*", "", "text/html"])
def test_who_does_not_ask_for_json_by_name_gets_xml(radius: Wire, accept: str) -> None:
    answer = radius.post("AdvancedOrderProcessing", processing("4", 1), accept=accept)
    assert (answer.entity, answer.status, answer.error, answer.http) == (
        "AdvancedOrderProcessing",
        0,
        "",
        200,
    )
    assert answer.payload["Output"]["Results"] == []


def test_the_xml_answer_has_the_original_s_shape(radius: Wire) -> None:
    body = json.dumps({"efiRadiusRequest": {"entityName": "Nothing & none", "payload": GOOD}}).encode()
    response = raw(radius, body, Accept="*/*")
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert response.text == (
        '<?xml version="1.0" encoding="utf-8"?><ResponseObject xmlns=""><efiRadiusResponse>'
        "<entityName>Nothing &amp; none</entityName><statusCode>9</statusCode>"
        "<errorMessage>Entity Nothing &amp; none is not known</errorMessage><payload>e30=</payload>"
        "</efiRadiusResponse></ResponseObject>"
    )


def test_json_answers_echo_the_entity_and_bear_base64(radius: Wire) -> None:
    body = json.dumps(
        {"efiRadiusRequest": {"entityName": "AdvancedOrderProcessing", "payload": GOOD}}
    ).encode()
    told = raw(radius, body).json()["efiRadiusResponse"]
    assert list(told) == ["entityName", "statusCode", "errorMessage", "payload"]
    assert json.loads(base64.b64decode(told["payload"]))["Input"] == processing("4", 1)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"efiRadiusRequest": {"entityName": "GetItem"}}',
     b'{"efiRadiusRequest": {"entityName": "GetItem", "payload": "not base64"}}',
     b'{"efiRadiusRequest": {"entityName": "GetItem", "payload": "bm8ganNvbg=="}}'],
)  # fmt: skip
def test_what_is_no_envelope_is_refused(radius: Wire, body: bytes) -> None:
    response = raw(radius, body)
    assert (response.status_code, response.json()["efiRadiusResponse"]["statusCode"]) == (400, 9)


def test_wrong_addresses_methods_and_types_get_the_web_server_s_own_page(radius: Wire) -> None:
    api = radius.radius.api
    statuses: list[Any] = [
        requests.get(api, timeout=10).status_code,
        requests.post(f"{api}/POrder", json={}, timeout=10).status_code,
        requests.post(f"{radius.radius.url}/api", json={}, timeout=10).status_code,
        requests.post(api, data=b"{}", headers={"Content-Type": "text/xml"}, timeout=10).status_code,
    ]
    assert statuses == [405, 404, 404, 415]


def test_an_entity_is_known_at_its_own_address_only(radius: Wire) -> None:
    answer = radius.post("SOrder", {}, "POrder/POrder")
    assert (answer.http, answer.status, answer.error) == (404, 400, "Entity SOrder is not known here")
    assert radius.post("POrder", {}).error == "Entity POrder is not known"
