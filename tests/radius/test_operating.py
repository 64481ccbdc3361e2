"""What operators decide about an order: where it stands in the ledger afterwards, and who did it."""

import datetime as dt
import getpass
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.records import Record, dump
from dagster_project.delivery.scope import Run
from dagster_project.delivery.states import State
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.holds import PO_BLOCKED
from dagster_project.radius.operating import Orders, Refused, why_not
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.radius.erp import BASE, ErpFile

INSTANCE = "radius:SANDBOX:erp"
N = 251_206


@pytest.fixture
def ledger(ledger_warehouse: Warehouse, clock: FakeClock) -> Ledger:
    return Ledger(ledger_warehouse, Run("radius", INSTANCE), clock)


@pytest.fixture
def orders(ledger: Ledger) -> Orders:
    return Orders.of(ledger)


@pytest.fixture
def erp(erp_file: ErpFile) -> ErpDatabase:
    erp_file.order(N)
    return ErpDatabase(file=erp_file.path)


def known(
    ledger: Ledger, state: State = State.HELD, entity: str = "orders", key: str = str(N), **columns: Any
) -> None:
    """Put a row into the ledger as a run left it."""
    now = ledger.clock.now()
    row = {
        "instance": INSTANCE, "entity": entity, "business_key": key, "incarnation": 1, "state": state,
        "revision": 3, "attempt": 0, "created_at": now, "updated_at": now, **columns,
    }  # fmt: skip
    with ledger.warehouse.begin() as connection:
        rows.insert(connection, tables.delivery, [row])


def held(ledger: Ledger, code: str, since: dt.datetime | None = None) -> None:
    known(
        ledger, hold_reason="because", hold_since=since or ledger.clock.now(), error_code=code,
        error_class="business hold",
    )  # fmt: skip


def record(ledger: Ledger, entity: str = "orders", key: str = str(N)) -> Record:
    return ledger.records([(entity, key)])[(entity, key)]


def events(ledger: Ledger) -> list[tuple[str, str | None, str | None]]:
    table = tables.delivery_event.c
    with ledger.warehouse.begin() as connection:
        query = sa.select(table.kind, table.operation, table.message).order_by(table.event_id)
        return [tuple(row) for row in connection.execute(query)]


ME = getpass.getuser()


def test_an_order_that_no_run_has_seen_can_be_queued(
    orders: Orders, ledger: Ledger, erp: ErpDatabase
) -> None:
    orders.queue(erp, N)
    found = record(ledger)
    assert (found.state, found.error_code, found.told, found.revision) == (State.RETRY, "ELIGIBLE", None, 1)
    assert events(ledger) == [("NOTE", "QUEUED", f"{ME} queued it")]


def test_an_order_before_the_start_date_can_be_queued(
    orders: Orders, ledger: Ledger, erp: ErpDatabase, erp_file: ErpFile
) -> None:
    erp_file.order(N + 1, SOrderDate="2019-01-05")
    orders.queue(erp, N + 1)
    assert record(ledger, key=str(N + 1)).state is State.RETRY


@pytest.mark.parametrize("state", [State.DELIVERED, State.HELD, State.REJECTED, State.RETRY, State.FORGOTTEN])
def test_an_order_in_any_state_can_be_queued_and_keeps_what_was_told(
    orders: Orders, ledger: Ledger, erp: ErpDatabase, state: State
) -> None:
    now = ledger.clock.now()
    known(
        ledger, state, told=dump({"sordernum": N}), tried=dump({"sordernum": N}), error_message="no",
        error_code="SO_P2", next_attempt=now, hold_reason="x", hold_since=now,
    )  # fmt: skip
    orders.queue(erp, N)
    found = record(ledger)
    assert (found.state, found.error_code, found.told) == (State.RETRY, "ELIGIBLE", {"sordernum": N})
    assert (found.error_message, found.hold_reason, found.hold_since) == (None, None, None)


