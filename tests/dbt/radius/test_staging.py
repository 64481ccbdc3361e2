"""Which orders a run has to walk, and why: what differs, what is held, tried again, or was touched since."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.dbt.radius.world import RadiusWorld
from tests.radius.erp import BASE

N = 251_000
UNCHANGED, NEW, QUANTITY, FEET, RECONFIRMED, REFERENCE, DAY = range(N + 1, N + 8)
HELD, IN_PASSING, QUEUED, REFUSED, MENDED, TIME_HAS_COME, OPEN, TOUCHED, TRIED = range(N + 8, N + 17)
REMOVED, LINE_CAME, LINE_WENT, ENDED, NO_LINES, NO_ITEM, GONE, HELD_BEFORE, CRASHED = range(N + 17, N + 26)
WITHOUT_CHAIN = (
    NEW,
    HELD,
    IN_PASSING,
    QUEUED,
    REFUSED,
    MENDED,
    TIME_HAS_COME,
    TRIED,
    NO_LINES,
    NO_ITEM,
    GONE,
)


@pytest.fixture(scope="module")
def world(bare_radius_world: Callable[[], RadiusWorld]) -> RadiusWorld:
    """An ERP with an order for each thing that can happen between two runs."""
    world = bare_radius_world()
    erp = world.erp
    erp.item("2300-ABC12-0002", "WAIT")
    for number in range(N + 1, N + 26):
        if number not in (NO_LINES, NO_ITEM):
            erp.order(number, "2300-ABC12-0002" if number == MENDED else BASE)
        if number not in WITHOUT_CHAIN:
            erp.chain(number)
    erp.order(NO_LINES, None)
    erp.order(NO_ITEM, "2300-XYZ99-0001")
    erp.line(LINE_WENT, 2, BASE, 5_000)
    world.stage()
    world.complete(
        UNCHANGED, QUANTITY, FEET, RECONFIRMED, REFERENCE, DAY, OPEN, TOUCHED, LINE_CAME, LINE_WENT
    )
    world.complete(ENDED, HELD_BEFORE)
    for line, quantity in ((1, "150000"), (2, "5000")):
        told = {"ordered_qty": quantity, "confirmation": LINE_WENT * 1_000}
        world.ledger(f"{LINE_WENT}/{line}", "so4_lines", parent_key=str(LINE_WENT), told=told)
    world.walked(LINE_WENT)
    world.hold(HELD, "BASE_ITEM_WAIT")
    world.hold(HELD_BEFORE, "P2_SO_QTY_UPDATED_WAIT_RECONFIRM")
    world.hold(GONE, "JOB_P4_HOLD")
    world.ledger(
        IN_PASSING, state="RETRY", error_class="wait", error_code="po_lines", error_message="no answer"
    )
    world.ledger(QUEUED, state="RETRY", error_code="ELIGIBLE")
    world.refuse(REFUSED)
    world.refuse(MENDED)
    world.refuse(TIME_HAS_COME, next_attempt=world.clock - dt.timedelta(hours=1))
    world.refuse(TRIED)
    world.ledger(REMOVED, state="FORGOTTEN", error_code="REMOVED_BY_USER")
    world.ledger(OPEN, "jobs_p2", parent_key=str(OPEN), state="RETRY", told={"order": str(OPEN)})
    world.ledger(
        OPEN,
        told=world.rows(f"select told from delivery where business_key = '{OPEN}' and entity = 'orders'")[0][
            "told"
        ],
    )
    world.ledger(TOUCHED, "jobs_p2", parent_key=str(TOUCHED), state="ARCHIVED")
    world.ledger(TRIED, "jobs_p4", parent_key=str(TRIED), state="ARCHIVED")
    world.ledger(CRASHED, "jobs_p4", parent_key=str(CRASHED), remote_id="1", told={})
    world.clock += dt.timedelta(minutes=1)
    erp.change("PV_SOrderLine", {"OrderedQty": 180_000}, SOrderNum=QUANTITY)
    erp.change("PV_Req", {"RequiredQty": 600_000}, SOrderNum=FEET)
    erp.change("PV_Req", {"RequirementId": 999_000_001}, SOrderNum=RECONFIRMED)
    erp.change("PV_SOrder", {"CustRef": "3736 PEND11"}, SOrderNum=REFERENCE)
    erp.change("PV_Req", {"RequiredDate": "2026-03-05"}, SOrderNum=DAY)
    erp.change("PM_Item", {"ItemStatusCode": "APP"}, ItemCode="2300-ABC12-0002")
    erp.line(LINE_CAME, 2, BASE, 10_000)
    erp.remove("PV_SOrderLine", SOrderNum=LINE_WENT, SOrderLineNum=2)
    erp.change("PV_SOrder", {"SOrderStat": 9}, SOrderNum=ENDED)
    erp.remove("PV_SOrder", SOrderNum=GONE)
    world.stage()
    world.settle()
    return world


def test_every_order_is_where_it_belongs(world: RadiusWorld) -> None:
    staged = {int(key): (row["change_type"], row["stg_status"]) for key, row in world.staged().items()}
    assert staged == {
        NEW: ("NEW", "PENDING"), QUANTITY: ("CHANGED", "PENDING"), FEET: ("CHANGED", "PENDING"),
        RECONFIRMED: ("CHANGED", "PENDING"), REFERENCE: ("CHANGED", "PENDING"), DAY: ("CHANGED", "PENDING"),
        HELD: ("UNCHANGED", "PENDING"), HELD_BEFORE: ("UNCHANGED", "PENDING"), IN_PASSING: ("UNCHANGED", "RETRY"),
        QUEUED: ("NEW", "RETRY"), MENDED: ("UNCHANGED", "RETRY"), TIME_HAS_COME: ("UNCHANGED", "RETRY"),
        TRIED: ("CHANGED", "RETRY"), OPEN: ("CHANGED", "PENDING"), TOUCHED: ("CHANGED", "PENDING"),
        LINE_CAME: ("CHANGED", "PENDING"), LINE_WENT: ("CHANGED", "PENDING"), ENDED: ("CHANGED", "PENDING"),
        CRASHED: ("NEW", "PENDING"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "reason", "fields"),
    [
        (QUANTITY, "line 1: 150000.000 -> 180000.000", "total_qty"),
        (FEET, f"16P4-{BASE}: 550050.000 -> 600000.000", None),
        (RECONFIRMED, "the plant-4 job was reconfirmed", None),
        (REFERENCE, "reference: 4554 0041 A -> 3736 PEND11", "custref"),
        (DAY, f"16P4-{BASE}: 2026-02-26 -> 2026-03-05", None),
        (HELD, "held as BASE_ITEM_WAIT", None),
        (OPEN, "its chain is not settled", None),
        (TOUCHED, "its chain was changed", None),
        (LINE_CAME, None, "lines"),
        (LINE_WENT, "line 2: 5000.000 -> 0.000", "lines"),
        (ENDED, None, "status"),
    ],
)
def test_the_reason_is_said(world: RadiusWorld, number: int, reason: str | None, fields: str | None) -> None:
    row = world.staged()[str(number)]
    assert row["stg_reason"] == reason
    assert (row["changed_fields"] is None) if fields is None else f'"{fields}":' in row["changed_fields"]


def test_only_orders_no_run_has_seen_count_as_unknown(world: RadiusWorld) -> None:
    """MAX_ORDERS_PER_RUN limits those: NEW, PENDING and without a ledger row."""
    unknown = {int(key) for key, row in world.staged().items() if row["revision"] is None}
    assert unknown == {NEW, CRASHED}
    queued = {row["sordernum"] for row in world.rows("select * from STG_LWS_NewOrders where is_queued = 1")}
    assert queued == {QUEUED}


def test_what_cannot_go_says_why(world: RadiusWorld) -> None:
    errors = {(int(row["business_key"]), row["error_type"]): row for row in world.errors()}
    assert set(errors) == {
        (NO_LINES, "no_lines"), (NO_ITEM, "no_item"), (REFUSED, "REQS_P4"), (GONE, "order_gone"),
        (REMOVED, "REMOVED_BY_USER"),
    }  # fmt: skip
    assert errors[NO_LINES, "no_lines"]["message"].startswith(
        f"Order {NO_LINES} has no line for bags. Next: "
    )
    assert "line 1 names item 2300-XYZ99-0001, which does not exist" in errors[NO_ITEM, "no_item"]["message"]
    assert errors[REFUSED, "REQS_P4"]["message"] == (
        f"Order 4554 0041 A (SO {REFUSED}): the job requires no film. Next: do there what the message says, then "
        "retry the row."
    )
    assert errors[GONE, "order_gone"]["error_class"] == "business hold"


def test_an_order_that_is_complete_here_and_there_is_not_read_any_more(world: RadiusWorld) -> None:
    world.complete(ENDED)
    world.stage()
    assert str(ENDED) not in world.staged()
    seen = world.rows(f"select * from raw_radius__so4_headers where SOrderNum in ({ENDED}, {UNCHANGED})")
    assert [row["SOrderNum"] for row in seen] == [UNCHANGED]


def test_an_empty_read_stops_the_run(world: RadiusWorld) -> None:
    world.later()
    world.set_context()
    world.run("delete from raw_radius__so4_headers")
    statuses = world.statuses(
        "build", "--select", "tag:radius,tag:stage", "--exclude-resource-type", "unit_test"
    )
    assert statuses["an_empty_erp_is_no_answer"] == "fail"
    assert statuses["STG_LWS_Orders"] == "skipped"
