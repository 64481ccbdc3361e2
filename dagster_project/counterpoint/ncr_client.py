"""The socket to NCR's REST API: Basic credentials, an API key, one call at a time.

What an answer means is decided here: `ERROR_UNKNOWN` and HTTP 500 say nothing about whether a document was made.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr
from requests.auth import AuthBase, HTTPBasicAuth

from dagster_project.delivery.outcomes import (
    AccessRefused,
    ErrorClass,
    MustWait,
    NoDefiniteAnswer,
    RequestRefused,
)
from dagster_project.settings import Settings
from dagster_project.wire import CONNECT_SECONDS, no_answer, retry_after, shown

SUCCESS, UNKNOWN = "SUCCESS", "ERROR_UNKNOWN"
_ELSEWHERE = frozenset({"ERROR_RECORD_NOT_FOUND", "ERROR_INVALID_CONFIGURATION"})
MASK = "***"


class BrokeDown(NoDefiniteAnswer):
    """The API answered that something went wrong; the document may have been made all the same."""


@dataclass(frozen=True)
class Entered:
    """What the API made of a document: the order, and the ticket that holds its deposit."""

    order: str
    deposit: str | None


class _Credentials(AuthBase):
    def __init__(self, user: str, password: SecretStr, key: SecretStr) -> None:
        self._user, self._password, self._key = user, password, key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        HTTPBasicAuth(self._user.encode(), self._password.get_secret_value().encode())(request)
        request.headers["APIKey"] = self._key.get_secret_value().strip()
        return request


class NcrClient:
    """Posts documents to one company. `calls` counts every request."""

    def __init__(self, url: str, user: str, password: SecretStr, key: SecretStr, timeout: float) -> None:
        self.calls = 0
        self._url = url.rstrip("/")
        self._secrets = (password, key)
        self._timeout = timeout
        self._session = requests.Session()
        self._session.auth = _Credentials(user, password, key)
        self._session.headers.update({"Accept": "application/json", "Content-Type": "application/json"})

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Build a client; makes no call."""
        return cls(
            settings.ncr_api_url, settings.ncr_api_user, settings.ncr_api_password, settings.ncr_api_key,
            settings.ncr_timeout_seconds,
        )  # fmt: skip

    def post_document(self, body: str) -> Entered:
        """Enter an order, once.

        Raises RequestRefused when it was not made, BrokeDown and NoDefiniteAnswer when nobody can tell,
        AccessRefused for credentials, key or address, MustWait when no connection came about.
        """
        content = self._post("/Document", body)
        made = {
            str(document.get("reference")): str(document.get("DOC_ID"))
            for document in content.get("Documents") or ()
            if isinstance(document, Mapping)
        }
        if "Order" not in made:
            raise BrokeDown(f"the API tells of no order: {shown(json.dumps(content))}")
        return Entered(made["Order"], made.get("Ticket"))

    def _post(self, path: str, body: str) -> Mapping[str, Any]:
        self._check_safe()
        self.calls += 1
        try:
            response = self._session.post(
                f"{self._url}{path}", data=body.encode(), timeout=(CONNECT_SECONDS, self._timeout),
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise no_answer(error, self._masked(self._url), self._timeout, "NCR_API_URL") from None
        return self._content(response)

    def _content(self, response: requests.Response) -> Mapping[str, Any]:
        text = self._masked(response.content.decode("utf-8", "replace"))
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        told: Mapping[str, Any] = content if isinstance(content, Mapping) else {}
        code = str(told.get("ErrorCode") or "")
        if response.status_code in (200, 201) and code == SUCCESS:
            return told
        said = f"HTTP {response.status_code} {code}: {told.get('Message') or shown(text)}"
        if response.status_code == 429:
            raise MustWait(said, retry_after({k.lower(): v for k, v in response.headers.items()}), "429")
        if response.status_code in (401, 403) or (response.status_code in (404, 405) and not code):
            raise AccessRefused(f"{said}; check NCR_API_URL, NCR_API_USER and NCR_API_KEY")
        if response.status_code >= 500 or code in ("", UNKNOWN) or response.status_code < 300:
            raise BrokeDown(said)
        raise RequestRefused(
            code, said, ErrorClass.FIX_ELSEWHERE if code in _ELSEWHERE else ErrorClass.FIX_ROW
        )

    def _check_safe(self) -> None:
        """Credentials travel over TLS, or do not leave the machine."""
        address = urlsplit(self._url)
        host = address.hostname or ""
        try:
            local = host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            local = False
        if address.scheme != "https" and not local:
            raise AccessRefused("NCR_API_URL is not an https address; credentials are not sent without TLS")
        if not all(secret.get_secret_value().strip().isascii() for secret in self._secrets):
            raise AccessRefused("NCR_API_KEY or NCR_API_PASSWORD holds characters that no header takes")

    def _masked(self, text: str) -> str:
        for secret in (secret.get_secret_value().strip() for secret in self._secrets):
            text = text.replace(secret, MASK) if secret else text
        return text
