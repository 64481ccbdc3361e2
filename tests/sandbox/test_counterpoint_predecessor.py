"""What the predecessor left: rows with documents in its own form, and rows skipped by hand."""

from datetime import datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from sandbox.counterpoint import predecessor
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.document_tables import HEADER, LINE, TOTAL
from sandbox.counterpoint.item_tables import INVENTORY
from sandbox.counterpoint.staging_tables import ORDER_STAGING
from sandbox.woocommerce.generation import MadeOrder, generate

AT = datetime(2025, 11, 1, 9, 30)


@pytest.fixture
def database(counterpoint: CounterpointDatabase) -> CounterpointDatabase:
    return counterpoint


def with_coupon() -> MadeOrder:
    return next(each for each in generate() if "coupon_in_percent" in each.expectation.traits)


def test_its_documents_have_its_defects(database: CounterpointDatabase) -> None:
    made = with_coupon()
    expected = made.expectation.told()
    with database.begin() as connection:
        applied = predecessor.apply(connection, made.order, expected, AT)
        row = connection.execute(sa.select(ORDER_STAGING)).mappings().one()
        header = (
            connection.execute(sa.select(HEADER).where(HEADER.c.DOC_ID == applied.doc_id)).mappings().one()
        )
        kinds = (
            connection.execute(sa.select(LINE.c.LIN_TYP).where(LINE.c.DOC_ID == applied.doc_id))
            .scalars()
            .all()
        )
        total = connection.execute(sa.select(TOTAL).where(TOTAL.c.DOC_ID == applied.doc_id)).mappings().one()
        item = expected["lines"][0]
        stock = connection.execute(
            sa.select(INVENTORY.c.QTY_ON_SO).where(
                INVENTORY.c.ITEM_NO == item["item_no"], INVENTORY.c.LOC_ID == "01"
            )
        ).scalar_one()
    assert (row["IS_APPLIED"], row["CP_DOC_ID"], row["WOO_ORDER_ID"]) == (
        True,
        str(applied.doc_id),
        made.order["id"],
    )
    assert applied.ticket_no == "101-000001"
    assert header["SAL_LINS"] == header["ORD_LINS"] == len(kinds)
    assert set(kinds) == {"S"}
    assert total["TOT"] == Decimal(made.order["total"]) - Decimal(made.order["discount_total"])
    assert stock >= item["quantity"]


def test_a_skipped_order_is_applied_without_a_document(database: CounterpointDatabase) -> None:
    with database.begin() as connection:
        skipped = predecessor.skip(connection, with_coupon().order, "test order", AT)
        row = connection.execute(sa.select(ORDER_STAGING)).mappings().one()
    assert skipped.doc_id is None
    assert (row["IS_APPLIED"], row["CP_DOC_ID"]) == (True, None)
    assert row["VALIDATION_ERROR"] == "MANUALLY_SKIPPED: test order"
