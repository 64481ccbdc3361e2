"""Monday.com's error table: what each documented refusal means for a row, a request, or the whole run.

A refusal of one alias is an outcome, because the other aliases were executed all the same. A refusal of
the request is an exception, because nothing was. Codes that nobody documented leave the row in doubt
when the server was to blame and are refusals of the row otherwise.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from dagster_project.delivery.destination import Kind
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    DeliveryError,
    ErrorClass,
    Gone,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    RequestRefused,
    Retryable,
    Unknown,
)

INACTIVE = re.compile(r"\bitem\b.*\b(inactive|archived|deleted|not found)\b", re.IGNORECASE)
NO_LABEL = re.compile(r"label '?.*'? does(n't| not) exist", re.IGNORECASE)
LABELS_FULL = re.compile(r"limit of \d+ labels|too many labels|label limit", re.IGNORECASE)


class Meaning(Enum):
    """What a code says about the thing it was given for."""

    WAIT = "not done; come back later"
    STOP = "not done, and neither will anything else be"
    ROW = "not done; this row or its mapping is wrong"
    MISSING = "the object is not there"
    DOUBT = "the server failed; it may have been done"


@dataclass(frozen=True)
class ApiError:
    """One entry of `errors`. `seconds` is the wait the server tells, from wherever it tells it."""

    code: str
    message: str
    path: tuple[str | int, ...] = ()
    status: int = 200
    data: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None

    @property
    def alias(self) -> str | None:
        """The alias the error is about; None when it is about the request."""
        return str(self.path[0]) if self.path else None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


_W, _S, _R, _M, _D = Meaning.WAIT, Meaning.STOP, Meaning.ROW, Meaning.MISSING, Meaning.DOUBT

# Codes without blanks, underscores and the ending "Exception", in lower case.
TABLE: Mapping[str, tuple[Meaning, ErrorClass]] = {
    "columnvalue": (_R, ErrorClass.FIX_ROW),
    "correctedvalue": (_R, ErrorClass.FIX_MAPPING),
    "invalidargument": (_R, ErrorClass.FIX_ROW),
    "invalidcolumnid": (_R, ErrorClass.FIX_MAPPING),
    "invaliduserid": (_R, ErrorClass.FIX_ROW),
    "itemnametoolong": (_R, ErrorClass.FIX_ROW),
    "recordinvalid": (_R, ErrorClass.FIX_ROW),
    "jsonparse": (_R, ErrorClass.FIX_MAPPING),
    "parseerror": (_R, ErrorClass.FIX_MAPPING),
    "graphqlvalidationfailed": (_R, ErrorClass.FIX_MAPPING),
    "undefinedfield": (_R, ErrorClass.FIX_MAPPING),
    "argumentliteralsincompatible": (_R, ErrorClass.FIX_MAPPING),
    "complexity": (_R, ErrorClass.FIX_MAPPING),  # one request above the cap: half of it may pass
    "maxcomplexityexceeded": (_R, ErrorClass.FIX_MAPPING),
    "cursor": (_R, ErrorClass.FIX_ELSEWHERE),
    "deletelastgroup": (_R, ErrorClass.FIX_ELSEWHERE),
    "invalidboardid": (_S, ErrorClass.FIX_ACCESS),
    "itemslimitation": (_S, ErrorClass.FIX_ELSEWHERE),
    "missingrequiredpermissions": (_S, ErrorClass.FIX_ACCESS),
    "invalidversion": (_S, ErrorClass.FIX_ACCESS),
    "unauthorized": (_S, ErrorClass.FIX_ACCESS),
    "notauthenticated": (_S, ErrorClass.FIX_ACCESS),
    "iprestricted": (_S, ErrorClass.FIX_ACCESS),
    "userunauthorized": (_S, ErrorClass.FIX_ACCESS),
    "useraccessdenied": (_S, ErrorClass.FIX_ACCESS),
    "resourcenotfound": (_M, ErrorClass.FIX_ELSEWHERE),
    "complexitybudgetexhausted": (_W, ErrorClass.WAIT),
    "ratelimitexceeded": (_W, ErrorClass.WAIT),
    "maxconcurrencyexceeded": (_W, ErrorClass.WAIT),
    "ipratelimitexceeded": (_W, ErrorClass.WAIT),
    "fieldlimitexceeded": (_W, ErrorClass.WAIT),
    "fieldminuteratelimitexceeded": (_W, ErrorClass.WAIT),
    "dailylimitexceeded": (_W, ErrorClass.WAIT),
    "apitemporarilyblocked": (_W, ErrorClass.WAIT),
    "idempotencyconflict": (_W, ErrorClass.WAIT),
    "resourcelocked": (_W, ErrorClass.WAIT),
    "internalservererror": (_D, ErrorClass.UNKNOWN),
}
_BY_STATUS = {
    401: "unauthorized", 403: "useraccessdenied", 404: "resourcenotfound", 409: "idempotencyconflict",
    423: "resourcelocked", 429: "ratelimitexceeded",
}  # fmt: skip
_UNLISTED = {_R: ErrorClass.FIX_ROW, _D: ErrorClass.UNKNOWN}


def meaning(error: ApiError) -> tuple[Meaning, ErrorClass]:
    """Look an error up, by code first, then by status. An exhausted budget of old versions is a wait."""
    code = re.sub(r"[\s_]|exception$", "", error.code.casefold())
    if code == "complexity" and (error.seconds is not None or error.status == 429):
        code = "complexitybudgetexhausted"
    if code == "invalidargument" and INACTIVE.search(error.message):
        code = "resourcenotfound"
    listed = TABLE.get(code) or TABLE.get(_BY_STATUS.get(error.status, ""))
    if listed is not None:
        return listed
    unlisted = Meaning.DOUBT if error.status >= 500 or not error.code else Meaning.ROW
    return unlisted, _UNLISTED[unlisted]


def stops(error: ApiError, kind: Kind) -> bool:
    """True when, by this error, no request to this board can succeed.

    An existing item that is not on the board was moved by a person, which says nothing about the board.
    """
    return meaning(error)[0] is Meaning.STOP and not _moved_away(error, kind)


def outcome_of(error: ApiError, kind: Kind, field: str | None) -> Outcome:
    """What an alias that failed alone means for its operation."""
    means, error_class = meaning(error)
    match means:
        case Meaning.WAIT:
            return Retryable(error.code, error.message)
        case Meaning.DOUBT:
            return Unknown(str(error))
        case Meaning.MISSING:
            return _missing(error, kind)
        case Meaning.STOP if _moved_away(error, kind):
            return Gone(f"{error.message} (it was moved to another board)")
        case Meaning.ROW if error.code == "ColumnValueException":
            return Rejected(error.code, error.message, _about_labels(error.message), field)
        case _:
            return Rejected(error.code, error.message, error_class, field)


def request_error(error: ApiError) -> DeliveryError:
    """What a refusal of the whole request means: nothing of it was executed, unless the server failed."""
    means, error_class = meaning(error)
    match means:
        case Meaning.WAIT:
            return MustWait(str(error), error.seconds, error.code)
        case Meaning.STOP:
            return AccessRefused(str(error))
        case Meaning.DOUBT:
            return NoDefiniteAnswer(str(error))
        case _:
            return RequestRefused(error.code or str(error.status), str(error), error_class)


def _moved_away(error: ApiError, kind: Kind) -> bool:
    return kind is Kind.SET and error.code == "InvalidBoardIdException"


def _missing(error: ApiError, kind: Kind) -> Outcome:
    """A missing group is made by the next run; an object to be archived that is gone is as wanted."""
    if "group" in (error.data.get("resource_type"), *error.message.casefold().split()):
        return Retryable(error.code, f"{error.message}; the next run makes the group")
    if kind is Kind.ARCHIVE:
        return Delivered()
    if kind is Kind.CREATE:
        message = f"{error.message}: what it belongs to is not on the board any more"
        return Rejected(error.code, message, ErrorClass.FIX_ELSEWHERE)
    return Gone(error.message)


def _about_labels(message: str) -> ErrorClass:
    if LABELS_FULL.search(message):
        return ErrorClass.FIX_MAPPING
    return ErrorClass.FIX_ELSEWHERE if NO_LABEL.search(message) else ErrorClass.FIX_ROW
