"""The socket to the shop: Basic authentication with the consumer key, over TLS or on loopback only.

Key and secret are put on by an auth object, so that neither a .netrc file nor a redirect can exchange them, and
no exception that leaves this module carries a request.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr
from requests.auth import AuthBase, HTTPBasicAuth

from dagster_project.clock import Clock
from dagster_project.delivery.outcomes import AccessRefused
from dagster_project.wire import CONNECT_SECONDS, IDLE_SECONDS, HttpAnswer, no_answer

API = "wp-json/wc/v3"
SETTING = "WOO_BASE_URL"
MASK = "***"


class _Key(AuthBase):
    def __init__(self, key: SecretStr, secret: SecretStr) -> None:
        self._key, self._secret = key, secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        HTTPBasicAuth(_bare(self._key), _bare(self._secret))(request)
        return request


class Connection:
    """Calls one shop as one user, one call at a time."""

    def __init__(
        self, base_url: str, key: SecretStr, secret: SecretStr, timeout: float, clock: Clock
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.calls = 0
        self._secrets = (key, secret)
        self._timeout = timeout
        self._clock = clock
        self._session = requests.Session()
        self._session.auth = _Key(key, secret)
        self._session.headers.update({"Accept": "application/json"})
        self._used_at = clock.now()

    def call(self, method: str, path: str, query: Mapping[str, str], body: str | None) -> HttpAnswer:
        """Make one call below the API's address.

        Raises MustWait when no connection came about, AccessRefused when the call would be unsafe, and
        NoDefiniteAnswer when it may have arrived and no whole answer did.
        """
        self._check_safe()
        self._forget_idle_connections()
        self.calls += 1
        try:
            response = self._session.request(
                method, f"{self.base_url}/{API}/{path}", params=dict(query),
                data=None if body is None else body.encode(),
                headers={} if body is None else {"Content-Type": "application/json"},
                timeout=(CONNECT_SECONDS, self._timeout), allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise no_answer(error, self._masked(self.base_url), self._timeout, SETTING) from None
        finally:
            self._used_at = self._clock.now()
        return HttpAnswer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            text=self._masked(response.content.decode("utf-8", "replace")),
        )

    def close(self) -> None:
        """Close what is open; the object stays usable."""
        self._session.close()

    def _forget_idle_connections(self) -> None:
        if (self._clock.now() - self._used_at).total_seconds() > IDLE_SECONDS:
            self._session.close()

    def _check_safe(self) -> None:
        for secret in map(_bare, self._secrets):
            if not (secret and secret.isascii() and secret.isprintable()):
                raise AccessRefused(
                    "WOO_CONSUMER_KEY or WOO_CONSUMER_SECRET is empty or holds what no key has"
                )
        address = urlsplit(self.base_url)
        if address.scheme != "https" and not _is_loopback(address.hostname):
            raise AccessRefused(f"{SETTING} must be https: key and secret go with every call")

    def _masked(self, text: str) -> str:
        for secret in map(_bare, self._secrets):
            text = text.replace(secret, MASK) if secret else text
        return text


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _bare(secret: SecretStr) -> str:
    return secret.get_secret_value().strip()
