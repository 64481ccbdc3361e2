"""What the adapter refuses with."""

from typing import Any

Json = dict[str, Any]
FAILED = 9


class Refused(Exception):
    """A request that changes nothing. `payload` is what is answered beside the sentence."""

    def __init__(self, message: str, payload: Json | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.payload: Json = payload or {}


class LineRefused(Exception):
    """One line of an order cannot be; the whole order is refused for it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
