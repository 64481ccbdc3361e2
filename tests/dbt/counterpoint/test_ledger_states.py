"""What the ledger says of an order decides whether it goes again: never twice, and never for nothing."""

import datetime as dt
import json
from typing import Any

import pytest

from dagster_project.delivery.records import dump
from dagster_project.delivery.staging import as_told
from tests.dbt.counterpoint.conftest import NewWorld
from tests.dbt.counterpoint.world import MAPPINGS, START, CounterpointWorld, line

FAR_AHEAD = START + dt.timedelta(days=9)
REFUSED: dict[str, Any] = {
    "state": "REJECTED", "attempt": 2, "error_class": "fix elsewhere", "error_code": "547",
    "error_field": "TAX_COD", "error_message": "the tax code is not known", "next_attempt": FAR_AHEAD,
}  # fmt: skip
(SENDING, IN_DOUBT, DOUBT_BROKEN, RETRY, REFUSED_STANDS, REFUSED_CHANGED, REFUSED_MAPPING, REFUSED_DUE, HELD,
 DONE, GONE_FROM_STAGING, FORGOTTEN, UNDONE_BY_HAND, GONE) = (str(number) for number in range(1, 15))  # fmt: skip


@pytest.fixture(scope="module")
def world(new_counterpoint_world: NewWorld) -> CounterpointWorld:
    world = new_counterpoint_world()
    for number in range(1, 15):
        if str(number) != GONE_FROM_STAGING:
            world.put(number, extra={})
    world.build("order_processing")
    names = [column.name for column in MAPPINGS["documents"].columns]
    staged = world.staged()
    tried = {key: {name: as_told(row[name]) for name in names} for key, row in staged.items()}
    world.ledger(SENDING, state="SENDING", lease_run="other")
    world.ledger(IN_DOUBT, state="IN_DOUBT", attempt=1, error_class="unknown", error_message="the line broke")
    world.ledger(DOUBT_BROKEN, state="IN_DOUBT", attempt=1)
    world.ledger(RETRY, state="RETRY", attempt=3, error_class="wait", error_message="busy")
    world.ledger(REFUSED_STANDS, **REFUSED, tried=dump(tried[REFUSED_STANDS]))
    world.ledger(REFUSED_CHANGED, **REFUSED, tried=dump(tried[REFUSED_CHANGED]))
    world.ledger(REFUSED_MAPPING, **REFUSED, tried=dump(tried[REFUSED_MAPPING]), mapping_version="mapping 0")
    world.ledger(REFUSED_DUE, **(REFUSED | {"next_attempt": START}), tried=dump(tried[REFUSED_DUE]))
    world.ledger(HELD, state="HELD", hold_reason="closed")
    world.ledger(DONE, state="DELIVERED", told=dump(tried[DONE]), remote_id="900000000001")
    world.ledger(GONE_FROM_STAGING, state="IN_DOUBT", attempt=1)
    world.ledger(FORGOTTEN, state="FORGOTTEN", told=dump(tried[FORGOTTEN]))
    world.ledger(UNDONE_BY_HAND, told=dump(tried[UNDONE_BY_HAND]), remote_id="900000000002")
    world.ledger(
        GONE, state="GONE", told=dump(tried[GONE]), error_message="the document is not there any more"
    )
    world.put(int(UNDONE_BY_HAND), extra={}, TOT_AMT="99.00")
    world.put(int(GONE), extra={}, IS_APPLIED=1, CP_DOC_ID="900000000003")
    world.put(int(DOUBT_BROKEN), extra={}, CUST_EMAIL="nobody@example.com")
    world.put(int(REFUSED_CHANGED), [line("01-10100-CT")], extra={})
    world.put(int(DONE), extra={}, IS_APPLIED=1, CP_DOC_ID="900000000001", TOT_AMT="99.00")
    world.later()
    world.build("order_processing", tested=True)
    return world