@pytest.mark.parametrize("state", [State.SENDING, State.IN_DOUBT])
def test_what_is_being_sent_is_left_alone(
    orders: Orders, ledger: Ledger, erp: ErpDatabase, state: State
) -> None:
    known(ledger, state)
    for decide in (lambda: orders.queue(erp, N), lambda: orders.remove(erp, N), lambda: orders.retry(N)):
        with pytest.raises(Refused, match="try again after the next run"):
            decide()
    assert (record(ledger).state, events(ledger)) == (state, [])


def test_only_an_order_of_lws_that_is_open_can_be_queued(
    orders: Orders, ledger: Ledger, erp: ErpDatabase, erp_file: ErpFile
) -> None:
    erp_file.order(2, SOSourceCode="WEB")
    erp_file.order(3, SOrderStat=9)
    erp_file.order(4, item=None)
    erp_file.order(5, item="2300-OTHER-1")
    erp_file.item("2300-OTHER-1", group="P4-RES")
    erp_file.order(6, kind="P4ART")
    erp_file.order(7, SOSourceCode=" ")
    erp_file.put("PV_SOrder", PlantCode="2", SOrderNum=8, SOSourceCode="LWS", SOrderStat=0)
    reasons = {
        1: "the ERP has no sales order 1",
        2: "the source of order 2 is WEB, not LWS",
        3: "order 3 is not open in the ERP: its status is 9",
        4: "no line of order 4 is a bag of product group P4-LWS",
        5: "no line of order 5 is a bag of product group P4-LWS",
        6: "no line of order 6 is a bag of product group P4-LWS",
        7: "the source of order 7 is blank, not LWS",
        8: "8 is an order of plant 2, not of plant 4; queue the order of plant 4 that it was made for: its "
        "AddtCustRef is the purchase order of that order's job",
    }
    assert {number: why_not(erp, number) for number in reasons} == reasons
    for number, reason in reasons.items():
        with pytest.raises(Refused) as refused:
            orders.queue(erp, number)
        assert str(refused.value) == reason
    assert ledger.in_state("orders", *State) == []
    assert events(ledger) == []


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_held_order_of_several_lines_may_be_queued(
    orders: Orders, erp: ErpDatabase, erp_file: ErpFile, status: int
) -> None:
    erp_file.order(9, SOrderStat=status, kind="P4ART")
    erp_file.line(9, 2, BASE, 10)
    assert why_not(erp, 9) is None


def test_retry_wants_an_order_that_a_run_has_taken_up(orders: Orders, ledger: Ledger) -> None:
    with pytest.raises(Refused, match=f"order-staging radius queue {N}"):
        orders.retry(N)
    known(ledger, State.REJECTED, error_code="SO_P2")
    assert orders.retry(N) == 0
    assert (record(ledger).state, record(ledger).error_code) == (State.RETRY, "ELIGIBLE")
    assert events(ledger) == [("NOTE", "RETRIED", f"{ME} retries it")]


def test_an_order_that_is_complete_is_queued_and_not_retried(
    orders: Orders, erp: ErpDatabase, ledger: Ledger
) -> None:
    known(ledger, State.DELIVERED)
    with pytest.raises(Refused, match=f"order {N} is complete.*order-staging radius queue {N}"):
        orders.retry(N)
    assert record(ledger).state is State.DELIVERED
    orders.queue(erp, N)
    assert record(ledger).state is State.RETRY


def test_what_is_gone_is_made_anew_only_when_somebody_says_so(orders: Orders, ledger: Ledger) -> None:
    known(ledger, State.REJECTED)
    known(ledger, State.GONE, "po_lines", f"{N}/P4-PF/16P4-X", parent_key=str(N), remote_id="241001/1")
    known(ledger, State.DELIVERED, "jobs_p4", str(N), parent_key=str(N), remote_id="900101")
    with pytest.raises(Refused, match=rf"po_lines {N}/P4-PF/16P4-X.*--recreate"):
        orders.retry(N)
    assert record(ledger).state is State.REJECTED
    assert orders.retry(N, recreate=True) == 1
    assert record(ledger, "po_lines", f"{N}/P4-PF/16P4-X").state is State.ARCHIVED
    assert record(ledger, "jobs_p4").state is State.DELIVERED


