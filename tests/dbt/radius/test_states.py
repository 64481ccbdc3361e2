"""State and history under the names operators know, and the documentation's queries on them as they are printed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from dagster_project.delivery.records import dump
from dagster_project.radius import state_views
from dagster_project.warehouse import tables
from tests.dbt.radius.world import INSTANCE, RadiusWorld
from tests.dbt.world import _insert
from tests.radius.erp import BASE

N = 251_000
COMPLETE, HELD, REFUSED, IN_PASSING, QUEUED, REMOVED, RELEASED, REFERENCE, ENDED_EARLY, OLD, BLOCKED = range(
    N + 1, N + 12
)
FILM = f"16P4-{BASE}"
ANSWER = [
    {"entity": "XLinkAPIItem", "http": 200, "status": 1, "error": "", "messages": [], "payload": {}},
    {"entity": "XLinkAPIPOrder", "http": 200, "status": 9, "error": "problem with line #1",
     "messages": ["line 1: Item is inactive"], "payload": {"XLPOrders": {"XLPOrder": []}}},
]  # fmt: skip
HOLDS = """
SELECT
    last_step,
    COUNT(*) as count,
    MIN(hold_since_ts) as oldest_hold
FROM lws_order_state
WHERE status = 'HOLD'
GROUP BY last_step
ORDER BY count DESC;
"""
FAILURES = """
SELECT
    sordernum,
    last_step,
    last_error_summary,
    updated_ts
FROM lws_order_state
WHERE status = 'FAILED'
ORDER BY updated_ts DESC
LIMIT 25;
"""
MONITORED = """
SELECT COUNT(*) as monitoring_count
FROM lws_order_state
WHERE status = 'COMPLETE'
  AND (last_step LIKE 'SO4_%' OR last_step LIKE 'P2_%');
"""
TODAY = """
SELECT
    status,
    COUNT(*) as count
FROM run_orders
WHERE updated_ts >= datetime('now', 'start of day')
GROUP BY status;
"""
BY_STATUS = "SELECT status, COUNT(*) FROM lws_order_state GROUP BY status;"
IN_A_HOLD = "SELECT sordernum, updated_ts FROM lws_order_state WHERE last_step='JOB_P4_HOLD';"
ONE = "SELECT * FROM lws_order_state WHERE sordernum=251002;"
REFERENCES = "SELECT sordernum, so_p2_num, last_step FROM lws_order_state WHERE sordernum = 251008"


@pytest.fixture(scope="module")
def world(new_radius_world: Callable[[], RadiusWorld]) -> RadiusWorld:
    """What a run leaves behind when orders end in every way there is; the clock is today's."""
    world = new_radius_world()
    world.clock = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(hours=3)
    for number in range(N + 1, N + 12):
        world.erp.order(number)
        world.erp.chain(number)
    world.stage(tested=False)
    world.complete(COMPLETE, RELEASED, REFERENCE, ENDED_EARLY, OLD, BLOCKED)
    _run(world)
    return world


