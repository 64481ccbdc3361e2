"""WooCommerce's REST API, version 3: one request at a time, at the pace the shop allows.

Reading changes nothing, so reads wait and try again by themselves, a bounded number of times. A write is sent
exactly once here; whoever holds its intent decides about repeating it.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import tenacity

from dagster_project.clock import Clock
from dagster_project.counterpoint.connection import Connection
from dagster_project.delivery.outcomes import (
    AccessRefused,
    ErrorClass,
    MustWait,
    NoDefiniteAnswer,
    RequestRefused,
)
from dagster_project.delivery.pacing import RateBudget
from dagster_project.settings import Settings
from dagster_project.wire import HttpAnswer, retry_after, shown

Json = Mapping[str, Any]
PER_PAGE = 100
BATCH_LIMIT = 100
"""Orders in one call of `batch`; the shop refuses more."""
READ_ATTEMPTS = 6
LONGEST_WAIT = 65.0
"""Whoever has to wait longer is told, instead of waiting here."""
LISTINGS = 3
"""How often a list is begun anew because it changed while it was read."""
_ELSEWHERE = frozenset({404, 410})


@dataclass(frozen=True)
class Answered:
    """An answer of the API: its content, the headers in lower case, its text, and the seconds it took."""

    content: Any
    headers: Mapping[str, str]
    text: str
    seconds: float


class WooClient:
    """Speaks to one shop. `calls` counts every request, reads included."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._budget = RateBudget(daily_calls=float("inf"))

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Self:
        """Build a client for the shop of the settings. Raises AccessRefused for an address without TLS."""
        connection = Connection(
            settings.woo_base_url, settings.woo_consumer_key, settings.woo_consumer_secret,
            settings.woo_timeout_seconds, clock,
        )  # fmt: skip
        return cls(connection, clock)

    @property
    def calls(self) -> int:
        """Requests made so far."""
        return self._connection.calls

    def close(self) -> None:
        """Close what is open; the client stays usable."""
        self._connection.close()

    # -- reading ------------------------------------------------------------------------------------

    def orders(
        self, *, modified_after: dt.datetime | None = None, statuses: Sequence[str] = (),
        ids: Sequence[int] = (),
    ) -> list[Json]:  # fmt: skip
        """Return every order modified after a moment (naive UTC), of these statuses, all pages of them.

        In the order of ids, each once. A list that changes while it is read is read anew, so that an order
        that moves from page to page is not missed.
        """
        query: dict[str, str] = {"per_page": str(PER_PAGE), "orderby": "id", "order": "asc"}
        if modified_after is not None:
            query |= {"modified_after": modified_after.isoformat(timespec="seconds"), "dates_are_gmt": "true"}
        if statuses:
            query["status"] = ",".join(statuses)
        if ids:
            query["include"] = ",".join(map(str, ids))
        for _ in range(LISTINGS):
            found: dict[int, Json] = {}
            promised = 0
            for page, total in self._pages(query):
                promised = total
                found.update((_id(order), order) for order in page)
            if len(found) >= promised:
                return [found[key] for key in sorted(found)]
        raise MustWait("the shop's list of orders changes faster than it can be read", code="ListChanges")

    def order(self, order_id: int) -> Json:
        """Return one order. Raises RequestRefused when the shop does not have it."""
        return _object(self._read(f"orders/{order_id}", {}))

    def notes(self, order_id: int) -> list[Json]:
        """Return the notes of an order, private ones included, newest first."""
        return _listed(self._read(f"orders/{order_id}/notes", {}))

    def _pages(self, query: Mapping[str, str]) -> Iterator[tuple[list[Json], int]]:
        page, pages = 1, 1
        while page <= pages:
            answer = self._read("orders", {**query, "page": str(page)})
            pages = _counted(answer, "x-wp-totalpages")
            yield _listed(answer), _counted(answer, "x-wp-total")
            page += 1

    def _read(self, path: str, query: Mapping[str, str]) -> Answered:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_repeat),
            wait=_as_told,
            stop=tenacity.stop_after_attempt(READ_ATTEMPTS),
            sleep=self._clock.sleep,
            reraise=True,
        )
        answer: Answered = retrying(self._exchange, "GET", path, query, None)
        return answer

    # -- writing ------------------------------------------------------------------------------------

    def write(self, method: str, path: str, body: str) -> Answered:
        """Send a composed JSON body once, for instance `PUT`, `orders/15001`.

        Raises MustWait or RequestRefused when nothing was done, AccessRefused, and NoDefiniteAnswer when nobody
        can tell. A batch that was answered may hold errors of single orders.
        """
        return self._exchange(method, path, {}, body)

    def add_note(self, order_id: int, note: str) -> Answered:
        """Add a private note; the customer gets no mail."""
        return self.write("POST", *note_call(order_id, note))

    def set_status(self, order_id: int, status: str) -> Answered:
        """Set the status of one order; entering `completed` sends the customer a mail."""
        return self.write("PUT", f"orders/{order_id}", json.dumps({"status": status}))

    def update(self, orders: Sequence[Json]) -> Answered:
        """Change up to 100 orders in one call; each entry is an object with `id` and what to set."""
        return self.write("POST", "orders/batch", json.dumps({"update": list(orders)}))

    # -- the exchange -------------------------------------------------------------------------------

    def _exchange(self, method: str, path: str, query: Mapping[str, str], body: str | None) -> Answered:
        self._wait_for_turn()
        started = self._clock.now()
        try:
            answer = self._connection.call(method, path, query, body)
            seconds = (self._clock.now() - started).total_seconds()
            return Answered(_content(answer), answer.headers, answer.text, seconds)
        except MustWait as wait:
            self._budget.close(wait.seconds or 0.0, self._clock.now())
            raise

    def _wait_for_turn(self) -> None:
        while (seconds := self._budget.wait({}, self._clock.now())) > 0:
            if seconds > LONGEST_WAIT:
                raise MustWait(f"the shop takes requests again in {seconds:.0f} s", seconds, "OwnPacing")
            self._clock.sleep(seconds)


