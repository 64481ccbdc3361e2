"""The history of runs is kept for a while: every run looks at every order on hold, which adds up.

What is deleted says only that a run looked at an order and how far it came. What an order was told, what changed and
who decided what stays, and so does the newest look at each order, which says where it stands.
"""

import datetime as dt

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
    look = (events.c.instance == instance, events.c.entity == ORDERS, events.c.kind == "OUTCOME",
            events.c.intent_id.is_(None))  # fmt: skip
    newest = sa.select(sa.func.max(events.c.event_id)).where(*look).group_by(events.c.business_key)
    with warehouse.begin() as connection:
        looks = connection.execute(
            sa.delete(events).where(
                *look, events.c.occurred_at < before, events.c.event_id.not_in(newest)
            )
        ).rowcount  # fmt: skip
        gone = connection.execute(
            sa.delete(batches).where(batches.c.instance == instance, batches.c.started_at < before)
        ).rowcount
        old = connection.execute(
            sa.delete(runs).where(
                runs.c.instance == instance, runs.c.started_at < before, runs.c.status != RunStatus.RUNNING
            )
        ).rowcount
    return {"runs": old, "batches": gone, "run_orders": looks}