def test_a_removed_order_says_who_removed_it_and_keeps_its_objects(
    orders: Orders, ledger: Ledger, erp: ErpDatabase
) -> None:
    held(ledger, "JOB_P4_HOLD")
    known(ledger, State.DELIVERED, "jobs_p4", str(N), parent_key=str(N), remote_id="900101")
    orders.remove(erp, N)
    found = record(ledger)
    assert (found.state, found.error_code, found.hold_since) == (State.FORGOTTEN, "REMOVED_BY_USER", None)
    assert found.error_message == f"{ME} removed it; order-staging radius queue {N} brings it back"
    assert record(ledger, "jobs_p4").state is State.DELIVERED


def test_an_order_can_be_removed_before_any_run_takes_it_up(
    orders: Orders, ledger: Ledger, erp: ErpDatabase
) -> None:
    orders.remove(erp, N)
    assert record(ledger).state is State.FORGOTTEN
    with pytest.raises(Refused, match="the ERP has no sales order 7"):
        orders.remove(erp, 7)


def test_defect_25_a_removed_order_stays_removed_until_somebody_brings_it_back(
    orders: Orders, ledger: Ledger, erp: ErpDatabase
) -> None:
    """The predecessor's removal wrote to a table that did not exist, and any run could revive the order."""
    held(ledger, "JOB_P4_HOLD")
    orders.remove(erp, N)
    for bring_back in (lambda: orders.retry(N), lambda: orders.queue(erp, N)):
        bring_back()
        assert (record(ledger).state, record(ledger).incarnation) == (State.RETRY, 1)
        orders.remove(erp, N)
    assert record(ledger).state is State.FORGOTTEN
    assert [operation for _, operation, _ in events(ledger)] == [
        "REMOVED", "RETRIED", "REMOVED", "QUEUED", "REMOVED",
    ]  # fmt: skip


def test_defect_24_every_decision_says_who_made_it(
    ledger: Ledger, erp: ErpDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The predecessor's page retried by GET, without a login, and nobody knew afterwards who."""
    held(ledger, PO_BLOCKED)
    for name in ("anna", "ben", "cleo", "dora"):
        monkeypatch.setattr(getpass, "getuser", lambda name=name: name)
        orders = Orders.of(ledger)
        if name == "anna":
            orders.complete(N)
        elif name == "ben":
            orders.remove(erp, N)
        elif name == "cleo":
            orders.retry(N)
        else:
            orders.queue(erp, N)
    assert events(ledger) == [
        ("NOTE", "MANUAL_COMPLETE", "anna completes it: because"),
        ("NOTE", "REMOVED", "ben removed it"),
        ("NOTE", "RETRIED", "cleo retries it"),
        ("NOTE", "QUEUED", "dora queued it"),
    ]


@pytest.mark.parametrize("state", [State.DELIVERED, State.HELD, State.REJECTED])
def test_only_what_waits_for_it_is_completed_by_hand(orders: Orders, ledger: Ledger, state: State) -> None:
    with pytest.raises(Refused, match="no run has taken"):
        orders.complete(N)
    known(ledger, state, error_code="JOB_P4_HOLD")
    with pytest.raises(Refused, match=f"{state} JOB_P4_HOLD; only {PO_BLOCKED} is completed by hand"):
        orders.complete(N)
    assert events(ledger) == []


def test_to_complete_changes_nothing_until_the_run_that_follows(orders: Orders, ledger: Ledger) -> None:
    held(ledger, PO_BLOCKED)
    before = record(ledger)
    orders.complete(N)
    assert record(ledger) == before
