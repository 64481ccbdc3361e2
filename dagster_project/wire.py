"""What an HTTP call that failed means, whoever was called. Clients of all systems decide by it.

Whether a body can have arrived is what counts: a call that never connected was not made, one whose answer is
lost may have been executed.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from dagster_project.delivery.outcomes import AccessRefused, DeliveryError, MustWait, NoDefiniteAnswer

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 15.0
"""A connection idle for longer is not used again: its end would look like a lost answer."""
SHOWN = 200


@dataclass(frozen=True)
class HttpAnswer:
    """What came back over the wire; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


def no_answer(error: requests.RequestException, address: str, seconds: float, setting: str) -> DeliveryError:
    """Return what a call that brought no whole answer ends in. `setting` is the one that holds the address."""
    said = f"{type(error).__name__} at {address}"
    if _certificate_refused(error):
        return AccessRefused(f"{said}: the server's certificate is not trusted")
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return MustWait(f"{said}: no connection; {_what_to_do(address, setting)}", code="NoConnection")
    if isinstance(error, requests.Timeout):
        return NoDefiniteAnswer(f"no answer within {seconds:g} s from {address}")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return AccessRefused(f"{said}: {setting} is not an address")
    return NoDefiniteAnswer(f"{said}: the connection broke before the answer was whole")


def _what_to_do(address: str, setting: str) -> str:
    """Say what may help: on this machine the sandbox plays the servers, elsewhere somebody has to look."""
    if urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1"):
        return "start the server there, or the sandbox by `order-staging sandbox up`"
    return f"is the server up, and {setting} its address?"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the header Retry-After tells, as a number or as a date; None without it."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def shown(text: str) -> str:
    """Return the beginning of an answer for a message: one line, without mark-up."""
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)).strip()
    return plain[:SHOWN] or "no content"


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and everything inside it, as the HTTP library nests it."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__]
    return found


def _never_connected(error: requests.RequestException) -> bool:
    before = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return any(isinstance(cause, before) for cause in _causes(error))


def _certificate_refused(error: requests.RequestException) -> bool:
    return isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
