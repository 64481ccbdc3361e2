"""The staging row as a lock: whoever sets IS_APPLIED first makes the document, everybody else adopts it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from dagster_project.counterpoint.sets import marks, name_of, run
from dagster_project.counterpoint.tables import ORDER_EXTRA, ORDER_STAGING
from dagster_project.delivery.outcomes import Delivered, ErrorClass, Outcome, Rejected

PROCESSED = "Order already processed"
SKIPPED = "MANUALLY_SKIPPED"
_STAGING, _EXTRA = name_of(ORDER_STAGING), name_of(ORDER_EXTRA)
FREE = (
    f"(({_STAGING}.IS_APPLIED = 0 or {_STAGING}.IS_APPLIED is null) and not exists (select 1 from {_EXTRA} as e "
    f"where e.STAGING_ID = {_STAGING}.STAGING_ID and e.PARKED_DT is not null))"
)
"""Neither made nor skipped nor parked."""


@dataclass(frozen=True)
class Standing:
    """What the staging row says about its order."""

    applied: bool
    doc_id: str | None
    error: str | None
    parked: str | None  # why


def claim(connection: Connection, staging_ids: Sequence[int], moment: dt.datetime) -> set[int]:
    """Claim staging rows within the caller's transaction; return those that are ours to make."""
    listed = marks(staging_ids)
    change = f"update {_STAGING} set IS_APPLIED = 1, APPLIED_DT = ?"
    if connection.dialect.name == "mssql":
        claimed = connection.exec_driver_sql(
            f"{change} output inserted.STAGING_ID where STAGING_ID in ({listed}) and {FREE}",
            (moment, *staging_ids),
        )
        return {int(staging_id) for (staging_id,) in claimed.fetchall()}
    # `returning` would make DuckDB delete and insert the rows; one snapshot sees both statements
    free = connection.exec_driver_sql(
        f"select STAGING_ID from {_STAGING} where STAGING_ID in ({listed}) and {FREE}", tuple(staging_ids)
    ).fetchall()
    changed = run(connection, f"{change} where STAGING_ID in ({listed}) and {FREE}", (moment, *staging_ids))
    if changed != len(free):
        raise RuntimeError(f"{_STAGING}: {len(free)} rows are free, {changed} were claimed")
    return {int(staging_id) for (staging_id,) in free}


def standing(connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, Standing]:
    """Return what the staging rows say; those that are not there are absent."""
    found = connection.exec_driver_sql(
        "select s.STAGING_ID, s.IS_APPLIED, s.CP_DOC_ID, s.VALIDATION_ERROR, e.PARKED_DT, e.PARKED_REASON "
        f"from {_STAGING} as s left join {_EXTRA} as e on e.STAGING_ID = s.STAGING_ID "
        f"where s.STAGING_ID in ({marks(staging_ids)})",
        tuple(staging_ids),
    )
    return {
        int(row[0]): Standing(bool(row[1]), row[2] or None, row[3], (row[5] or "parked") if row[4] else None)
        for row in found
    }


def verdict_on(staging_id: int, row: Standing | None) -> Outcome:
    """Say what an order is that could not be claimed."""
    if row is None:
        return Rejected("StagingRowMissing", f"staging row {staging_id} is not there any more")
    if row.doc_id:
        return Delivered(row.doc_id)
    if row.parked:
        return Rejected("Parked", row.parked, ErrorClass.BUSINESS_HOLD)
    if row.applied and (row.error or "").startswith(SKIPPED):
        return Rejected("ManuallySkipped", f"{PROCESSED}: {row.error}", ErrorClass.BUSINESS_HOLD)
    if row.applied:
        return Rejected(
            "OrderAlreadyProcessed",
            f"{PROCESSED}: staging row {staging_id} is applied but names no document",
            ErrorClass.FIX_ELSEWHERE,
        )
    return Rejected("NotClaimed", f"staging row {staging_id} changed while it was claimed")