def _run(world: RadiusWorld) -> None:
    key = f"{RELEASED}/P4-PF/{FILM}"
    began = world.later()
    world.hold(HELD, "JOB_P4_HOLD", "the order is on hold")
    held_at = world.clock
    world.event(HELD, operation="JOB_P4_HOLD", outcome="HELD", message="the order is on hold")
    world.tell(f"{REFUSED}/P4-PF/{FILM}", "po_lines", "create:create", "REJECTED", ANSWER, quantity="550050")
    world.ledger(f"{REFUSED}/P4-PF/{FILM}", "po_lines", parent_key=str(REFUSED), state="REJECTED")
    world.refuse(REFUSED, error_code="po_lines", error_message="po_lines: Item is inactive")
    world.event(REFUSED, operation="po_lines", outcome="REJECTED", message="po_lines: Item is inactive")
    world.ledger(
        IN_PASSING, state="RETRY", error_class="wait", error_code="jobs_p4", error_message="no answer"
    )
    world.event(IN_PASSING, operation="jobs_p4", outcome="RETRYABLE", message="no answer")
    world.ledger(QUEUED, state="RETRY", error_code="ELIGIBLE")
    world.event(QUEUED, kind="NOTE", operation="QUEUED", message="anna queued it")
    world.ledger(REMOVED, state="FORGOTTEN", error_code="REMOVED_BY_USER", error_message="anna removed it")
    world.tell(key, "po_lines", "create:create", quantity="550050")
    world.tell(key, "po_lines", "set:update", quantity="659713", required_date="2026-02-26")
    world.tell(key, "so2_lines", "set:update", quantity="659713")
    world.tell(key, "so2_lines", "set:authorise", authorised=True)
    world.event(RELEASED, operation="P2_SO_QTY_UPDATED_WAIT_RECONFIRM", outcome="HELD", message="waits")
    world.event(RELEASED, operation="COMPLETE", outcome="DELIVERED")
    world.tell(str(REFERENCE), "so2_references", "set:update", custref="3736 PEND11")
    world.event(REFERENCE, operation="COMPLETE", outcome="DELIVERED")
    world.event(ENDED_EARLY, operation="SO_P2_ALREADY_COMPLETE", outcome="DELIVERED")
    world.event(COMPLETE, operation="COMPLETE", outcome="DELIVERED")
    for _ in range(2):
        world.event(
            BLOCKED, operation="P2_SO_QTY_UPDATED_MANUAL_COMPLETE_REQUIRED", outcome="HELD", message="full"
        )
    world.event(BLOCKED, operation="COMPLETE", outcome="DELIVERED")
    ended = world.later()
    with world.connect() as connection:
        _insert(connection, "delivery_run", {
            "run_id": "run", "system": "radius", "instance": INSTANCE, "status": "COMPLETED_WITH_ERRORS",
            "started_at": began, "ended_at": ended,
        })  # fmt: skip
        _insert(connection, "delivery_batch", {
            **{column.name: 0 for column in tables.delivery_batch.columns if column.name.endswith("ed")},
            "batch_id": "b", "instance": INSTANCE, "system": "radius", "run_id": "run", "name": "ABC12",
            "batch_type": "FULL_BATCH", "status": "COMPLETED", "total_records": 9, "successful_records": 0,
            "failed_records": 0, "parents_processed": 0, "children_processed": 0, "api_calls": 0,
            "api_failures": 0, "retries": 0, "started_at": began,
        } | {"started_by": None})  # fmt: skip
        for topic, number in (("failed order", REFUSED), ("hold reminder", HELD), ("film mismatch", HELD)):
            _insert(connection, "alert", {
                "signature": f"radius: {topic}: {number}: x", "system": "radius", "topic": topic,
                "subject": f"{topic}: {number}", "since": began, "told": 1, "mail_id": topic,
            })  # fmt: skip
            _insert(connection, "mail_outbox", {
                "mail_id": topic, "system": "radius", "state": "SENT", "recipients": "[]", "subject": topic,
                "attempts": 1, "created_at": began, "next_attempt": began, "sent_at": ended,
            })  # fmt: skip
        connection.execute(
            "update delivery set updated_at = ? where ? in (business_key, parent_key)",
            [world.clock - dt.timedelta(days=31), str(OLD)],
        )
    world.held_at = held_at  # type: ignore[attr-defined]
    world.erp.change("PV_SOrderLine", {"OrderedQty": 180_000}, SOrderNum=COMPLETE)
    world.erp.change("PV_Req", {"RequiredQty": 600_000}, SOrderNum=COMPLETE)
    world.stage(tested=False)
    world.settle()


def states(world: RadiusWorld) -> dict[int, dict[str, Any]]:
    return {row["sordernum"]: row for row in world.rows("select * from lws_order_state")}


