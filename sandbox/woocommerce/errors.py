"""Refusals in the shape of WordPress: {"code", "message", "data": {"status", …}}."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.web.answering import JSON_HEADERS, Answer


class Refused(Exception):
    """A request that WooCommerce answers with an error."""

    def __init__(self, code: str, message: str, status: int, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.data = {"status": status, **data}

    def told(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": self.data}

    def answer(self) -> Answer:
        return Answer(self.status, json.dumps(self.told()).encode(), JSON_HEADERS)


def cannot_list() -> Refused:
    return Refused("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 401)


def bad_key(what: str) -> Refused:
    return Refused("woocommerce_rest_authentication_error", f"Consumer {what} is invalid.", 401)


def no_right_to(what: str) -> Refused:
    message = f"The API key provided does not have {what} permissions."
    return Refused("woocommerce_rest_authentication_error", message, 401)


def no_route() -> Refused:
    return Refused("rest_no_route", "No route was found matching the URL and request method.", 404)


def invalid_id(*, writing: bool = False) -> Refused:
    """Reading a missing order is 404; writing one is 400."""
    return Refused("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 400 if writing else 404)


def invalid_order_id() -> Refused:
    """As the routes below an order say it."""
    return Refused("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)


def missing(*names: str) -> Refused:
    return Refused(
        "rest_missing_callback_param", f"Missing parameter(s): {', '.join(names)}", 400, params=list(names)
    )


def invalid_parameters(problems: Mapping[str, tuple[str, str]]) -> Refused:
    """`problems`: for each parameter the code and the sentence of what is wrong."""
    return Refused(
        "rest_invalid_param",
        f"Invalid parameter(s): {', '.join(problems)}",
        400,
        params={name: message for name, (_, message) in problems.items()},
        details={
            name: {"code": code, "message": message, "data": None}
            for name, (code, message) in problems.items()
        },
    )


def invalid_json() -> Refused:
    return Refused(
        "rest_invalid_json",
        "Invalid JSON body passed.",
        400,
        json_error_code=4,
        json_error_message="Syntax error",
    )


def too_many(limit: int) -> Refused:
    return Refused(
        "woocommerce_rest_request_entity_too_large",
        f"Unable to accept more than {limit} items for this request.",
        413,
    )


def ordered(status: int) -> Answer:
    """An HTTP status that a fault asks for, as a host or WordPress itself would put it."""
    if status == 429:
        refused = Refused("rest_too_many_requests", "Too many requests.", 429)
    elif status == 401:
        refused = bad_key("key")
    else:
        message = "There has been a critical error on this website."
        refused = Refused("internal_server_error", message, status)
    return refused.answer()
