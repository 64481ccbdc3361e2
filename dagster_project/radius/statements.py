"""The few statements that write to the ERP past its adapter, behind RADIUS_DIRECT_SQL, and what a request reads there.

They run in one thread of their own, on one connection, whichever thread of a delivery asks.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from dagster_project.clock import Clock
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    ErrorClass,
    Held,
    Outcome,
    Rejected,
    RequestRefused,
    Retryable,
)
from dagster_project.radius import holds, live_queries
from dagster_project.radius.bodies import AUTHORISE
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.facts import CREDIT_HELD
from dagster_project.radius.reading import number_of, ship_line

POLL_SECONDS = 0.5
Found = TypeVar("Found")


class Statements:
    """Statements of one ERP. New plant-2 orders show within `lag_seconds`."""

    def __init__(self, database: ErpDatabase, clock: Clock, lag_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._lag = lag_seconds
        self._thread = ThreadPoolExecutor(1, "radius-sql")

    def run(self, name: str, sql: str, parameters: Sequence[object]) -> Outcome:
        """Execute a statement of a body. Raises MustWait and NoDefiniteAnswer."""
        try:
            if name == AUTHORISE:
                return self._authorise(sql, parameters)
            changed = self._there(lambda: self._database.execute(sql, parameters))
        except (RequestRefused, AccessRefused) as error:
            said = f"{name}: {error}; allow it to DB_USER, or set RADIUS_DIRECT_SQL=false and do it by hand"
            return Rejected(name, said, ErrorClass.FIX_ACCESS)
        return Delivered() if changed else Retryable("NotThere", f"{name}: there is no {parameters[-1]} yet")

    def shipped(self, so2_lines: Sequence[str]) -> Mapping[str, str]:
        """Return ship request lines (SHIP/line) by the plant-2 order lines (SO2/line) that they are for."""
        orders = sorted({int(one.partition("/")[0]) for one in so2_lines})
        try:
            rows = self._there(lambda: self._database.rows_in(live_queries.SHIP_LINES_OF_ORDERS, orders))
        except RequestRefused:
            return {}  # nothing was found out; the probe will look again
        return {f"{line.order}/{line.order_line}": line.remote_id for line in map(ship_line, rows)}

    def _authorise(self, sql: str, parameters: Sequence[object]) -> Outcome:
        """Undo a credit hold as soon as the order shows."""
        waited = 0.0
        while not self._there(lambda: self._database.execute(sql, parameters)):
            rows = self._there(lambda: self._database.rows_in(live_queries.SO2_BY_NUMBER, parameters))
            if rows and number_of(rows[0]["sorderstat"]) != CREDIT_HELD:
                return Delivered()  # authorised already, or held by a person
            if waited >= self._lag:
                return Held(f"plant-2 order {parameters[0]} cannot be seen yet", holds.SHIPREQ_P2_WAIT_LINES)
            self._clock.sleep(POLL_SECONDS)
            waited += POLL_SECONDS
        return Delivered()

    def _there(self, work: Callable[[], Found]) -> Found:
        return self._thread.submit(work).result()