def test_orders_stand_in_the_words_of_the_documentation(world: RadiusWorld) -> None:
    assert {number: (row["status"], row["last_step"]) for number, row in states(world).items()} == {
        COMPLETE: ("COMPLETE", "COMPLETE"), HELD: ("HOLD", "JOB_P4_HOLD"), REFUSED: ("FAILED", "PO_P4"),
        IN_PASSING: ("FAILED", "JOB_P4"), QUEUED: ("NEW", "ELIGIBLE"), REMOVED: ("REMOVED", "REMOVED_BY_USER"),
        RELEASED: ("COMPLETE", "COMPLETE"), REFERENCE: ("COMPLETE", "SO4_CUSTREF_UPDATED_STARPAK"),
        ENDED_EARLY: ("COMPLETE", "SO_P2_ALREADY_COMPLETE"), BLOCKED: ("COMPLETE", "COMPLETE"),
    }  # fmt: skip


def test_a_complete_order_names_its_chain(world: RadiusWorld) -> None:
    row = states(world)[COMPLETE]
    names = (
        "polytex_item_code",
        "job_p4_code",
        "po_p4_num",
        "so_p2_num",
        "shipreq_p2",
        "job_p2_code",
        "custref_p4",
    )
    assert [row[name] for name in names] == [
        BASE, "901001", 241_001, 256_001, "571001", "911001", "4554 0041 A",
    ]  # fmt: skip
    assert (row["last_run_id"], row["last_error_summary"], row["hold_since_ts"]) == ("run", None, None)


def test_a_hold_keeps_its_age_and_says_who_was_reminded(world: RadiusWorld) -> None:
    row = states(world)[HELD]
    assert row["hold_since_ts"] < row["updated_ts"] == world.held_at  # type: ignore[attr-defined]
    assert row["last_error_summary"] == "the order is on hold"
    assert row["last_hold_reminder_ts"] is not None
    assert row["hold_escalated_ts"] is None
    assert row["printed_film_mismatch_sig"] == f"radius: film mismatch: {HELD}: x"


def test_a_failure_says_what_radius_answered_last(world: RadiusWorld) -> None:
    row = states(world)[REFUSED]
    assert (row["last_api_entity"], row["last_api_status"], row["last_api_error_message"]) == (
        "XLinkAPIPOrder", 9, "problem with line #1",
    )  # fmt: skip
    assert "Item is inactive" in row["last_api_messages"]
    assert "XLPOrders" in row["last_api_raw"]
    assert row["last_failed_sig"] == f"radius: failed order: {REFUSED}: x"
    assert row["last_failed_email_ts"] is not None


def test_what_was_complete_for_a_month_stands_in_the_archive(world: RadiusWorld) -> None:
    (row,) = world.rows("select * from lws_order_state_archive")
    assert (row["sordernum"], row["status"], row["job_p2_code"]) == (OLD, "COMPLETE", "911010")
    assert row["archived_ts"] == row["updated_ts"] + dt.timedelta(days=30)
    assert OLD not in states(world)
    assert str(OLD) not in world.staged(), "an archived order is not new again"


def test_runs_are_counted(world: RadiusWorld) -> None:
    (run,) = world.rows("select * from workflow_runs")
    assert (run["run_id"], run["env"]) == ("run", "SANDBOX")
    assert [run[f"{what}_count"] for what in ("eligible", "processed", "failed", "held")] == [9, 8, 2, 1]
    walked = {
        row["sordernum"]: (row["status"], row["last_step"]) for row in world.rows("select * from run_orders")
    }
    assert walked == {
        HELD: ("HOLD", "JOB_P4_HOLD"), REFUSED: ("FAILED", "PO_P4"), IN_PASSING: ("FAILED", "JOB_P4"),
        RELEASED: ("COMPLETE", "COMPLETE"), REFERENCE: ("COMPLETE", "COMPLETE"),
        ENDED_EARLY: ("COMPLETE", "SO_P2_ALREADY_COMPLETE"), COMPLETE: ("COMPLETE", "COMPLETE"),
        BLOCKED: ("COMPLETE", "COMPLETE"),
    }  # fmt: skip


