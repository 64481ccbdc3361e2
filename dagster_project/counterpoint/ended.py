"""What follows from the end of a run: its row in USER_SYNC_LOG, and a mail about orders that failed.

Nothing here may break a run: what could not be done is said in a sentence and done by the next run.
"""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint import sync_log
from dagster_project.counterpoint.backlog import Waiting, opened, waiting
from dagster_project.counterpoint.database import DatabaseError
from dagster_project.notifications.alerts import FAILED_ORDERS, Alert, Alerts
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse

ORDERS = "order_processing"
LONGEST_REASON = 150


def ended(
    settings: Settings, warehouse: Warehouse, clock: Clock, pipeline: str, instance: str
) -> Sequence[str]:
    """Log the runs that ended, and tell of failed orders; return what could not be done."""
    try:
        with opened(settings) as connection:
            sync_log.write(connection, warehouse, clock, pipeline, instance)
            if pipeline == ORDERS:
                _tell(connection, settings, warehouse, clock)
    except DatabaseError as error:
        return [f"USER_SYNC_LOG was not written, the next run will: {error}"]
    return []


def _tell(connection: Connection, settings: Settings, warehouse: Warehouse, clock: Clock) -> None:
    failed = [order for order in waiting(connection) if order.error is not None]
    Alerts(settings, warehouse, clock, ORDERS).stand(FAILED_ORDERS, [alert(order) for order in failed])


def alert(order: Waiting) -> Alert:
    """Return the alert about a failed order; another reason makes it another trouble."""
    error = order.error or ""
    first = error if len(error) <= LONGEST_REASON else f"{error[:LONGEST_REASON]}…"
    return Alert(
        ORDERS, FAILED_ORDERS, f"web order {order.order_id} (staging {order.staging_id}): {first}",
        f"{order.priority}: {error}\n"
        f"order-staging counterpoint show {order.staging_id}; when it is mended: process {order.staging_id}; "
        f"when it shall not be made: skip {order.staging_id} --reason …",
    )  # fmt: skip
