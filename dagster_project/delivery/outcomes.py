"""What can become of a row: a closed set of outcomes, and the exceptions a whole request can end in.

Outcomes are values because the engine must decide on each of them; exceptions are ordered by what the
engine does with them. Every ErrorClass says what the operator does (docs/operating.md has the table).
"""

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """What has to happen before the row can go. The value is the word operators see."""

    WAIT = "wait"
    FIX_ROW = "fix the row"
    FIX_MAPPING = "fix the mapping"
    FIX_ELSEWHERE = "fix elsewhere"
    FIX_ACCESS = "fix access"
    BUSINESS_HOLD = "business hold"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivered:
    """The destination accepted the operation. `remote_id` is set by a create."""

    remote_id: str | None = None


@dataclass(frozen=True)
class Held:
    """A business rule says not now; checked again on every run before the row is claimed.

    `code` is the name operators know the hold by, where it has one.
    """

    reason: str
    code: str | None = None


@dataclass(frozen=True)
class Rejected:
    """A definite no. The same values will not be sent again until something about them changes."""

    code: str
    message: str
    error_class: ErrorClass = ErrorClass.FIX_ROW
    field: str | None = None


@dataclass(frozen=True)
class Retryable:
    """Definitely not done, and likely to work later without anybody's help."""

    code: str
    message: str


@dataclass(frozen=True)
class Unknown:
    """No definite answer: it may or may not have happened. Probed, never simply repeated."""

    message: str


@dataclass(frozen=True)
class Gone:
    """The remote object is not there any more. An operator chooses recreate or forget."""

    message: str


Outcome = Delivered | Held | Rejected | Retryable | Unknown | Gone


class DeliveryError(Exception):
    """Base of everything the kernel raises on purpose."""


class MustWait(DeliveryError):
    """Nothing was executed and the server says when to come back: repeat the same request, same key."""

    def __init__(self, message: str, seconds: float | None = None, code: str = "") -> None:
        super().__init__(message)
        self.seconds = seconds
        self.code = code


class RequestRefused(DeliveryError):
    """Nothing was executed and the server will not take this request: bisect it to find the poison row."""

    def __init__(self, code: str, message: str, error_class: ErrorClass = ErrorClass.FIX_ROW) -> None:
        super().__init__(message)
        self.code = code
        self.error_class = error_class


class NoDefiniteAnswer(DeliveryError):
    """Time-out, 5xx, reset, half an answer: every operation of the request is Unknown."""


class AccessRefused(DeliveryError):
    """Token, permission, version or board refused; nothing was executed. The destination is paused."""


class DestinationPaused(DeliveryError):
    """An operator (or a refused access) paused this system; `order-staging resume` lifts it."""


class PreflightFailed(DeliveryError):
    """The destination is not as the mapping needs it; the message lists what to change and where."""


class FirstContactRefused(DeliveryError):
    """Creating could double what is already there; `adopt` or `--start-empty` decides."""


class LeaseLost(DeliveryError):
    """Another run took over; whoever lost the lease lost the right to send."""


class ScopeTaken(DeliveryError):
    """Another run is delivering to this instance now. The message names it."""