def test_lines_are_mapped_to_what_buys_their_film(world: RadiusWorld) -> None:
    found = world.rows(f"select * from so4_to_po_map where so4_sordernum = {COMPLETE}")
    assert [(row["so4_linenum"], row["po_num"], row["po_linenum"]) for row in found] == [(1, 241_001, 1)]


def test_every_change_is_logged_with_old_and_new_value(world: RadiusWorld) -> None:
    changes = world.rows("select * from order_change_log order by id")
    names = ("so4_sordernum", "so4_linenum", "change_type", "old_value", "new_value")
    assert [tuple(change[name] for name in names) for change in changes] == [
        (QUEUED, None, "QUEUED", None, None),
        (RELEASED, 1, "PO_UPDATED", "550050", "659713"),
        (RELEASED, 1, "SO2_UPDATED", None, "659713"),
        (RELEASED, 1, "SO_AUTHORISED", "2", "0"),
        (RELEASED, None, "P2_INCREASE_COMPLETE_RELEASED", "P2_SO_QTY_UPDATED_WAIT_RECONFIRM", "COMPLETE"),
        (REFERENCE, None, "CUSTREF_CHANGED", None, "3736 PEND11"),
        (BLOCKED, None, "PO_BLOCKED", None, "P2_SO_QTY_UPDATED_MANUAL_COMPLETE_REQUIRED"),
        (COMPLETE, 1, "SO_QTY_CHANGED", "150000.000", "180000.000"),
        (COMPLETE, 1, "REQ_QTY_CHANGED", "550050.000", "600000.000"),
    ]  # fmt: skip
    assert [c["run_id"] for c in changes] == ["run"] * 7 + [None] * 2
    assert '"message":"anna queued it"' in changes[0]["details_json"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (HOLDS, [("JOB_P4_HOLD", 1)]),
        (FAILURES, [(IN_PASSING, "JOB_P4"), (REFUSED, "PO_P4")]),
        (MONITORED, [(1,)]),
        (BY_STATUS, [("COMPLETE", 5), ("FAILED", 2), ("HOLD", 1), ("NEW", 1), ("REMOVED", 1)]),
        (IN_A_HOLD, [(HELD,)]),
        (ONE, [(HELD,)]),
        (REFERENCES, [(REFERENCE, 256_008, "SO4_CUSTREF_UPDATED_STARPAK")]),
    ],
    ids=["holds", "failures", "monitored", "by status", "in a hold", "one", "references"],
)
def test_the_queries_of_the_documentation_run_as_printed(
    world: RadiusWorld, query: str, found: list[tuple[Any, ...]]
) -> None:
    (here,) = sqlglot.transpile(query, read="sqlite", write="duckdb")
    rows = [tuple(row.values())[: len(found[0])] for row in world.rows(here)]
    assert (rows if "ORDER BY" in query else sorted(rows)) == found
    (there,) = sqlglot.transpile(query, read="sqlite", write="tsql")
    assert sqlglot.parse_one(there, read="tsql")


def test_what_sqlite_alone_can_say_has_to_be_said_otherwise(world: RadiusWorld) -> None:
    """datetime('now', 'start of day') is SQLite's: SQL Server says cast(sysutcdatetime() as date)."""
    (there,) = sqlglot.transpile(TODAY, read="sqlite", write="tsql")
    assert "start of day" in there
    here = TODAY.replace("datetime('now', 'start of day')", "current_date - 1")
    assert {row["status"]: row["count"] for row in world.rows(here)} == {
        "COMPLETE": 5,
        "FAILED": 2,
        "HOLD": 1,
    }


def test_the_commands_ask_for_columns_that_are_there(world: RadiusWorld) -> None:
    for view in state_views.VIEWS:
        columns = world.rows(
            "select column_name from information_schema.columns where table_name = ?", view.name
        )
        assert set(view.columns.keys()) <= {row["column_name"] for row in columns}


def test_what_is_told_of_an_order_is_told_as_json() -> None:
    assert dump({"status": 9}) == '{"status": 9}', "the extract reads it"
