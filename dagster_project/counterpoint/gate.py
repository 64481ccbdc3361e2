"""Is there anything to do? Asked before a scheduled run is started, so that an idle half hour costs a query.

When the question itself cannot be answered the run starts: it will say what is wrong, and be logged.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.counterpoint.backlog import Waiting, opened, runs, waiting
from dagster_project.counterpoint.database import DatabaseError
from dagster_project.counterpoint.extract import shipped_documents
from dagster_project.counterpoint.raw_tables import FULFILMENT
from dagster_project.delivery.states import State
from dagster_project.settings import Settings
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse, WarehouseUnavailable
from dagster_project.warehouse.lock import hold
from dagster_project.warehouse.reading import table_exists

WAIT_SECONDS = 5.0
UNSETTLED = (State.SENDING, State.IN_DOUBT, State.RETRY)


@dataclass(frozen=True)
class Decision:
    """Whether to run, and why."""

    run: bool
    reason: str


def decide(
    pending: Collection[float], failed: Collection[float], last_run_hours: float | None, interval_minutes: int,
    what: str = "orders",
) -> Decision:  # fmt: skip
    """Decide from ages in hours: what is pending, what has failed, and since when nothing ran (None: never).

    Failed orders alone are no reason: nothing about them changes until somebody mends them, and the run that
    comes after the interval in any case looks at them again.
    """
    if pending:
        minutes = max(pending) * 60
        return Decision(True, f"{len(pending)} {what} wait, the oldest for {minutes:.0f} minutes")
    if last_run_hours is None:
        return Decision(True, "there was no run yet")
    since = last_run_hours * 60
    if since >= interval_minutes:
        old = sum(age > 1 for age in failed)
        besides = f"; {old} {what} failed more than an hour ago" if old else ""
        return Decision(True, f"the last run was {since:.0f} minutes ago{besides}")
    return Decision(False, f"no {what} wait, and the last run was {since:.0f} minutes ago")


def processing(settings: Settings) -> Decision:
    """Decide whether order processing has anything to do."""
    try:
        with opened(settings, WAIT_SECONDS) as connection:
            orders, log = waiting(connection), runs(connection, "order_processing")
    except DatabaseError as error:
        return Decision(True, f"it could not be asked whether orders wait: {error}")
    return decide(
        _ages(orders, failed=False), _ages(orders, failed=True), log.last,
        settings.order_processing_interval_minutes,
    )  # fmt: skip


def statuses(settings: Settings, warehouse: Warehouse, instance: str) -> Decision:
    """Decide whether the shop has to be told anything: documents and shipments it was not told of.

    Orders that were told completed are no reason ever again.
    """
    try:
        with (
            opened(settings, WAIT_SECONDS) as source,
            hold(warehouse, "gate of the shop's statuses", WAIT_SECONDS),
        ):
            log = runs(source, "fulfillment_status_sync")
            news = _news(source, warehouse) + _unsettled(warehouse, instance)
    except (DatabaseError, WarehouseUnavailable) as error:
        return Decision(True, f"it could not be asked whether the shop has to be told: {error}")
    return decide([0.0] * news, (), log.last, settings.fulfillment_sync_interval_minutes, "status updates")


def _ages(orders: Sequence[Waiting], *, failed: bool) -> list[float]:
    return [order.hours for order in orders if (order.error is not None) == failed]


def _news(source: Connection, warehouse: Warehouse) -> int:
    """How many documents stand otherwise than when they were last extracted."""
    columns = ("STAGING_ID", "DOC_ID", "IS_SHIPPED")
    there = {tuple(row[name] for name in columns) for row in shipped_documents(source)}
    with warehouse.begin() as connection:
        if not table_exists(connection, FULFILMENT.name):
            return len(there)
        known = connection.execute(sa.select(*(FULFILMENT.c[name] for name in columns)))
        return len(there - {tuple(row) for row in known})


def _unsettled(warehouse: Warehouse, instance: str) -> int:
    """How many updates are to be found out about; one where there is no ledger, so that the run says so."""
    ledger = tables.delivery
    query = sa.select(sa.func.count()).where(ledger.c.instance == instance, ledger.c.state.in_(UNSETTLED))
    with warehouse.begin() as connection:
        if not table_exists(connection, ledger.name):
            return 1
        return int(connection.execute(query).scalar_one())
