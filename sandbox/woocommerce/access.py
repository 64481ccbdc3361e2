"""Consumer keys: Basic authentication, or the same as query parameters for hosts that strip the header."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sandbox.web.transport import Request
from sandbox.woocommerce.errors import bad_key, cannot_list, no_right_to

CONSUMER_KEY = "ck_sandbox"
CONSUMER_SECRET = "cs_sandbox"  # noqa: S105 - what the sandbox accepts; worth nothing elsewhere
READ_ONLY_KEY = "ck_sandbox_read"
WRITE_ONLY_KEY = "ck_sandbox_write"

Scope = Literal["read", "write", "read_write"]


@dataclass(frozen=True)
class Key:
    secret: str
    scope: Scope


def fresh_keys() -> dict[str, Key]:
    return {
        CONSUMER_KEY: Key(CONSUMER_SECRET, "read_write"),
        READ_ONLY_KEY: Key(CONSUMER_SECRET, "read"),
        WRITE_ONLY_KEY: Key(CONSUMER_SECRET, "write"),
    }


def authorise(
    keys: Mapping[str, Key], request: Request, query: Mapping[str, list[str]], *, writing: bool
) -> None:
    """Raises Refused with 401."""
    name, secret = _given(request, query)
    if not name:
        raise cannot_list()
    key = keys.get(name)
    if key is None:
        raise bad_key("key")
    if key.secret != secret:
        raise bad_key("secret")
    wanted = "write" if writing else "read"
    if wanted not in key.scope.split("_"):
        raise no_right_to(wanted)


def _given(request: Request, query: Mapping[str, list[str]]) -> tuple[str, str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(token).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return name, secret
    return query.get("consumer_key", [""])[-1], query.get("consumer_secret", [""])[-1]
