"""Answers that are wrong in the adapter's own way, for faults of kind `own`."""

import base64
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from sandbox.radius.envelope import XML_HEADERS, Told, Unreadable, answer, opened
from sandbox.radius.refusals import FAILED
from sandbox.web.answering import JSON_HEADERS, Answer
from sandbox.web.transport import Request

NUMBERS = ("POrderNum", "SOrderNum", "ShipReqNum", "Job Code", "JobCode")
STATUS_9 = "An unexpected error has occurred"


def odd(name: str, request: Request, whole: Answer | None) -> Answer:
    """The answer of that name; `whole` is the right one when the request was executed."""
    if name not in ODD:
        return Answer(500, f"there is no own fault {name!r}; there is {', '.join(ODD)}".encode())
    return ODD[name](request, whole)


def _xml(request: Request, whole: Answer | None) -> Answer:
    return answer(_read(request, whole), "application/xml")


def _status_9(request: Request, whole: Answer | None) -> Answer:
    told = _read(request, whole)
    return answer(Told(told.entity, FAILED, STATUS_9, {}), request.headers.get("accept", ""))


def _no_number(request: Request, whole: Answer | None) -> Answer:
    told = _read(request, whole)
    return answer(
        Told(told.entity, told.status, told.error, _without(told.payload)), request.headers.get("accept", "")
    )


def _bad_payload(request: Request, whole: Answer | None) -> Answer:
    told = _read(request, whole)
    response = {
        "entityName": told.entity,
        "statusCode": told.status,
        "errorMessage": "",
        "payload": "*** not base64",
    }
    return Answer(200, json.dumps({"efiRadiusResponse": response}).encode(), JSON_HEADERS)


ODD: dict[str, Callable[[Request, Answer | None], Answer]] = {
    "xml": _xml, "status_9": _status_9, "no_number": _no_number, "bad_payload": _bad_payload,
}  # fmt: skip


def _read(request: Request, whole: Answer | None) -> Told:
    """What was going to be answered; nothing but the entity when the request was not executed."""
    if whole is None:
        try:
            return Told(opened(request.body).entity, 1, "", {})
        except Unreadable:
            return Told("", 1, "", {})
    if whole.headers == XML_HEADERS:
        found = ElementTree.fromstring(whole.body)[0]  # noqa: S314 - written by ourselves
        parts: dict[str, Any] = {part.tag: part.text or "" for part in found}
    else:
        parts = json.loads(whole.body)["efiRadiusResponse"]
    payload = json.loads(base64.b64decode(parts["payload"]))
    return Told(parts["entityName"], int(parts["statusCode"]), parts["errorMessage"], payload, whole.status)


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner) for key, inner in value.items() if key not in NUMBERS}
    return [_without(inner) for inner in value] if isinstance(value, list) else value
