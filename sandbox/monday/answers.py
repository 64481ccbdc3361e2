"""Bodies: GraphQL's data and errors in Monday's envelope."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple

from graphql import ExecutionResult, GraphQLError

from sandbox.monday.errors import MondayError

_log = logging.getLogger(__name__)

HTML_PAGE = (
    b"<html><head><title>503</title></head><body><h1>Service Temporarily Unavailable</h1></body></html>"
)


class Answer(NamedTuple):
    status: int
    body: str
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


def new_request_id() -> str:
    raw = secrets.token_hex(16)
    return f"{raw[:8]}-{raw[8:12]}-9{raw[13:16]}-{raw[16:20]}-{raw[20:]}"


def refusal(error: MondayError, request_id: str) -> str:
    """A request that was refused as a whole."""
    if error.flat is not None:
        return json.dumps({**error.flat, "request_id": request_id})
    entry = {"message": str(error), "extensions": {**error.extensions, "request_id": request_id}}
    return _envelope({"errors": [entry]}, request_id)


def invalid_document(errors: Iterable[GraphQLError], request_id: str) -> Answer:
    entries = []
    for error in errors:
        parse_error = error.message.startswith("Syntax Error")
        code = "Parse error" if parse_error else "GRAPHQL_VALIDATION_FAILED"
        message = error.message.replace("Syntax Error", "Parse error on", 1) if parse_error else error.message
        entries.append(_entry(error, message, {"code": code, "status_code": 200}, request_id))
    return Answer(200, _envelope({"errors": entries}, request_id))


def executed(result: ExecutionResult, request_id: str) -> Answer:
    """A request whose only field failed bears that failure's status."""
    body: dict[str, Any] = {"data": result.data}
    errors = result.errors or []
    if errors:
        body["errors"] = [_entry(error, error.message, _extensions(error), request_id) for error in errors]
    alone = result.data is None or len(result.data) <= 1
    if len(errors) == 1 and alone and isinstance(errors[0].original_error, MondayError):
        error = errors[0].original_error
        return Answer(error.status, _envelope(body, request_id), error.headers)
    return Answer(200, _envelope(body, request_id))


def _extensions(error: GraphQLError) -> dict[str, Any]:
    if isinstance(error.original_error, MondayError):
        return error.original_error.extensions
    if error.original_error is not None:
        _log.error("a resolver failed", exc_info=error.original_error)
        return {"code": "INTERNAL_SERVER_ERROR", "status_code": 500, "error_data": {}}
    return {"code": "GRAPHQL_VALIDATION_FAILED", "status_code": 200}


def _entry(error: GraphQLError, message: str, extensions: dict[str, Any], request_id: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"message": message}
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        entry["path"] = error.path
    entry["extensions"] = {**extensions, "request_id": request_id}
    return entry


def _envelope(body: dict[str, Any], request_id: str) -> str:
    return json.dumps({**body, "extensions": {"request_id": request_id}, "account_id": 12345678})
