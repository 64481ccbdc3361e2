"""Are web orders on their way? The operators' four checks, as findings of the order processing."""

from collections.abc import Iterator, Sequence

from dagster_project.clock import Clock
from dagster_project.counterpoint.backlog import Runs, Waiting, opened, runs, waiting
from dagster_project.counterpoint.database import DatabaseError
from dagster_project.health import Finding, Level
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

OPERATION = "order_processing"
OLD_HOURS, TOO_OLD_HOURS = 1.0, 2.0
MANY_FAILED, FAILED_HOURS = 5, 1.0
LATE_HOURS, TOO_LATE_HOURS = 3.0, 6.0
MANY_FAILED_RUNS = 3


def look(settings: Settings, _warehouse: Warehouse, _clock: Clock) -> list[Finding]:
    """Return the four checks; one critical finding when Counterpoint's database cannot be asked."""
    try:
        with opened(settings) as connection:
            orders, log = waiting(connection), runs(connection, OPERATION)
    except DatabaseError as error:
        return [
            Finding(
                Level.CRITICAL, "Counterpoint's database", str(error),
                "see that it is up and COUNTERPOINT_URL is right; order-staging counterpoint setup, if it is new",
            )
        ]  # fmt: skip
    return [*checks(orders, log)]


def checks(orders: Sequence[Waiting], log: Runs) -> Iterator[Finding]:
    """Yield the four checks of what was found."""
    yield _oldest([order for order in orders if order.error is None])
    yield _failed([order for order in orders if order.error is not None])
    yield _last_good(log.last_good)
    yield _failed_runs(log.failed_last_hour)


def _oldest(pending: Sequence[Waiting]) -> Finding:
    age = max((order.hours for order in pending), default=0.0)
    level = _level(age > OLD_HOURS, age > TOO_OLD_HOURS)
    found = f"{_orders(len(pending))}, the oldest for {age:.1f} h" if pending else "none"
    return Finding(
        level, "pending orders", found, "order-staging counterpoint process --all" if level else ""
    )


def _failed(failed: Sequence[Waiting]) -> Finding:
    old = sum(order.hours > FAILED_HOURS for order in failed)
    level = _level(bool(failed), old > MANY_FAILED)
    found = f"{_orders(len(failed))}, {old} for more than an hour" if failed else "none"
    step = "order-staging counterpoint list --failed; mend them, or skip those that shall not be made"
    return Finding(level, "failed orders", found, step if level else "")


def _last_good(hours: float | None) -> Finding:
    if hours is None:
        return Finding(
            Level.WARNING, "order processing", "no successful run yet",
            "order-staging counterpoint process --all",
        )  # fmt: skip
    level = _level(hours > LATE_HOURS, hours > TOO_LATE_HOURS)
    step = "look at the schedule order_processing_schedule in Dagster" if level else ""
    return Finding(level, "order processing", f"last successful run {hours:.1f} h ago", step)


def _failed_runs(count: int) -> Finding:
    level = _level(count > 0, count > MANY_FAILED_RUNS)
    found = f"{count} in the last hour"
    step = "order-staging errors order_processing; USER_SYNC_LOG.ERROR_MESSAGE says why" if level else ""
    return Finding(level, "failed runs", found, step)


def _level(warning: bool, critical: bool) -> Level:
    return Level.CRITICAL if critical else Level.WARNING if warning else Level.HEALTHY


def _orders(count: int) -> str:
    return f"{count} order" if count == 1 else f"{count} orders"
