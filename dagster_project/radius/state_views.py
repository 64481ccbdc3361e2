"""What operators ask of the state of LWS orders: queries on the views that bear the names they know.

The views are derived from the ledger; orders that were archived stand in a view of their own.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse import tables

Found = dict[str, Any]
STATE_COLUMNS = (
    "sordernum", "status", "last_step", "last_run_id", "polytex_item_code", "job_p4_code", "po_p4_num",
    "so_p2_num", "shipreq_p2", "job_p2_code", "custref_p4", "last_error_summary", "last_api_entity",
    "last_api_status", "last_api_error_message", "last_api_messages", "last_api_raw", "hold_since_ts",
    "last_hold_reminder_ts", "hold_escalated_ts", "last_seen_ts", "updated_ts",
)  # fmt: skip
RUN_COLUMNS = (
    "run_id", "start_ts", "end_ts", "env", "eligible_count", "processed_count", "failed_count", "held_count",
)  # fmt: skip
CHANGE_COLUMNS = (
    "id", "run_id", "so4_sordernum", "so4_linenum", "change_type", "old_value", "new_value", "details_json",
    "created_ts",
)  # fmt: skip


def _view(name: str, columns: Sequence[str]) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


STATE = _view("lws_order_state", STATE_COLUMNS)
ARCHIVE = _view("lws_order_state_archive", (*STATE_COLUMNS, "archived_ts"))
RUNS = _view("workflow_runs", RUN_COLUMNS)
RUN_ORDERS = _view("run_orders", ("run_id", "sordernum", "status", "last_step", "updated_ts"))
CHANGES = _view("order_change_log", CHANGE_COLUMNS)
VIEWS = (STATE, ARCHIVE, RUNS, RUN_ORDERS, CHANGES)


def counts(connection: Connection) -> list[Found]:
    """Count orders by status and step, with the oldest hold of each."""
    query = (
        sa.select(
            STATE.c.status, STATE.c.last_step, sa.func.count().label("orders"),
            sa.func.min(STATE.c.hold_since_ts).label("oldest_hold"),
        )
        .group_by(STATE.c.status, STATE.c.last_step)
        .order_by(STATE.c.status, sa.func.count().desc(), STATE.c.last_step)
    )  # fmt: skip
    return _rows(connection, query)


def archived(connection: Connection) -> int:
    """Count the orders that were archived."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(ARCHIVE)).scalar_one())


def last_runs(connection: Connection, limit: int) -> list[Found]:
    """Return the newest runs."""
    return _rows(connection, sa.select(RUNS).order_by(RUNS.c.start_ts.desc()).limit(limit))


def holds(connection: Connection) -> list[Found]:
    """Return the orders on hold, those first that have been longest."""
    query = (
        sa.select(STATE).where(STATE.c.status == "HOLD").order_by(STATE.c.hold_since_ts, STATE.c.sordernum)
    )
    return _rows(connection, query)


def since(connection: Connection, moment: dt.datetime) -> dict[str, int]:
    """Count what runs did to orders since a moment, by the status each order ended in."""
    newest = (
        sa.select(RUN_ORDERS.c.sordernum, sa.func.max(RUN_ORDERS.c.updated_ts).label("updated_ts"))
        .where(RUN_ORDERS.c.updated_ts >= moment)
        .group_by(RUN_ORDERS.c.sordernum)
        .subquery()
    )
    query = (
        sa.select(RUN_ORDERS.c.status, sa.func.count(sa.distinct(RUN_ORDERS.c.sordernum)).label("orders"))
        .join(
            newest,
            sa.and_(
                newest.c.sordernum == RUN_ORDERS.c.sordernum, newest.c.updated_ts == RUN_ORDERS.c.updated_ts
            ),
        )
        .group_by(RUN_ORDERS.c.status)
        .order_by(RUN_ORDERS.c.status)
    )
    return {row.status: row.orders for row in connection.execute(query)}


def order(connection: Connection, number: int) -> Found | None:
    """Return the state of an order, archived or not; None when no run has taken it up."""
    for view in (STATE, ARCHIVE):
        found = _rows(connection, sa.select(view).where(view.c.sordernum == number))
        if found:
            return found[0]
    return None


def history(connection: Connection, number: int) -> list[Found]:
    """Return what changed about an order and what was decided about it, oldest first."""
    query = sa.select(CHANGES).where(CHANGES.c.so4_sordernum == number)
    return [
        {
            "when": row["created_ts"], "what": row["change_type"], "line": row["so4_linenum"],
            "old": row["old_value"], "new": row["new_value"], "details": json.loads(row["details_json"] or "{}"),
        }
        for row in _rows(connection, query.order_by(CHANGES.c.created_ts, CHANGES.c.id))
    ]  # fmt: skip


def runs_of(connection: Connection, number: int, limit: int) -> list[Found]:
    """Return what the newest runs did to an order."""
    query = sa.select(RUN_ORDERS).where(RUN_ORDERS.c.sordernum == number)
    return _rows(connection, query.order_by(RUN_ORDERS.c.updated_ts.desc()).limit(limit))


def search(connection: Connection, instance: str, said: str) -> list[int]:
    """Return the plant-4 orders that are, or have, what somebody says: SO4, SO2, PO, ship request or job.

    Every number of a chain is found, also of its second line, and of orders that were archived.
    """
    ledger = tables.delivery.c
    query = sa.select(ledger.entity, ledger.business_key, ledger.parent_key).where(
        ledger.instance == instance,
        sa.or_(
            sa.and_(ledger.entity == "orders", ledger.business_key == said),
            ledger.remote_id == said,
            ledger.remote_id.like(f"{_escaped(said)}/%", escape="#"),
        ),
    )
    found = {
        row.business_key if row.entity == "orders" else row.parent_key for row in connection.execute(query)
    }
    return sorted(int(number) for number in found if number and number.isdecimal())


def _escaped(text: str) -> str:
    return text.replace("#", "##").replace("%", "#%").replace("_", "#_")


def _rows(connection: Connection, query: sa.Select[Any]) -> list[Found]:
    return [dict(row._mapping) for row in connection.execute(query)]
