"""The socket to the XLink adapter: one call, one envelope. Each thread has a session of its own.

What a failed call means is decided here. An answer with an envelope is definite, whatever its HTTP status is; 502,
503 and 504 come from what stands before the adapter, which may have done the call all the same.
"""

import base64
import json
import threading
from collections.abc import Sequence
from typing import Any

import requests

from dagster_project.clock import Clock
from dagster_project.delivery.outcomes import AccessRefused, MustWait, NoDefiniteAnswer
from dagster_project.radius.answers import Reply, Unreadable, read
from dagster_project.radius.payloads import Form
from dagster_project.settings import Settings
from dagster_project.wire import CONNECT_SECONDS, IDLE_SECONDS, no_answer, retry_after, shown

SETTING = "RADIUS_API_URL"
MASK = "***"
WAITS = (2.0, 4.0)
"""Seconds before a call that may be repeated is repeated, and before one that was not made is tried again."""
_BETWEEN = (502, 503, 504)


class RadiusClient:
    """Calls one adapter. `calls` counts every request."""

    def __init__(self, url: str, timeout: float, clock: Clock, secrets: Sequence[str] = ()) -> None:
        self.calls = 0
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._clock = clock
        self._secrets = tuple(secret for secret in secrets if secret)
        self._mine = threading.local()
        self._lock = threading.Lock()

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> "RadiusClient":
        """Build a client; makes no call."""
        secrets = (settings.db_pass, settings.xlink_runner_api_key)
        return cls(
            settings.radius_api_url, settings.radius_timeout_seconds, clock,
            [secret.get_secret_value() for secret in secrets],
        )  # fmt: skip

    def ask(self, path: str, entity: str, payload: Any, *, repeatable: bool = False) -> Reply:
        """Make one call and return its answer, whether it accepts or refuses.

        Raises MustWait when it was not made, NoDefiniteAnswer when nobody can tell, AccessRefused for address or
        permission. A repeatable call (a read, a value that is set) is repeated after 2 and 4 seconds first.
        """
        for seconds in WAITS if repeatable else ():
            try:
                return self._ask(path, entity, payload)
            except _Broken:
                self._clock.sleep(seconds)
        return self._ask(path, entity, payload)

    def _ask(self, path: str, entity: str, payload: Any) -> Reply:
        session = self._session()
        address = f"{self._url}/{path}".rstrip("/")
        with self._lock:
            self.calls += 1
        try:
            response = session.post(
                address, data=envelope(entity, payload), timeout=(CONNECT_SECONDS, self._timeout),
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            self._mine.session = None
            raise self._meaning(error) from None
        self._mine.refusals = 0
        self._mine.used_at = self._clock.now()
        return self._read(response, entity, address)

    def _read(self, response: requests.Response, entity: str, address: str) -> Reply:
        text = self.masked(response.content.decode("utf-8", "replace"))
        try:
            return read(text, response.status_code)
        except Unreadable as error:
            said = f"{entity}: HTTP {response.status_code}, {error}: {shown(text)}"
        if response.status_code == 429:
            headers = {name.lower(): value for name, value in response.headers.items()}
            raise MustWait(said, retry_after(headers), "429")
        if response.status_code in _BETWEEN:
            raise _Broken(said)
        if response.status_code in (401, 403, 404, 405, 415) or response.is_redirect:
            raise AccessRefused(f"{said}; check {SETTING} ({self.masked(address)})")
        raise NoDefiniteAnswer(said)

    def _session(self) -> requests.Session:
        """This thread's session; one that idled for long is begun anew."""
        used_at = getattr(self._mine, "used_at", None)
        session: requests.Session | None = getattr(self._mine, "session", None)
        idle = used_at is not None and (self._clock.now() - used_at).total_seconds() > IDLE_SECONDS
        if session is not None and idle:
            session.close()
            session = None
        if session is None:
            session = requests.Session()
            session.headers.update({"Accept": "application/json", "Content-Type": "application/json"})
            self._mine.session = session
        return session

    def _meaning(self, error: requests.RequestException) -> Exception:
        """Say what no answer means; where nothing was sent, after how many seconds to come back: 2, then 4."""
        failed = no_answer(error, self.masked(self._url), self._timeout, SETTING)
        if isinstance(failed, MustWait):
            refusals = getattr(self._mine, "refusals", 0)
            self._mine.refusals = refusals + 1
            failed.seconds = WAITS[min(refusals, len(WAITS) - 1)]
        elif isinstance(failed, NoDefiniteAnswer) and not isinstance(error, requests.Timeout):
            return _Broken(str(failed))
        return failed

    def masked(self, text: str) -> str:
        """Return a text without the secrets of this site."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


class _Broken(NoDefiniteAnswer):
    """The connection broke, or what stands before the adapter answered in its place: no long wait, no answer."""


def envelope(entity: str, payload: Any) -> bytes:
    """Return the exact body of a call: equal payloads give equal bytes."""
    inside = base64.b64encode(json.dumps(payload, ensure_ascii=False).encode()).decode()
    return json.dumps({"efiRadiusRequest": {"entityName": entity, "payload": inside}}).encode()


def accepted(reply: Reply, form: Form) -> bool:
    """True when an answer says that everything was done."""
    return reply.http < 400 and reply.status == form.success and not reply.refuses