@pytest.mark.parametrize(
    ("key", "status"),
    [
        (SENDING, "IN_DOUBT"), (IN_DOUBT, "IN_DOUBT"), (DOUBT_BROKEN, "IN_DOUBT"), (RETRY, "RETRY"),
        (REFUSED_CHANGED, "RETRY"), (REFUSED_MAPPING, "RETRY"), (REFUSED_DUE, "RETRY"), (HELD, "PENDING"),
        (GONE_FROM_STAGING, "IN_DOUBT"),
    ],
)  # fmt: skip
def test_what_is_not_settled_is_staged(world: CounterpointWorld, key: str, status: str) -> None:
    assert world.staged()[key]["stg_status"] == status


def test_defect_17_a_refused_order_is_not_sent_again_until_something_about_it_changes(
    world: CounterpointWorld,
) -> None:
    assert REFUSED_STANDS not in world.staged()
    (error,) = [row for row in world.errors() if row["business_key"] == REFUSED_STANDS]
    assert (error["error_class"], error["error_type"], error["attempts"]) == ("fix elsewhere", "547", 2)
    assert "Order 15005 (STAGING_ID 5): TAX_COD the tax code is not known" in error["message"]


def test_what_counterpoint_refused_is_written_into_its_row(world: CounterpointWorld) -> None:
    verdict = world.staged("verdicts")[REFUSED_STANDS]
    assert verdict["VALIDATION_ERROR"] == "Refused by Counterpoint: the tax code is not known"


def test_defect_15_a_document_is_made_once_whatever_its_row_says_later(world: CounterpointWorld) -> None:
    assert DONE not in world.staged()
    assert not world.errors_of(DONE)


def test_an_order_that_was_told_is_never_sent_as_a_change(world: CounterpointWorld) -> None:
    assert UNDONE_BY_HAND not in world.staged()
    assert all(row["change_type"] != "CHANGED" for row in world.staged().values())


def test_a_document_that_is_gone_is_an_error_for_an_operator(world: CounterpointWorld) -> None:
    assert GONE not in world.staged()
    assert any(
        "not there any more" in row["message"] for row in world.errors() if row["business_key"] == GONE
    )


def test_a_forgotten_order_stays_an_error(world: CounterpointWorld) -> None:
    assert FORGOTTEN not in world.staged()
    assert world.errors_of(FORGOTTEN)


class TestVerdicts:
    """What is written into VALIDATION_ERROR, and when again."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, new_counterpoint_world: NewWorld) -> CounterpointWorld:
        world = new_counterpoint_world()
        broken: dict[str, Any] = {"extra": {}, "CUST_EMAIL": "nobody@example.com"}
        world.put(1, extra={})
        world.put(2, **broken)
        world.put(3, **broken)
        world.put(4, **broken)
        world.build("order_processing")
        said = {key: row["VALIDATION_ERROR"] for key, row in world.staged("verdicts").items()}
        world.told_all("verdicts")
        world.put(1, extra={}, IS_VALIDATED=1)
        world.put(2, **broken, VALIDATION_ERROR=said["2"])
        world.put(
            3, **broken, VALIDATION_ERROR=None
        )  # the runbook: empty it to have the order looked at again
        world.put(4, extra={}, CUST_NO="2001", VALIDATION_ERROR=said["4"])
        world.build("order_processing")
        return world

    def test_what_stands_there_already_is_not_written_again(self, world: CounterpointWorld) -> None:
        assert set(world.staged("verdicts")) == {"3", "4"}

    def test_an_emptied_error_is_written_again_while_it_holds(self, world: CounterpointWorld) -> None:
        row = world.staged("verdicts")["3"]
        changed = json.loads(row["changed_fields"])
        assert row["change_type"] == "CHANGED"
        assert changed["VALIDATION_ERROR"]["old"] is None
        assert changed["VALIDATION_ERROR"]["new"].startswith("Customer not found")

    def test_an_error_that_was_put_right_is_taken_away(self, world: CounterpointWorld) -> None:
        row = world.staged("verdicts")["4"]
        assert (row["IS_VALIDATED"], row["VALIDATION_ERROR"]) == (1, None)
        assert "4" in world.staged()
