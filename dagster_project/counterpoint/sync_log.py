"""USER_SYNC_LOG: one row for each run of each pipeline, whatever way it ended.

The rows are derived from what the warehouse knows of runs. So a run that was killed has one as soon as the next
run found it out, and what could not be written while Counterpoint's database was away is written by the next run.
Times are the server's own; how long ago something was is measured by ours.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint.moments import now_there
from dagster_project.counterpoint.tables import SYNC_LOG
from dagster_project.delivery.states import RunStatus
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse

DIRECTIONS = {
    "order_pull": "WOO_TO_CP",
    "order_processing": "WOO_TO_CP",
    "fulfillment_status_sync": "CP_TO_WOO",
}
"""OPERATION_TYPE, which is the pipeline's name, and where its rows go."""
MAIN = {
    "order_pull": "staging_rows",
    "order_processing": "documents",
    "fulfillment_status_sync": "order_statuses",
}
"""The entity whose rows are counted."""
ROLLBACK = "order_rollback"
GOOD = (RunStatus.COMPLETED, RunStatus.COMPLETED_WITH_ERRORS)
LOOK_BACK = dt.timedelta(days=7)
"""Shorter than the log is kept, so that what retention deleted is not written again."""
LONGEST_MESSAGE = 4000
_NUMBERED_BY_ITSELF = sa.table(
    SYNC_LOG.name,
    *(sa.column(column.name, column.type) for column in SYNC_LOG.c if column.name != "LOG_ID"),
    schema=SYNC_LOG.schema,
)

Row = dict[str, Any]


def write(connection: Connection, warehouse: Warehouse, clock: Clock, pipeline: str, instance: str) -> int:
    """Write what the log does not say yet about the ended runs of a pipeline; return how many rows were touched.

    A run has failed when it could not do its work; one in which orders failed has not, RECORDS_FAILED counts them.
    """
    now = clock.now()
    wanted = [_row(run, pipeline) for run in _ended_runs(warehouse, instance, now - LOOK_BACK)]
    if not wanted:
        return 0
    known = _known(connection, [row["SYNC_ID"] for _, row in wanted], pipeline)
    there = now_there(connection)
    touched = 0
    for (started, ended), row in wanted:
        if row["SYNC_ID"] not in known:
            times = {"START_TIME": there - (now - started), "END_TIME": there - (now - ended)}
            connection.execute(sa.insert(_NUMBERED_BY_ITSELF).values(**row, **times, CREATED_DT=there))
        elif any(row[name] != value for name, value in known[row["SYNC_ID"]].items()):
            connection.execute(
                sa.update(SYNC_LOG)
                .where(SYNC_LOG.c.SYNC_ID == row["SYNC_ID"], SYNC_LOG.c.OPERATION_TYPE == pipeline)
                .values(**row)
            )
        else:
            continue
        touched += 1
    return touched


def record_rollback(connection: Connection, sync_id: str, message: str) -> None:
    """Write that a document was taken back."""
    there = now_there(connection)
    connection.execute(
        sa.insert(_NUMBERED_BY_ITSELF).values(
            SYNC_ID=sync_id, OPERATION_TYPE=ROLLBACK, DIRECTION="INTERNAL", DRY_RUN=0, START_TIME=there,
            END_TIME=there, DURATION_SECONDS=0, SUCCESS=1, ERROR_MESSAGE=message[:LONGEST_MESSAGE],
            CREATED_DT=there, RECORDS_INPUT=1, RECORDS_CREATED=0, RECORDS_UPDATED=1, RECORDS_SKIPPED=0,
            RECORDS_FAILED=0, RECORDS_PROCESSED=1,
        )
    )  # fmt: skip


