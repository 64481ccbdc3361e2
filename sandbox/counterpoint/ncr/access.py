"""Basic credentials of a company's user, and the APIKey header that most endpoints want."""

import base64
import binascii

from sandbox.counterpoint.ncr.errors import BAD_KEY, UNKNOWN, Refused
from sandbox.web.transport import Request

API_KEY = "sandbox-key"
COMPANY = "SANDBOX"
USER = f"{COMPANY}.MGR"
PASSWORD = "sandbox"  # noqa: S105 - what the sandbox accepts; worth nothing elsewhere


def authorise(request: Request, *, needs_key: bool) -> None:
    """Raises Refused: 401 for credentials, 403 for the key."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(token).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    name, _, password = given.partition(":")
    if name.upper() != USER or password != PASSWORD:
        raise Refused(UNKNOWN, "Invalid UserName or Password", 401)
    if needs_key and request.headers.get("apikey") != API_KEY:
        raise Refused(BAD_KEY, "A valid APIKey header is required", 403)
