"""The envelope of the adapter: efiRadiusRequest in, efiRadiusResponse out, as JSON or XML; payloads are base64 JSON."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from sandbox.radius.refusals import Json
from sandbox.web.answering import JSON_HEADERS, Answer

XML_HEADERS = {"Content-Type": "application/xml; charset=utf-8"}


class Unreadable(Exception):
    """No envelope, or none that can be opened; the message says why."""


@dataclass(frozen=True)
class Asked:
    entity: str
    payload: object


@dataclass(frozen=True)
class Told:
    """What is answered, before it is put into an envelope."""

    entity: str
    status: int
    error: str | None
    payload: Json
    http: int = 200


def opened(body: bytes) -> Asked:
    """The entity's name and the payload; raises Unreadable."""
    try:
        content = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        raise Unreadable("the request is no JSON") from None
    request = content.get("efiRadiusRequest") if isinstance(content, dict) else None
    if not isinstance(request, dict) or set(request) != {"entityName", "payload"}:
        raise Unreadable("efiRadiusRequest with entityName and payload was expected")
    try:
        payload: Any = json.loads(base64.b64decode(request["payload"], validate=True))
    except (ValueError, TypeError, binascii.Error):
        raise Unreadable("the payload is no base64 of JSON") from None
    return Asked(str(request["entityName"]), payload)


def answer(told: Told, accept: str) -> Answer:
    """JSON for who asks for it by name, XML for everybody else, as the adapter does."""
    payload = base64.b64encode(json.dumps(told.payload).encode()).decode()
    if "application/json" not in accept:
        return Answer(told.http, _xml(told, payload), XML_HEADERS)
    response = {
        "entityName": told.entity,
        "statusCode": told.status,
        "errorMessage": told.error,
        "payload": payload,
    }
    return Answer(told.http, json.dumps({"efiRadiusResponse": response}).encode(), JSON_HEADERS)


def _xml(told: Told, payload: str) -> bytes:
    parts = {
        "entityName": told.entity,
        "statusCode": told.status,
        "errorMessage": told.error or "",
        "payload": payload,
    }
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parts.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?><ResponseObject xmlns="">'
        f"<efiRadiusResponse>{inner}</efiRadiusResponse></ResponseObject>"
    ).encode()