def forget(connection: Connection, days: int) -> int:
    """Delete rows of our pipelines older than `days`; the newest of each pipeline stays. Return how many."""
    log = SYNC_LOG.c
    newest = sa.select(sa.func.max(log.LOG_ID)).group_by(log.OPERATION_TYPE).scalar_subquery()
    before = now_there(connection) - dt.timedelta(days=days)
    old = sa.and_(
        log.OPERATION_TYPE.in_([*DIRECTIONS, ROLLBACK]), log.CREATED_DT < before, log.LOG_ID.not_in(newest)
    )
    count: int = connection.execute(sa.select(sa.func.count()).where(old)).scalar_one()
    connection.execute(sa.delete(SYNC_LOG).where(old))
    return count


def _ended_runs(warehouse: Warehouse, instance: str, since: dt.datetime) -> Sequence[sa.Row[Any]]:
    """Runs that ended, oldest first; matching remote objects at first contact is none."""
    runs = tables.delivery_run
    query = (
        sa.select(runs)
        .where(runs.c.instance == instance, runs.c.ended_at >= since, runs.c.status != RunStatus.RUNNING)
        .order_by(runs.c.started_at)
    )
    with warehouse.begin() as connection:
        found = connection.execute(query).fetchall()
    return [run for run in found if not {"adopted", "paired"} & set(json.loads(run.report or "{}"))]


def _known(connection: Connection, sync_ids: Sequence[str], pipeline: str) -> Mapping[str, Row]:
    log = SYNC_LOG.c
    compared = (log.SUCCESS, log.ERROR_MESSAGE, log.RECORDS_INPUT, log.RECORDS_FAILED)
    query = sa.select(log.SYNC_ID, *compared).where(log.OPERATION_TYPE == pipeline, log.SYNC_ID.in_(sync_ids))
    return {
        row.SYNC_ID: {column.name: row._mapping[column.name] for column in compared}
        for row in connection.execute(query)
    }


def _row(run: sa.Row[Any], pipeline: str) -> tuple[tuple[dt.datetime, dt.datetime], Row]:
    report = json.loads(run.report or "{}")
    return (run.started_at, run.ended_at), {
        "SYNC_ID": run.run_id,
        "OPERATION_TYPE": pipeline,
        "DIRECTION": DIRECTIONS[pipeline],
        "DRY_RUN": 0,  # a dry run opens no run
        "DURATION_SECONDS": round((run.ended_at - run.started_at).total_seconds(), 2),
        "SUCCESS": int(run.status in GOOD),
        "ERROR_MESSAGE": _message(run.error, report),
        **counters(report, MAIN[pipeline]),
    }


def counters(report: Mapping[str, Any], entity: str) -> dict[str, int]:
    """Return the RECORDS_ columns of a run's report.

    Input = created + updated + skipped + failed; processed are those that were brought to their end, created or
    updated. An order that validation refuses counts as failed in every run until somebody mends it.
    """
    outcomes = report.get("entities", {}).get(entity, {})
    operations = report.get("operations", {})
    done = outcomes.get("DELIVERED", 0)
    created = min(done, operations.get(f"{entity}.create", 0))
    skipped = outcomes.get("HELD", 0) + outcomes.get("BLOCKED", 0)
    refused = outcomes.get("REJECTED", 0) + outcomes.get("GONE", 0)
    standing = report.get("refused", {}).get(entity, 0)  # ERR_ has those of this run as well
    failed = max(refused, standing) + outcomes.get("UNKNOWN", 0) + outcomes.get("RETRYABLE", 0)
    return {
        "RECORDS_INPUT": done + skipped + failed,
        "RECORDS_CREATED": created,
        "RECORDS_UPDATED": done - created,
        "RECORDS_SKIPPED": skipped,
        "RECORDS_FAILED": failed,
        "RECORDS_PROCESSED": done,
    }


def _message(error: str | None, report: Mapping[str, Any]) -> str | None:
    failures = [f"{one['key']}: {one['message']}" for one in report.get("failures", ())]
    said = "\n".join(filter(None, (error, *failures)))
    return said[:LONGEST_MESSAGE] or None
