"""The gate starts a run when there is something to do, and an idle half hour costs a query."""

from pathlib import Path

import pytest

from dagster_project.counterpoint import extract, gate
from dagster_project.counterpoint.gate import Decision, decide
from dagster_project.settings import Settings
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company
from tests.counterpoint.test_health import log, order

INSTANCE = "fulfillment_status_sync:SANDBOX:127.0.0.1"


@pytest.fixture
def settings(company: Company, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, order_staging_home=tmp_path, counterpoint_url=str(company.database.url))


@pytest.mark.parametrize(
    ("pending", "failed", "last", "expected"),
    [
        ([0.2, 1.5], [], 0.1, Decision(True, "2 orders wait, the oldest for 90 minutes")),
        ([], [], None, Decision(True, "there was no run yet")),
        ([], [], 2.0, Decision(True, "the last run was 120 minutes ago")),
        (
            [],
            [0.5, 3.0],
            2.5,
            Decision(True, "the last run was 150 minutes ago; 1 orders failed more than an hour ago"),
        ),
        ([], [3.0], 0.5, Decision(False, "no orders wait, and the last run was 30 minutes ago")),
    ],
)
def test_what_decides(
    pending: list[float], failed: list[float], last: float | None, expected: Decision
) -> None:
    assert decide(pending, failed, last, 120) == expected


def test_an_idle_half_hour_is_skipped_and_a_waiting_order_is_not(
    company: Company, settings: Settings
) -> None:
    assert gate.processing(settings) == Decision(True, "there was no run yet")
    log(company, 30)
    assert not gate.processing(settings).run
    staging_id = order(company, 1, 10)
    assert gate.processing(settings).reason == "1 orders wait, the oldest for 10 minutes"
    company.do(
        "update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = 'Item not found' where STAGING_ID = ?",
        staging_id,
    )
    assert not gate.processing(settings).run  # it waits for a person; the run after the interval looks again
    company.do("update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = null where STAGING_ID = ?", staging_id)
    assert gate.processing(settings).run  # what the runbook tells operators to do when they mended it


def test_other_jobs_and_dry_runs_in_the_log_are_no_runs_of_ours(company: Company, settings: Settings) -> None:
    log(company, 1, operation="product_sync")
    company.do(
        "insert into dbo.USER_SYNC_LOG (SYNC_ID, OPERATION_TYPE, DIRECTION, DRY_RUN, START_TIME, SUCCESS) "
        "values ('d', 'order_processing', 'WOO_TO_CP', 1, localtimestamp, 1)"
    )
    assert gate.processing(settings).reason == "there was no run yet"


def test_the_gate_is_open_when_nobody_can_be_asked(tmp_path: Path, ledger_warehouse: Warehouse) -> None:
    settings = Settings(
        _env_file=None, order_staging_home=tmp_path, counterpoint_url="duckdb:////proc/no/company.duckdb"
    )
    for decision in (gate.processing(settings), gate.statuses(settings, ledger_warehouse, INSTANCE)):
        assert decision.run
        assert "could not be asked" in decision.reason


def made(company: Company, number: int, doc_id: int) -> None:
    """An order with a document of one line."""
    (staging_id,) = company.stage(number)
    company.do(
        "update dbo.USER_ORDER_STAGING set IS_APPLIED = 1, CP_DOC_ID = ? where STAGING_ID = ?",
        str(doc_id),
        staging_id,
    )
    company.do(
        "insert into dbo.PS_DOC_HDR (DOC_ID, DOC_GUID, DOC_TYP, STR_ID, STA_ID, TKT_NO) "
        "values (?, uuid(), 'O', '01', '101', ?)",
        doc_id, f"O{doc_id % 1000}",
    )  # fmt: skip
    company.do(
        "insert into dbo.PS_DOC_LIN (DOC_ID, LIN_SEQ_NO, STR_ID, STA_ID, TKT_NO, LIN_TYP, ITEM_NO, QTY_SOLD, "
        "SELL_UNIT, EXT_PRC, GROSS_EXT_PRC, CALC_EXT_PRC, LIN_GUID, QTY_SHIPPED) "
        "values (?, 1, '01', '101', ?, 'O', ?, 2, '0', 1, 1, 1, uuid(), 0)",
        doc_id, f"O{doc_id % 1000}", company.items(1)[0],
    )  # fmt: skip


def test_defect_21_only_what_the_shop_was_not_told_of_opens_the_gate(
    company: Company, settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock
) -> None:
    def decision() -> Decision:
        return gate.statuses(settings, ledger_warehouse, INSTANCE)

    log(company, 30, operation="fulfillment_status_sync")
    assert not decision().run
    for number in (1, 2, 3):
        made(company, number, 900_000_000_000 + number)
    assert decision().reason.startswith("3 status updates wait")
    extract.shipments(settings, ledger_warehouse, clock)
    assert not decision().run
    company.do("update dbo.PS_DOC_LIN set QTY_SHIPPED = QTY_SOLD where DOC_ID = 900000000002")
    assert decision().reason.startswith("1 status updates wait")
    extract.shipments(settings, ledger_warehouse, clock)
    assert not decision().run  # shipped, told, and never asked about again


def test_an_update_in_doubt_opens_the_gate(
    company: Company, settings: Settings, ledger_warehouse: Warehouse, clock: FakeClock
) -> None:
    log(company, 30, operation="fulfillment_status_sync")
    row = {
        "instance": INSTANCE, "entity": "order_statuses", "business_key": "1", "incarnation": 1,
        "state": "IN_DOUBT", "revision": 1, "attempt": 1, "created_at": clock.now(), "updated_at": clock.now(),
    }  # fmt: skip
    with ledger_warehouse.begin() as connection:
        rows.insert(connection, tables.delivery, [row])
    assert gate.statuses(settings, ledger_warehouse, INSTANCE).run
