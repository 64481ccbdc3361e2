"""Every refusal Monday documents, as one exception class and named constructors.

`status` is the HTTP status the refusal has when nothing else of the request was answered; next to
other aliases the response is a 200 and the status stands in `extensions.status_code`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VALUE_GUIDE = "https://developer.monday.com/api-reference/docs/change-column-values"


class MondayError(Exception):
    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 200,
        error_data: Mapping[str, Any] | None = None,
        extras: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.headers = dict(headers or {})
        self.flat: dict[str, Any] | None = None
        """The whole body, for shapes that older versions wrote without extensions."""
        # graphql-core copies an attribute of this name into the located error.
        self.extensions: dict[str, Any] = {
            "code": code,
            "status_code": status,
            "error_data": dict(error_data or {}),
            **(extras or {}),
        }


def bad_request(message: str) -> MondayError:
    return MondayError("BadRequest", message, status=400)


def invalid_argument(message: str, **error_data: Any) -> MondayError:
    return MondayError("InvalidArgumentException", message, error_data=error_data)


def invalid_board(board_id: object, message: str = "Board not found") -> MondayError:
    return MondayError("InvalidBoardIdException", message, error_data={"board_id": str(board_id)})


def invalid_column(column_id: str, board_id: int) -> MondayError:
    return MondayError(
        "InvalidColumnIdException",
        "This column ID doesn't exist for the board",
        error_data={"column_id": column_id, "board_id": str(board_id)},
    )


def not_found(resource: str, identifier: object) -> MondayError:
    return MondayError(
        "ResourceNotFoundException",
        f"{resource} not found",
        status=404,
        error_data={"resource_type": resource.lower(), "resource_id": str(identifier)},
    )


def inactive_item(item_id: int) -> MondayError:
    return MondayError(
        "InvalidArgumentException",
        "Item is inactive: it has been archived",
        error_data={"item_id": str(item_id), "state": "archived"},
    )


def name_too_long() -> MondayError:
    return MondayError(
        "ItemNameTooLongException", "Item name is too long: the limit is 255 characters, the minimum is 1"
    )


def json_parse(what: str, raw: object) -> MondayError:
    return MondayError(
        "JsonParseException",
        f"Could not parse {what} as JSON: it must be a JSON object written as a string",
        status=400,
        error_data={what: str(raw)[:200]},
    )


def items_limitation(limit: int) -> MondayError:
    return MondayError(
        "ItemsLimitationException",
        f"The board has reached its limit of {limit} items",
        error_data={"limit": limit},
    )


def last_group() -> MondayError:
    return MondayError("DeleteLastGroupException", "The last group of a board cannot be deleted", status=409)


def board_locked(board_id: int) -> MondayError:
    return MondayError(
        "ResourceLockedException",
        "Resource is currently locked",
        status=423,
        error_data={"board_id": str(board_id)},
        headers={"Retry-After": "1"},
    )
