"""Taking a document back: everything as before, refused once goods moved, and not undone by the next run."""

from typing import Any

import pytest

from dagster_project.counterpoint.rollback import RollbackRefused, roll_back, tell_ledger, unpark
from dagster_project.delivery.operators import Operators
from dagster_project.delivery.outcomes import Delivered, Rejected
from dagster_project.delivery.states import State
from tests.counterpoint.conftest import Company
from tests.counterpoint.made_up import line, order
from tests.counterpoint.test_destination import Orders, orders

__all__ = ["orders"]

TABLES = "select table_name from information_schema.tables where table_schema = 'dbo' and table_type = 'BASE TABLE'"
COUNTERS = {"PS_STR_CFG_PS", "USER_DOC_ID_RANGE", "USER_ORDER_STAGING_EXT"}
"""Numbers are never given out again, and the side table says why the order is parked."""


def everything(company: Company) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the counters."""
    return {
        name: sorted(company.all(f"select * from dbo.{name}"), key=repr)
        for (name,) in company.all(TABLES)
        if name not in COUNTERS
    }


def test_a_rollback_leaves_the_company_as_it_was_before_the_document(company: Company) -> None:
    items = company.items()
    (staging_id,) = company.stage(15001)
    before = everything(company)
    lines = [line(items[0], 2, factor=12), line(items[1], 5, number=2), line(items[0], 3, number=3)]
    (outcome,) = company.writer().write(
        [company.document(staging_id, order(15001, lines, tax="1.40", shipping="5.00"))]
    )
    assert isinstance(outcome, Delivered)
    assert everything(company) != before
    undone = roll_back(company.database, staging_id, "entered twice in the shop")
    assert everything(company) == before
    assert (undone.doc_id, undone.ticket, undone.web_id) == (900_000_000_001, "O101-000366", 15001)
    assert [(item, str(quantity)) for item, _, quantity in undone.stock] == [
        (items[0], "27.0000"), (items[1], "5.0000"),
    ]  # fmt: skip
    (extra,) = company.rows("USER_ORDER_STAGING_EXT")
    assert extra["PARKED_REASON"].endswith("entered twice in the shop")


def test_rows_that_counterpoint_itself_hung_on_the_document_go_with_it(company: Company) -> None:
    (staging_id,) = company.stage(15001)
    company.writer().write([company.document(staging_id, order(15001, [line(company.items()[0])]))])
    company.do("insert into dbo.PS_DOC_PKG_TRK_NO values (900000000001, 1, '1Z999')")
    company.do("insert into dbo.PS_DOC_HDR_PROF (DOC_ID, PROF_ALPHA_1) values (900000000001, 'x')")
    roll_back(company.database, staging_id, "test")
    for (name,) in company.all(f"{TABLES} and table_name like 'PS_DOC_%'"):
        assert company.rows(name, "DOC_ID = 900000000001") == []


def test_a_dry_run_tells_the_same_and_changes_nothing(company: Company) -> None:
    (staging_id,) = company.stage(15001)
    company.writer().write([company.document(staging_id, order(15001, [line(company.items()[0])]))])
    before = everything(company)
    told = roll_back(company.database, staging_id, "test", dry_run=True)
    assert everything(company) == before
    assert roll_back(company.database, staging_id, "test") == told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update dbo.PS_DOC_HDR set HAS_RLSD_LINS = 'Y' where DOC_ID = ?", "is released already"),
        ("update dbo.PS_DOC_HDR set HAS_INVCD_LINS = 'Y' where DOC_ID = ?", "is invoiced already"),
        ("update dbo.PS_DOC_HDR set HAS_PCKD_LINS = 'Y' where DOC_ID = ?", "is picked already"),
        ("update dbo.PS_DOC_LIN set QTY_SHIPPED = 1 where DOC_ID = ?", "1 lines of order O101-000366 are shipped"),
        ("insert into dbo.PS_DOC_HDR_ORIG_DOC (DOC_ID, ORIG_DOC_ID) values (5, ?)", "another document depends on"),
        ("delete from dbo.PS_DOC_HDR where DOC_ID = ?", "is no open order any more"),
        ("update dbo.PS_DOC_HDR set DOC_TYP = 'Q' where DOC_ID = ?", "is of type Q, not an order"),
        ("delete from dbo.PS_DOC_NOTE where DOC_ID = ?", "the predecessor made it"),
        ("delete from dbo.IM_INV where ITEM_NO in (select ITEM_NO from dbo.PS_DOC_LIN where DOC_ID = ?)", "no row for"),
    ],
)  # fmt: skip
def test_what_moved_on_is_refused_and_nothing_is_changed(company: Company, change: str, said: str) -> None:
    (staging_id,) = company.stage(15001)
    company.writer().write([company.document(staging_id, order(15001, [line(company.items()[0])]))])
    company.do(change, 900_000_000_001)
    before = everything(company)
    with pytest.raises(RollbackRefused, match=said):
        roll_back(company.database, staging_id, "test")
    assert everything(company) == before


@pytest.mark.parametrize("staging_id", [1, 99])
def test_there_is_nothing_to_take_back_where_no_document_is(company: Company, staging_id: int) -> None:
    company.stage(15001)
    with pytest.raises(RollbackRefused, match=r"no staging row 99|names no document"):
        roll_back(company.database, staging_id, "test")


@pytest.mark.parametrize("told", [True, False])
def test_the_next_run_does_not_make_it_again_even_if_the_ledger_was_never_told(
    orders: Orders, told: bool
) -> None:
    orders.want(2)
    orders.deliveries.run()
    undone = roll_back(orders.company.database, 1, "entered twice")
    if told:
        tell_ledger(orders.deliveries.ledger, undone, "entered twice")
        assert orders.deliveries.record("documents", 1).state is State.FORGOTTEN
    else:
        with orders.deliveries.warehouse.begin() as connection:
            connection.exec_driver_sql("delete from delivery")
    orders.deliveries.run()
    assert orders.company.documents_of([15001, 15002]) == {15001: 0, 15002: 1}


def test_an_order_that_is_unparked_and_recreated_is_made_under_new_numbers(orders: Orders) -> None:
    orders.want(1)
    orders.deliveries.run()
    undone = roll_back(orders.company.database, 1, "wrong address")
    ledger = orders.deliveries.ledger
    tell_ledger(ledger, undone, "wrong address")
    assert unpark(orders.company.database, 1)
    assert not unpark(orders.company.database, 1)
    Operators(ledger, orders.deliveries.clock).recreate([orders.deliveries.record("documents", 1)])
    assert orders.deliveries.outcomes() == {"documents": {"DELIVERED": 1}}
    assert orders.made_once()
    assert orders.company.all("select DOC_ID, TKT_NO from dbo.PS_DOC_HDR where DOC_ID >= 900000000001") == [
        (900_000_000_002, "O101-000367")
    ]


def test_a_parked_order_is_refused_by_whoever_tries(company: Company) -> None:
    (staging_id,) = company.stage(15001)
    document = company.document(staging_id, order(15001, [line(company.items()[0])]))
    company.writer().write([document])
    roll_back(company.database, staging_id, "test")
    (outcome,) = company.writer().write([document])
    assert isinstance(outcome, Rejected)
    assert outcome.code == "Parked"
