"""NCR's envelope: ErrorCode always, Message only when something failed."""

import json
from typing import Any

from sandbox.web.answering import Answer

HEADERS = {"Content-Type": "application/json; charset=utf-8"}
SUCCESS = "SUCCESS"
MISSING = "ERROR_MISSING_REQUIRED_DATA"
NOT_FOUND = "ERROR_RECORD_NOT_FOUND"
UNKNOWN = "ERROR_UNKNOWN"
BAD_KEY = "ERROR_INVALID_APIKEY"
BAD_LINE_TYPE = "ERROR_INVALID_LIN_TYP"
NOT_PURE = "ERROR_NOT_PURE_ORDER"
BAD_CONTACT = "ERROR_INVALID_CONTACT_ID"


class Refused(Exception):
    """A request that the API answers with an error code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    def answer(self) -> Answer:
        body = {"ErrorCode": self.code, "Message": str(self)}
        return Answer(self.status, json.dumps(body).encode(), HEADERS)


def succeeded(content: dict[str, Any], status: int = 200) -> Answer:
    """An answer that carries no Message."""
    return Answer(status, json.dumps({**content, "ErrorCode": SUCCESS}).encode(), HEADERS)


def broke_down(error: Exception) -> Answer:
    """Whatever nobody foresaw: ERROR_UNKNOWN with a trace, HTTP 500."""
    text = f"{type(error).__name__}: {error}\n   at Counterpoint.API.Services.DocumentService.Post(Document request)"
    return Refused(UNKNOWN, text, 500).answer()


def ordered(status: int) -> Answer:
    """An HTTP status that a fault asks for. With `when: after` the document exists all the same."""
    message = "Object reference not set to an instance of an object.\n   at Counterpoint.API.Services.Post"
    return Refused(BAD_KEY if status == 403 else UNKNOWN, message, status).answer()
