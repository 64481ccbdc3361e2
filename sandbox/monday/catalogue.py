"""Every documented error code with its HTTP status, so that any of them can be ordered by name."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sandbox.monday.errors import MondayError

Hint = Literal["retry_after", "retry_in_seconds", "retryAfterMs", "ratelimit", "none"]
"""Where a 429 tells the wait: a header, one of two extensions, or the RateLimit header alone."""


class Entry(NamedTuple):
    status: int
    message: str


CATALOGUE: dict[str, Entry] = {
    "ColumnValueException": Entry(200, "invalid value, please check our API documentation"),
    "CorrectedValueException": Entry(200, "The value's type is incorrect for this column"),
    "InvalidArgumentException": Entry(200, "Invalid argument"),
    "InvalidColumnIdException": Entry(200, "This column ID doesn't exist for the board"),
    "InvalidUserIdException": Entry(200, "User not found"),
    "ItemNameTooLongException": Entry(200, "Item name is too long"),
    "InvalidBoardIdException": Entry(200, "Board not found"),
    "ItemsLimitationException": Entry(200, "The board has reached its limit of items"),
    "missingRequiredPermissions": Entry(200, "The token lacks a required permission: boards:write"),
    "InvalidVersionException": Entry(200, "The API version is invalid"),
    "ResourceNotFoundException": Entry(404, "Resource not found"),
    "JsonParseException": Entry(400, "Could not parse the value as JSON"),
    "Unauthorized": Entry(401, "Not Authenticated"),
    "IpRestricted": Entry(401, "Your ip is restricted"),
    "UserUnauthorizedException": Entry(403, "User unauthorized to perform action"),
    "USER_ACCESS_DENIED": Entry(403, "User access denied"),
    "DeleteLastGroupException": Entry(409, "The last group of a board cannot be deleted"),
    "IDEMPOTENCY_CONFLICT": Entry(409, "A request with this idempotency key is being processed"),
    "RecordInvalidException": Entry(422, "Record invalid: too many subscribers"),
    "ResourceLockedException": Entry(423, "Resource is currently locked"),
    "maxComplexityExceeded": Entry(
        200, "Query has complexity of 5000001, which exceeds max complexity of 5000000"
    ),
    "CursorException": Entry(200, "CursorExpiredError: The cursor provided has expired or is unknown"),
    "COMPLEXITY_BUDGET_EXHAUSTED": Entry(429, "Complexity budget exhausted"),
    "Rate Limit Exceeded": Entry(429, "Rate Limit Exceeded"),
    "maxConcurrencyExceeded": Entry(429, "Concurrency limit exceeded"),
    "IP_RATE_LIMIT_EXCEEDED": Entry(429, "Your IP has sent too many requests"),
    "FIELD_LIMIT_EXCEEDED": Entry(429, "Field limit exceeded: subitems"),
    "FIELD_MINUTE_RATE_LIMIT_EXCEEDED": Entry(429, "Field minute rate limit exceeded"),
    "RATE_LIMIT_EXCEEDED": Entry(429, "Rate limit exceeded"),
    "DAILY_LIMIT_EXCEEDED": Entry(429, "Daily limit exceeded"),
    "API_TEMPORARILY_BLOCKED": Entry(429, "API temporarily blocked"),
    "INTERNAL_SERVER_ERROR": Entry(500, "Internal server error"),
}
# How each 429 tells the wait when nothing else is asked for.
_USUAL_HINTS: dict[str, Hint] = {
    "RATE_LIMIT_EXCEEDED": "retryAfterMs",
    "FIELD_LIMIT_EXCEEDED": "retry_in_seconds",
}


def ordered_error(
    code: str,
    *,
    message: str | None = None,
    hint: Hint | None = None,
    seconds: float = 1.0,
    **error_data: Any,
) -> MondayError:
    """The error `code`. Raises KeyError for a code that is not documented."""
    entry = CATALOGUE[code]
    error = MondayError(code, message or entry.message, status=entry.status, error_data=error_data)
    if entry.status == 429 or code == "IDEMPOTENCY_CONFLICT":
        add_hint(error, hint or _USUAL_HINTS.get(code, "retry_in_seconds"), seconds)
    return error


def add_hint(error: MondayError, hint: Hint, seconds: float) -> None:
    """Tell the wait in exactly one place, so that a client must know them all."""
    whole = max(1, round(seconds))
    if hint == "retry_after":
        error.headers["Retry-After"] = str(whole)
    elif hint == "retry_in_seconds":
        error.extensions["retry_in_seconds"] = whole
    elif hint == "retryAfterMs":
        error.extensions["retryAfterMs"] = round(seconds * 1_000)
    elif hint == "ratelimit":
        error.headers["RateLimit"] = f'"minuteRate";r=0;t={whole}, "complexityMinute";r=0;t={whole}'
