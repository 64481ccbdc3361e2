"""The socket to Monday.com: one POST, its answer, and what is known when there is none.

The token is put on by an auth object, so that neither a .netrc file nor a redirect can exchange it, and
no exception that leaves this module carries a request.
"""

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from dagster_project.clock import Clock
from dagster_project.delivery.outcomes import AccessRefused, DeliveryError
from dagster_project.wire import CONNECT_SECONDS, IDLE_SECONDS, HttpAnswer, no_answer

MASK = "***"


class _Token(AuthBase):
    def __init__(self, token: SecretStr) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self.token.get_secret_value().strip()
        return request


class Connection:
    """Sends bodies to one address as one user, one at a time."""

    def __init__(self, url: str, token: SecretStr, api_version: str, timeout: float, clock: Clock) -> None:
        self.url = url
        self.calls = 0
        self._token = token
        self._timeout = timeout
        self._clock = clock
        self._session = requests.Session()
        self._session.headers.update({"API-Version": api_version, "Content-Type": "application/json"})
        self._session.auth = _Token(token)
        self._used_at = clock.now()

    def post(self, body: str, idempotency_key: str | None = None) -> HttpAnswer:
        """Send one body.

        Raises MustWait when no connection came about, AccessRefused when the server's certificate is not
        trusted, and NoDefiniteAnswer when the body may have arrived and no whole answer did.
        """
        self._check_token()
        self._forget_idle_connections()
        self.calls += 1
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        try:
            response = self._session.post(
                self.url, data=body.encode(), headers=headers, timeout=(CONNECT_SECONDS, self._timeout),
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise self._no_answer(error) from None
        finally:
            self._used_at = self._clock.now()
        return HttpAnswer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            text=self._without_token(response.content.decode("utf-8", "replace")),
        )

    def close(self) -> None:
        """Close what is open; the object stays usable."""
        self._session.close()

    def _forget_idle_connections(self) -> None:
        if (self._clock.now() - self._used_at).total_seconds() > IDLE_SECONDS:
            self._session.close()

    def _check_token(self) -> None:
        """Refuse what no header can carry: the HTTP library would quote it in its exception."""
        token = self._token.get_secret_value().strip()
        if not (token.isascii() and token.isprintable()):
            raise AccessRefused("MONDAY_API_TOKEN holds characters that no token has; copy it once more")

    def _no_answer(self, error: requests.RequestException) -> DeliveryError:
        return no_answer(error, self._without_token(self.url), self._timeout, "MONDAY_API_URL")

    def _without_token(self, text: str) -> str:
        token = self._token.get_secret_value().strip()
        return text.replace(token, MASK) if token else text
