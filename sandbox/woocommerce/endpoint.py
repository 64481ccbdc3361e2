"""The routes of the shop: which request goes where, and who may ask."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from sandbox.web.answering import Answer
from sandbox.web.calls import Call
from sandbox.web.transport import Request
from sandbox.woocommerce.access import authorise
from sandbox.woocommerce.asked import Asked, told
from sandbox.woocommerce.errors import Refused, invalid_json, no_route
from sandbox.woocommerce.market import Market
from sandbox.woocommerce.reading import Reading
from sandbox.woocommerce.site_time import ZONE_NAME
from sandbox.woocommerce.writing import Writing

BASE = "/wp-json/wc/v3"

Handler = Callable[[Asked], Answer]


class Endpoint:
    def __init__(self, market: Market) -> None:
        self._market = market
        reading, writing = Reading(market), Writing(market)
        self._routes: dict[tuple[str, str], Handler] = {
            ("GET", "/orders"): reading.orders,
            ("GET", "/orders/{id}"): reading.order,
            ("PUT", "/orders/{id}"): writing.put,
            ("POST", "/orders/{id}"): writing.put,
            ("POST", "/orders/batch"): writing.batch,
            ("PUT", "/orders/batch"): writing.batch,
            ("GET", "/orders/{id}/notes"): writing.notes,
            ("POST", "/orders/{id}/notes"): writing.add_note,
            ("GET", "/orders/{id}/notes/{id}"): writing.one_note,
            ("DELETE", "/orders/{id}/notes/{id}"): writing.delete_note,
            ("GET", "/orders/{id}/refunds"): reading.refunds,
            ("GET", "/orders/{id}/refunds/{id}"): reading.refund,
            ("GET", "/products"): reading.products,
            ("GET", "/customers"): reading.customers,
            ("GET", "/customers/{id}"): reading.customer,
        }

    def execute(self, request: Request, call: Call) -> Answer:
        """Answer a request; errors come in Woo's shape."""
        try:
            return self._route(request, call)
        except Refused as refused:
            return refused.answer()

    def _route(self, request: Request, call: Call) -> Answer:
        query = parse_qs(request.query, keep_blank_values=True)
        if request.path.rstrip("/") == "/wp-json":
            call.route = "/"
            return told(_index(request))
        if not request.path.startswith(f"{BASE}/"):
            raise no_route()
        path = request.path.removeprefix(BASE).rstrip("/")
        call.route = re.sub(r"/\d+", "/{id}", path)
        handler = self._routes.get((_method(request, query), call.route))
        if handler is None:
            raise no_route()
        authorise(self._market.keys, request, query, writing=call.kind == "write")
        ids = tuple(int(number) for number in re.findall(r"/(\d+)", path))
        host = request.headers.get("host", "127.0.0.1")
        return handler(Asked(ids, query, _body(request), f"http://{host}{request.path}", call))


def _method(request: Request, query: dict[str, list[str]]) -> str:
    """POST may stand in for another method, for hosts that let only GET and POST through."""
    other = request.headers.get("x-http-method-override") or query.get("_method", [""])[-1]
    method = other.upper() if request.method == "POST" and other else request.method
    return "PUT" if method == "PATCH" else method


def _body(request: Request) -> dict[str, Any]:
    if not request.body or request.method == "GET":
        return {}
    if "json" not in request.headers.get("content-type", ""):
        form = parse_qs(request.body.decode("utf-8", "replace"))
        return {name: values[-1] for name, values in form.items()}
    try:
        content = json.loads(request.body)
    except (ValueError, UnicodeDecodeError):
        raise invalid_json() from None
    return content if isinstance(content, dict) else {}


def _index(request: Request) -> dict[str, Any]:
    """What WordPress tells anybody: among it the zone in which the shop writes its dates."""
    home = f"http://{request.headers.get('host', '127.0.0.1')}"
    return {
        "name": "Sandbox Paper",
        "description": "",
        "url": home,
        "home": home,
        "gmt_offset": "",
        "timezone_string": ZONE_NAME,
        "namespaces": ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wp/v2"],
        "authentication": [],
    }
