"""Where orders and runs stand in Counterpoint's database: what health, the gate and alerts look at.

An order that failed waits for a person, not for a run: it is no part of what is pending, however old it is.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.moments import hours, now_there
from dagster_project.counterpoint.tables import ORDER_EXTRA, ORDER_STAGING, SYNC_LOG
from dagster_project.settings import Settings

_STAGED, _LOG, _EXTRA = ORDER_STAGING.c, SYNC_LOG.c, ORDER_EXTRA.c
OPEN = sa.func.coalesce(_STAGED.IS_APPLIED, 0) == 0
PARKED = sa.exists(
    sa.select(_EXTRA.STAGING_ID).where(_EXTRA.STAGING_ID == _STAGED.STAGING_ID, _EXTRA.PARKED_DT.is_not(None))
)


@dataclass(frozen=True)
class Waiting:
    """An order without a document that nobody parked."""

    staging_id: int
    order_id: int
    hours: float
    error: str | None  # None: it is pending

    @property
    def priority(self) -> str:
        """How urgent a failed order is, as the operators rate it."""
        return "CRITICAL" if self.hours > 24 else "WARNING" if self.hours > 6 else "INFO"


@dataclass(frozen=True)
class Runs:
    """What the log says about the runs of a pipeline. Ages are hours."""

    last: float | None  # None: there was no run yet
    last_good: float | None
    failed_last_hour: int


@contextmanager
def opened(settings: Settings, wait_seconds: float = 60.0) -> Iterator[Connection]:
    """Yield a connection to Counterpoint's database, in a transaction; every handle is given up at the end.

    `wait_seconds` is how long to wait for an embedded database that is held. Raises DatabaseError.
    """
    database = CounterpointDatabase(
        settings.counterpoint, wait_seconds, settings.counterpoint_timeout_seconds
    )
    try:
        with database.begin() as connection:
            yield connection
    finally:
        database.release()


def waiting(connection: Connection) -> list[Waiting]:
    """Return the orders that have no document and are neither skipped nor parked, the oldest first."""
    query = (
        sa.select(_STAGED.STAGING_ID, _STAGED.WOO_ORDER_ID, _STAGED.CREATED_DT, _STAGED.VALIDATION_ERROR)
        .where(OPEN, sa.not_(PARKED))
        .order_by(_STAGED.CREATED_DT, _STAGED.STAGING_ID)
    )
    now = now_there(connection)
    return [
        Waiting(staging_id, order_id, hours(created or now, now), (error or "").strip() or None)
        for staging_id, order_id, created, error in connection.execute(query)
    ]


def runs(connection: Connection, operation: str) -> Runs:
    """Return what the log says about the runs of an operation type; dry runs are none."""
    mine = (_LOG.OPERATION_TYPE == operation, sa.func.coalesce(_LOG.DRY_RUN, 0) == 0)
    now = now_there(connection)
    newest = sa.select(sa.func.max(_LOG.START_TIME)).where(*mine)
    last = connection.execute(newest).scalar()
    good = connection.execute(newest.where(_LOG.SUCCESS == 1)).scalar()
    failed = connection.execute(
        sa.select(sa.func.count()).where(
            *mine,
            sa.func.coalesce(_LOG.SUCCESS, 0) == 0,
            _LOG.START_TIME >= now - dt.timedelta(hours=1),
        )
    ).scalar_one()
    return Runs(
        None if last is None else hours(last, now), None if good is None else hours(good, now), failed
    )
