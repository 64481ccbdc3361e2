"""From an HTTP answer to aliases and errors, or to the exception the whole request ends in.

Proxies answer in HTML, connections break half-way, old versions write flat errors: whatever is not a
whole JSON answer of the API is told apart here, by whether the request can have been executed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_project.delivery.outcomes import AccessRefused, MustWait, NoDefiniteAnswer, RequestRefused
from dagster_project.delivery.pacing import parse_remaining
from dagster_project.monday.errors import ApiError, Meaning, meaning, request_error
from dagster_project.wire import HttpAnswer, retry_after, shown

IN_WORDS = re.compile(r"reset in (\d+(?:\.\d+)?) seconds?", re.IGNORECASE)
BEFORE_EXECUTION = frozenset({401, 403, 409, 423, 429})
"""With these nothing of the request is executed, whatever the errors name."""


@dataclass(frozen=True)
class Reply:
    """An answer of the API: aliases that were executed, errors of those that were not."""

    data: Mapping[str, Any]
    errors: Sequence[ApiError] = ()
    text: str = ""
    request_id: str | None = None
    replayed: bool = False

    def errors_of(self, alias: str) -> list[ApiError]:
        """Errors that name an alias."""
        return [error for error in self.errors if error.alias == alias]


def read_reply(answer: HttpAnswer) -> Reply:
    """Return what the API answered, partial answers included.

    Raises MustWait, AccessRefused or RequestRefused when nothing was executed, NoDefiniteAnswer when
    that cannot be told.
    """
    if answer.status >= 500:
        raise NoDefiniteAnswer(f"HTTP {answer.status}: {shown(answer.text)}")
    body = _json_object(answer)
    errors = _errors(body, answer)
    data = body.get("data")
    data = data if isinstance(data, dict) else {}
    executed = any(value is not None for value in data.values())
    about_aliases = any(error.path for error in errors) and answer.status not in BEFORE_EXECUTION
    if not executed and not about_aliases:
        _refuse(answer, errors)
    return Reply(
        data=data,
        errors=errors,
        text=answer.text,
        request_id=_request_id(body, answer),
        replayed=answer.headers.get("idempotency-replayed", "").casefold() == "true",
    )


def _refuse(answer: HttpAnswer, errors: Sequence[ApiError]) -> None:
    """Raise what an answer without any result means."""
    if not errors:
        raise _not_the_api(answer)
    order = (Meaning.DOUBT, Meaning.STOP, Meaning.WAIT, Meaning.MISSING, Meaning.ROW)
    raise request_error(min(errors, key=lambda error: order.index(meaning(error)[0])))


def _json_object(answer: HttpAnswer) -> dict[str, Any]:
    try:
        body = json.loads(answer.text)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    raise _not_the_api(answer)


def _not_the_api(
    answer: HttpAnswer,
) -> MustWait | AccessRefused | RequestRefused | NoDefiniteAnswer:
    """Somebody on the way answered. Before the API that is a refusal, after it the answer is lost."""
    said = f"HTTP {answer.status}, not an answer of the API: {shown(answer.text)}"
    if answer.status in (409, 423, 425, 429):
        return MustWait(said, told_wait(answer.headers), str(answer.status))
    if answer.status < 300 or answer.status in (408, 499):
        return NoDefiniteAnswer(said)
    if answer.status < 400 or answer.status in (401, 403, 404, 405, 407):
        return AccessRefused(f"{said}; check MONDAY_API_URL and the network's rules")
    return RequestRefused(str(answer.status), said)


def _errors(body: Mapping[str, Any], answer: HttpAnswer) -> tuple[ApiError, ...]:
    listed = body.get("errors")
    if "error_code" in body or "error_message" in body:  # the flat shape before 2025-01
        return (_flat(body, answer),)
    if not isinstance(listed, list):
        listed = []
    return tuple(_error(entry, answer) for entry in listed)


def _error(entry: Any, answer: HttpAnswer) -> ApiError:
    if not isinstance(entry, dict):
        return ApiError("", str(entry), status=answer.status, seconds=told_wait(answer.headers))
    extensions = entry.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    data, path = extensions.get("error_data"), entry.get("path")
    message = str(entry.get("message", ""))
    status = extensions.get("status_code")
    return ApiError(
        code=str(extensions.get("code") or ""),
        message=message,
        path=tuple(path) if isinstance(path, list) else (),
        status=status if isinstance(status, int) else answer.status,
        data=data if isinstance(data, dict) else {},
        seconds=told_wait(answer.headers, extensions, message),
    )


def _flat(body: Mapping[str, Any], answer: HttpAnswer) -> ApiError:
    message = str(body.get("error_message") or body.get("error_code"))
    status, data = body.get("status_code"), body.get("error_data")
    return ApiError(
        code=str(body.get("error_code") or ""),
        message=message,
        status=status if isinstance(status, int) else answer.status,
        data=data if isinstance(data, dict) else {},
        seconds=told_wait(answer.headers, body, message),
    )


def told_wait(
    headers: Mapping[str, str], extensions: Mapping[str, Any] | None = None, message: str = ""
) -> float | None:
    """Return the wait the server tells, most reliable place first; None when it tells none."""
    extensions = extensions or {}
    if (told := retry_after(headers)) is not None:
        return told
    for name, unit in (("retry_in_seconds", 1.0), ("retryAfterMs", 0.001)):
        value = extensions.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return max(0.0, value * unit)
    windows = parse_remaining(headers.get("ratelimit")).values()
    spent = [window.resets_in for window in windows if window.left <= 0]
    if spent:
        return max(spent)
    in_words = IN_WORDS.search(message)
    return float(in_words[1]) if in_words else None


def _request_id(body: Mapping[str, Any], answer: HttpAnswer) -> str | None:
    extensions = body.get("extensions")
    told = extensions.get("request_id") if isinstance(extensions, dict) else None
    return str(told or body.get("request_id") or answer.headers.get("x-request-id") or "") or None
