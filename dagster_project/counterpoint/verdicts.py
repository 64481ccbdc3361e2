"""What validation found, written into the staging rows of orders that have no document yet.

IS_VALIDATED and VALIDATION_ERROR are ours to write; operators read them there and in the runbook's queries.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from dagster_project.counterpoint import sets
from dagster_project.counterpoint.tables import ORDER_EXTRA, ORDER_STAGING
from dagster_project.delivery.destination import Operation, RemoteObject
from dagster_project.delivery.outcomes import Delivered, Gone, Outcome

VERDICTS = "verdicts"
FIELDS = ("IS_VALIDATED", "VALIDATION_ERROR")
_STAGING, _EXTRA = sets.name_of(ORDER_STAGING), sets.name_of(ORDER_EXTRA)
_COLUMNS = tuple(ORDER_STAGING.c[name] for name in ("STAGING_ID", *FIELDS))


def compose(operations: Sequence[Operation]) -> str:
    """Return the body of a request: a list of staging ids with what to write."""
    return json.dumps(
        [
            {"STAGING_ID": int(o.target.row.key), **{name: o.target.row.values.get(name) for name in FIELDS}}
            for o in operations
        ],
        ensure_ascii=False,
    )


def write(connection: Connection, body: str) -> list[Outcome]:
    """Write verdicts within the caller's transaction. An applied row needs none any more."""
    rows: list[dict[str, Any]] = json.loads(body)
    with sets.source(connection, _COLUMNS, rows) as (found, bound):
        sets.run(
            connection,
            f"update {_STAGING} set IS_VALIDATED = r.IS_VALIDATED, VALIDATION_ERROR = r.VALIDATION_ERROR "
            f"from {found} as r where {_STAGING}.STAGING_ID = r.STAGING_ID "
            f"and ({_STAGING}.IS_APPLIED = 0 or {_STAGING}.IS_APPLIED is null)",
            bound,
        )
    there = _remember(connection, [row["STAGING_ID"] for row in rows])
    return [
        Delivered(str(row["STAGING_ID"]))
        if row["STAGING_ID"] in there
        else Gone(f"staging row {row['STAGING_ID']} is not there any more")
        for row in rows
    ]


def _remember(connection: Connection, staging_ids: Sequence[int]) -> set[int]:
    """Note in the side table that these rows were judged by us; return those that are there."""
    listed = sets.marks(staging_ids)
    moment = sets.now(connection)
    sets.run(
        connection,
        f"insert into {_EXTRA} (STAGING_ID, SOURCE_SYSTEM, WOO_ORDER_ID) "
        f"select s.STAGING_ID, s.SOURCE_SYSTEM, s.WOO_ORDER_ID from {_STAGING} as s where s.STAGING_ID in ({listed}) "
        f"and not exists (select 1 from {_EXTRA} as e where e.STAGING_ID = s.STAGING_ID)",
        staging_ids,
    )
    sets.run(
        connection,
        f"update {_EXTRA} set VERDICT_DT = ? where STAGING_ID in ({listed})",
        (moment, *staging_ids),
    )
    found = connection.exec_driver_sql(
        f"select STAGING_ID from {_STAGING} where STAGING_ID in ({listed})", tuple(staging_ids)
    )
    return {int(staging_id) for (staging_id,) in found}


def judged(connection: Connection, staging_ids: Sequence[int] | None = None) -> Iterator[RemoteObject]:
    """Yield the rows that we judged, all or some; of an applied one nothing is compared any more."""
    chosen = "" if staging_ids is None else f" and s.STAGING_ID in ({sets.marks(staging_ids)})"
    found = connection.exec_driver_sql(
        f"select s.STAGING_ID, s.IS_APPLIED, s.IS_VALIDATED, s.VALIDATION_ERROR from {_STAGING} as s "
        f"join {_EXTRA} as e on e.STAGING_ID = s.STAGING_ID where e.VERDICT_DT is not null{chosen}",
        tuple(staging_ids or ()),
    )
    for staging_id, applied, validated, error in found.fetchall():
        values = {} if applied else {"IS_VALIDATED": int(validated or 0), "VALIDATION_ERROR": error or None}
        yield RemoteObject(VERDICTS, str(staging_id), values, str(staging_id), created_by_us=False)
