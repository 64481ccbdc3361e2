"""The history of runs is kept for a while: every run looks at every order on hold, which adds up.

What is deleted says only that a run found an order where the run before had found it. What an order was told, what
changed and who decided what stays, and so does the newest look at each order, which says where it stands.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from dagster_project.clock import Clock
from dagster_project.delivery.states import RunStatus
from dagster_project.radius.standing import ORDERS
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse

RUNS_KEPT_DAYS = 90


def forget_runs(warehouse: Warehouse, clock: Clock, instance: str) -> dict[str, int]:
    """Delete runs, their batches and looks at orders that are older than that; return how many."""
    before = clock.now() - dt.timedelta(days=RUNS_KEPT_DAYS)
    runs, batches, events = tables.delivery_run, tables.delivery_batch, tables.delivery_event
    with warehouse.begin() as connection:
        looks = connection.execute(
            sa.delete(events).where(events.c.event_id.in_(_repeated(instance, before)))
        ).rowcount
        gone = connection.execute(
            sa.delete(batches).where(batches.c.instance == instance, batches.c.started_at < before)
        ).rowcount
        old = connection.execute(
            sa.delete(runs).where(
                runs.c.instance == instance, runs.c.started_at < before, runs.c.status != RunStatus.RUNNING
            )
        ).rowcount
    return {"runs": old, "batches": gone, "run_orders": looks}


def _repeated(instance: str, before: dt.datetime) -> sa.Select[tuple[str]]:
    """Ids of old looks that found an order as the look before had found it, but for the newest of each order."""
    events = tables.delivery_event.c
    mine: dict[str, Any] = {"partition_by": events.business_key, "order_by": events.event_id}
    looks = (
        sa.select(
            events.event_id, events.occurred_at, events.operation, events.outcome,
            sa.func.lag(events.operation).over(**mine).label("operation_before"),
            sa.func.lag(events.outcome).over(**mine).label("outcome_before"),
            sa.func.max(events.event_id).over(partition_by=events.business_key).label("newest"),
        )
        .where(events.instance == instance, events.entity == ORDERS, events.kind == "OUTCOME")
        .subquery()
        .c
    )  # fmt: skip
    return sa.select(looks.event_id).where(
        looks.occurred_at < before, looks.operation == looks.operation_before,
        looks.outcome == looks.outcome_before, looks.event_id != looks.newest,
    )  # fmt: skip
