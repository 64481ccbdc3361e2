"""The adapter's addresses: which request does what, and in which form it is answered."""

import time
from collections.abc import Callable, Mapping

from sandbox.radius import documented
from sandbox.radius.deeds import DOCUMENTED, UNKNOWN, deed_of
from sandbox.radius.envelope import Asked, Told, Unreadable, answer, opened
from sandbox.radius.erp import Erp, Unavailable
from sandbox.radius.items import get_item, save_item
from sandbox.radius.jobs import order_processing
from sandbox.radius.purchase_orders import purchase_order
from sandbox.radius.refusals import FAILED, Json, Refused
from sandbox.radius.runner import PriceRunner
from sandbox.radius.sales_orders import sales_order
from sandbox.radius.session import COMPANY, Session
from sandbox.radius.settings import Settings
from sandbox.radius.ship_requests import ship_request
from sandbox.web.answering import HTML_HEADERS, Answer
from sandbox.web.calls import Call
from sandbox.web.transport import Request

BASE = "/radadapter/radius/api"
PER_ENTITY = f"{BASE}/CompNum/{COMPANY}/"
SUCCESS, DOCUMENTED_FAILURE, DOCUMENTED_ERROR = 1, 400, 500

Handler = Callable[[Session, object], Json]
_OBSERVED: Mapping[str, tuple[Handler, int]] = {
    "XLinkAPIPOrder": (purchase_order, SUCCESS),
    "XLinkAPISOrder": (sales_order, SUCCESS),
    "XLinkAPIShipReq": (ship_request, SUCCESS),
    "XLinkAPIItem": (save_item, SUCCESS),
    "GetItem": (get_item, 0),
    "AdvancedOrderProcessing": (order_processing, 0),
}
_DOCUMENTED: Mapping[str, Handler] = {
    "PolytexJob/Job": lambda session, payload: documented.job(session, payload, "4"),
    "StarpakJob/Job": lambda session, payload: documented.job(session, payload, "2"),
    "POrder/POrder": documented.purchase,
    "SOrder/SOrder": documented.sale,
    "ShipRequest/ShipRequest": documented.shipping,
}


class Endpoint:
    def __init__(self, erp: Erp, settings: Settings) -> None:
        self._erp = erp
        self._settings = settings
        self._runner = PriceRunner(settings)

    def deed(self, request: Request) -> str:
        """What the request is about to do."""
        if request.path == "/run_xlink":
            return "price run"
        if request.path.startswith(PER_ENTITY):
            return DOCUMENTED.get(request.path.removeprefix(PER_ENTITY), UNKNOWN)
        try:
            return deed_of(opened(request.body))
        except Unreadable:
            return UNKNOWN

    def execute(self, request: Request, call: Call) -> Answer:
        """Answer a request; its path bears the deed's name, see `RadiusSite`."""
        path, _, deed = request.path.partition(" ")
        call.route = deed
        if deed == "item read":
            call.kind = "read"
        if seconds := self._settings.latency.get(deed):
            time.sleep(seconds)
        if path in ("/run_xlink", "/health"):
            return self._runner.answer(request, path)
        if path != BASE and not path.startswith(PER_ENTITY):
            return page(404)
        if request.method != "POST":
            return page(405)
        if "json" not in request.headers.get("content-type", ""):
            return page(415)
        try:
            asked = opened(request.body)
        except Unreadable as error:
            return answer(Told("", FAILED, str(error), {}, 400), request.headers.get("accept", ""))
        told = (
            self._observed(asked) if path == BASE else self._documented(path.removeprefix(PER_ENTITY), asked)
        )
        return answer(told, request.headers.get("accept", ""))

    def _observed(self, asked: Asked) -> Told:
        if asked.entity not in _OBSERVED:
            return Told(asked.entity, FAILED, f"Entity {asked.entity} is not known", {})
        handler, success = _OBSERVED[asked.entity]
        try:
            return Told(asked.entity, success, "", self._do(handler, asked.payload))
        except Refused as refused:
            return Told(asked.entity, FAILED, refused.message, refused.payload)
        except Unavailable as gone:
            return Told(asked.entity, FAILED, str(gone), {})

    def _documented(self, place: str, asked: Asked) -> Told:
        handler = _DOCUMENTED.get(place)
        if handler is None or asked.entity not in place.split("/"):
            return Told(asked.entity, DOCUMENTED_FAILURE, f"Entity {asked.entity} is not known here", {}, 404)
        try:
            return Told(asked.entity, SUCCESS, None, self._do(handler, asked.payload))
        except Refused as refused:
            return Told(asked.entity, DOCUMENTED_FAILURE, refused.message, refused.payload, 400)
        except Unavailable as gone:
            return Told(asked.entity, DOCUMENTED_ERROR, str(gone), {}, 500)

    def _do(self, handler: Handler, payload: object) -> Json:
        """One transaction: an order is there whole or not at all."""
        with self._erp.changing("api") as session:
            session.lag_seconds = self._settings.view_lag_seconds
            return handler(session, payload)


def page(status: int) -> Answer:
    """What the web server before the adapter says."""
    return Answer(status, f"<html><body><h1>HTTP Error {status}</h1></body></html>".encode(), HTML_HEADERS)
