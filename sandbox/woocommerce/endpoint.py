"""The routes of the shop: which request goes where, and who may ask."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sandbox.web.answering import JSON_HEADERS, Answer
from sandbox.web.calls import Call
from sandbox.web.transport import Request
from sandbox.woocommerce.access import authorise
from sandbox.woocommerce.errors import Refused, invalid_id, invalid_json, no_route
from sandbox.woocommerce.market import Market
from sandbox.woocommerce.parameters import list_request
from sandbox.woocommerce.selecting import only, page
from sandbox.woocommerce.site_time import ZONE_NAME

BASE = "/wp-json/wc/v3"


@dataclass(frozen=True)
class Asked:
    """A request that may be answered."""

    ids: tuple[int, ...]
    query: dict[str, list[str]]
    body: dict[str, Any]
    url: str


Handler = Callable[[Asked], Answer]


class Endpoint:
    def __init__(self, market: Market) -> None:
        self._market = market
        self._routes: list[tuple[str, str, Handler]] = [
            ("GET", "/orders", self._list),
            ("GET", "/orders/{id}", self._get),
        ]

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
        method = _method(request, query)
        handler = next(
            (do for verb, route, do in self._routes if (verb, route) == (method, call.route)), None
        )
        if handler is None:
            raise no_route()
        authorise(self._market.keys, request, query, writing=call.kind == "write")
        ids = tuple(int(number) for number in re.findall(r"/(\d+)", path))
        host = request.headers.get("host", "127.0.0.1")
        return handler(Asked(ids, query, _body(request), f"http://{host}{request.path}"))

    def _list(self, asked: Asked) -> Answer:
        return page(self._market.store, list_request(asked.query), asked.query, asked.url)

    def _get(self, asked: Asked) -> Answer:
        with self._market.store.reading():
            order = self._market.store.order(asked.ids[0])
        if order is None:
            raise invalid_id()
        fields = tuple(",".join(asked.query.get("_fields", [])).split(","))
        return told(only(order, tuple(field for field in fields if field)))


def told(content: Any, status: int = 200) -> Answer:
    """An answer as WordPress writes JSON."""
    return Answer(status, json.dumps(content).encode(), JSON_HEADERS)


def _method(request: Request, query: dict[str, list[str]]) -> str:
    """POST may stand in for another method, for hosts that let only GET and POST through."""
    other = request.headers.get("x-http-method-override") or query.get("_method", [""])[-1]
    method = other.upper() if request.method == "POST" and other else request.method
    return "PUT" if method == "PATCH" else method


def _body(request: Request) -> dict[str, Any]:
    if not request.body or request.method == "GET":
        return {}
    if "json" not in request.headers.get("content-type", ""):
        return {
            name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()
        }
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