def note_call(order_id: int, note: str) -> tuple[str, str]:
    """Return path and body of the call that adds a private note."""
    return f"orders/{order_id}/notes", json.dumps({"note": note, "customer_note": False})


def _content(answer: HttpAnswer) -> Any:
    """Return the content of an answer, or raise what it means that there is none."""
    try:
        content = json.loads(answer.text)
    except ValueError:
        content = None
    if answer.status in (200, 201) and isinstance(content, dict | list):
        return content
    told = content if isinstance(content, dict) else {}
    code, said = str(told.get("code") or answer.status), str(told.get("message") or shown(answer.text))
    said = f"HTTP {answer.status}: {said}"
    if answer.status in (423, 425, 429):
        raise MustWait(said, retry_after(answer.headers), code)
    if answer.status < 300 or answer.status >= 500 or answer.status in (408, 499):
        raise NoDefiniteAnswer(said)
    if answer.status < 400 or answer.status in (401, 403, 405, 407) or _no_api(answer.status, code, told):
        raise AccessRefused(f"{said}; check WOO_BASE_URL and the key of the shop")
    gone = answer.status in _ELSEWHERE or code.endswith("invalid_id")
    raise RequestRefused(code, said, ErrorClass.FIX_ELSEWHERE if gone else ErrorClass.FIX_ROW)


def _no_api(status: int, code: str, told: Json) -> bool:
    """Not WooCommerce that answered, or a site whose permalinks hide it."""
    return status == 404 and (not told or code == "rest_no_route")


def _id(order: Json) -> int:
    value = order.get("id")
    if not isinstance(value, int):
        raise NoDefiniteAnswer(f"the shop's list holds an order without id: {shown(json.dumps(order))}")
    return value


def _listed(answer: Answered) -> list[Json]:
    if isinstance(answer.content, list) and all(isinstance(entry, dict) for entry in answer.content):
        return answer.content
    raise NoDefiniteAnswer(f"not a list of the API: {shown(answer.text)}")


def _object(answer: Answered) -> Json:
    if isinstance(answer.content, dict):
        return answer.content
    raise NoDefiniteAnswer(f"not an order of the API: {shown(answer.text)}")


def _counted(answer: Answered, header: str) -> int:
    """A count from the headers; a proxy that strips them would make us take one page for all."""
    value = answer.headers.get(header, "")
    if not value.isdigit():
        raise AccessRefused(f"the shop's answers have no header {header}; have the host let it through")
    return int(value)


def _may_repeat(error: BaseException) -> bool:
    if isinstance(error, MustWait):
        return (error.seconds or 0.0) <= LONGEST_WAIT
    return isinstance(error, NoDefiniteAnswer)


def _as_told(state: tenacity.RetryCallState) -> float:
    """Wait as the shop said; without a hint 1, 2, 4 … 30 seconds."""
    error = state.outcome.exception() if state.outcome else None
    told = getattr(error, "seconds", None)
    return float(told) if told is not None else min(30.0, 2.0 ** (state.attempt_number - 1))
