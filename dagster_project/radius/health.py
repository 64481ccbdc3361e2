"""Are LWS orders on their way? Holds that got old and orders that failed, as findings of the pipeline.

That orders wait for somebody is the workflow's daily business; that one waits for too long, or fails, is not.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from dagster_project.clock import Clock
from dagster_project.delivery.states import State
from dagster_project.health import Finding, Level
from dagster_project.radius.failures import failed
from dagster_project.radius.reminders import days_held, held
from dagster_project.radius.standing import Order, standing
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

MANY_FAILED = 5
"""More than these at once have one cause, and it is not the orders'."""


def look(settings: Settings, warehouse: Warehouse, clock: Clock, instance: str) -> list[Finding]:
    """Return what was found about holds and failures."""
    with warehouse.begin() as connection:
        found = standing(connection, instance, (State.HELD, State.REJECTED, State.RETRY))
    return [*checks(settings, found, clock.now())]


def checks(settings: Settings, found: Sequence[Order], now: dt.datetime) -> Iterator[Finding]:
    """Yield the findings about these orders."""
    yield _holds(settings, held(found), now)
    yield _failures(failed(found))


def _holds(settings: Settings, waiting: Sequence[Order], now: dt.datetime) -> Finding:
    if not waiting:
        return Finding(Level.HEALTHY, "holds", "none")
    old = [order for order in waiting if days_held(settings, order, now) >= settings.hold_escalation_days]
    codes = Counter(order.code for order in old or waiting)
    said = ", ".join(f"{count} {code}" for code, count in codes.most_common())
    oldest = f"the oldest ({waiting[0].number}) for {days_held(settings, waiting[0], now)} days"
    if not old:
        return Finding(Level.HEALTHY, "holds", f"{_orders(waiting)}, {oldest}: {said}")
    return Finding(
        Level.WARNING, "holds",
        f"{len(old)} of {_orders(waiting)} for {settings.hold_escalation_days} days or more, {oldest}: {said}",
        "order-staging radius holds says whom each waits for",
    )  # fmt: skip


def _failures(found: Sequence[Order]) -> Finding:
    if not found:
        return Finding(Level.HEALTHY, "failed orders", "none")
    level = Level.CRITICAL if len(found) > MANY_FAILED else Level.WARNING
    some = ", ".join(order.number for order in found[:MANY_FAILED])
    said = f"{_orders(found)}: {some}{', …' if len(found) > MANY_FAILED else ''}"
    return Finding(
        level, "failed orders", said, "order-staging radius order NUMBER says why; retry it when mended"
    )


def _orders(found: Sequence[Order]) -> str:
    return "1 order" if len(found) == 1 else f"{len(found)} orders"
