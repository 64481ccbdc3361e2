"""From the shop to USER_ORDER_STAGING: new, changed, cancelled, and changed after its document was made."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dagster_project.delivery.records import dump
from dagster_project.delivery.staging import as_told
from sandbox.woocommerce.generation import generate
from tests.dbt.counterpoint.conftest import NewWorld
from tests.dbt.counterpoint.world import MAPPINGS, START, CounterpointWorld

ENDING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MADE = list(generate(450, ending=ENDING))
PULLED = [each for each in MADE if each.expectation.outcome != "not_pulled"]
PLAIN = [each.order for each in PULLED if not each.expectation.traits]

DOCUMENT = 900_000_000_000
MADE_INTO_DOCUMENTS = (3, 5, 6)  # places


def of(trait: str) -> dict[str, Any]:
    return next(each.order for each in MADE if trait in each.expectation.traits)


def key(order: dict[str, Any]) -> str:
    return str(order["id"])


class TestFirstPull:
    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, bare_counterpoint_world: NewWorld) -> CounterpointWorld:
        world = bare_counterpoint_world()
        traits = ("state_too_long", "city_too_long", "emoji", "state_spelled_out", "cancelled")
        world.pulled(*(each.order for each in MADE[:150]), minutes=0)
        world.pulled(*map(of, traits), {**PLAIN[-1], "total": "a lot"}, minutes=0)
        world.build("order_pull", tested=True)
        return world

    def test_every_order_is_new(self, world: CounterpointWorld) -> None:
        staged = world.staged("staging_rows")
        assert {row["change_type"] for row in staged.values()} == {"NEW"}
        assert len(staged) > 140

    def test_defect_16_a_text_that_is_too_long_is_left_out_and_told_whole(
        self, world: CounterpointWorld
    ) -> None:
        row = world.staged("staging_rows")[key(of("state_too_long"))]
        assert row["SHIP_STATE"] is None
        assert json.loads(row["MISFITS_JSON"]) == [
            {"column": "SHIP_STATE", "value": "MECKLENBURG-VORPOMMERN", "length": 3}
        ]

    def test_a_state_that_is_spelled_out_gets_its_code(self, world: CounterpointWorld) -> None:
        assert world.staged("staging_rows")[key(of("state_spelled_out"))]["SHIP_STATE"] == "FL"

    def test_what_cannot_be_read_is_an_error_and_not_staged(self, world: CounterpointWorld) -> None:
        order = key(PLAIN[-1])
        assert order not in world.staged("staging_rows")
        errors = [row for row in world.errors("staging_rows") if row["business_key"] == order]
        assert ("TOT_AMT", "a lot") in {(row["column_name"], row["value"]) for row in errors}

    def test_an_order_that_was_given_up_before_it_was_staged_is_not_staged(
        self, world: CounterpointWorld
    ) -> None:
        assert key(of("cancelled")) not in world.staged("staging_rows")
        assert not world.errors_of(key(of("cancelled")), "staging_rows")


class TestChanges:
    """Six orders are staged, three of them got a document; then the shop changes all but one."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, new_counterpoint_world: NewWorld) -> CounterpointWorld:
        world = new_counterpoint_world()
        for order in PLAIN[:6]:
            world.pulled(order)
        world.build("order_pull")
        world.told_all("staging_rows")
        for place, order in enumerate(PLAIN[:6], 1):
            made = place in MADE_INTO_DOCUMENTS
            done: dict[str, Any] = {"IS_APPLIED": 1, "CP_DOC_ID": str(DOCUMENT + place)} if made else {}
            world.put(place, extra={}, WOO_ORDER_ID=order["id"], **done)
        world.build("order_processing")
        names = [column.name for column in MAPPINGS["documents"].columns]
        for place in MADE_INTO_DOCUMENTS:
            (row,) = world.rows(
                "select * from int_counterpoint__documents_mapped where business_key = ?", str(place)
            )
            told = dump({name: as_told(row[name]) for name in names})
            world.ledger(str(place), told=told, remote_id=str(DOCUMENT + place))
        later = {"date_modified_gmt": "2026-11-21T08:00:00"}
        world.pulled({**PLAIN[0], **later, "customer_note": "leave it at the door"})
        world.pulled({**PLAIN[1], **later, "status": "cancelled"})
        world.pulled({**PLAIN[2], **later, "refunds": [{"id": 1, "reason": "", "total": "-5.00"}]})
        world.pulled({**PLAIN[4], **later, "status": "completed"})
        world.pulled({**PLAIN[5], **later, "status": "cancelled"})
        world.build("order_pull", tested=True)
        world.build("order_processing", tested=True)
        return world

    def test_an_edited_order_changes_its_row(self, world: CounterpointWorld) -> None:
        row = world.staged("staging_rows")[key(PLAIN[0])]
        assert row["change_type"] == "CHANGED"
        assert set(json.loads(row["changed_fields"])) == {"CUST_NOTE"}

    def test_a_cancelled_order_changes_its_row(self, world: CounterpointWorld) -> None:
        row = world.staged("staging_rows")[key(PLAIN[1])]
        assert json.loads(row["changed_fields"])["ORD_STATUS"]["new"] == "cancelled"

    def test_an_order_with_a_document_is_left_alone_and_shown_to_a_person(
        self, world: CounterpointWorld
    ) -> None:
        assert key(PLAIN[2]) not in world.staged("staging_rows")
        assert world.errors_of(key(PLAIN[2]), "staging_rows") == ["changed_after_document"]
        (error,) = [row for row in world.errors() if row["business_key"] == "3"]
        assert (error["error_type"], error["error_class"]) == ("changed_after_document", "business hold")
        assert json.loads(error["value"]) == {"REFUND_AMT": {"old": "0.0000", "new": "5.0000"}}

    def test_that_it_was_completed_is_no_change_to_carry_into_its_document(
        self, world: CounterpointWorld
    ) -> None:
        assert key(PLAIN[4]) not in world.staged("staging_rows")
        assert world.errors_of(key(PLAIN[4]), "staging_rows") == []
        assert world.errors_of("5") == []

    def test_that_it_was_cancelled_is(self, world: CounterpointWorld) -> None:
        assert key(PLAIN[5]) not in world.staged("staging_rows")
        assert world.errors_of(key(PLAIN[5]), "staging_rows") == ["changed_after_document"]
        assert world.errors_of("6") == ["changed_after_document"]

    def test_defect_15_an_order_that_says_what_was_told_is_not_staged_again(
        self, world: CounterpointWorld
    ) -> None:
        assert key(PLAIN[3]) not in world.staged("staging_rows")

    def test_history_keeps_both_versions(self, world: CounterpointWorld) -> None:
        rows = world.rows(
            'select "CUST_NOTE", dbt_valid_to from woo_orders_snapshot where order_key = ? order by dbt_valid_from',
            key(PLAIN[0]),
        )
        assert [row["CUST_NOTE"] for row in rows] == [
            PLAIN[0]["customer_note"] or None,
            "leave it at the door",
        ]
        assert [row["dbt_valid_to"] is None for row in rows] == [False, True]


class TestStatusUpdates:
    @pytest.fixture(scope="class")
    @classmethod
    def world(cls, new_counterpoint_world: NewWorld) -> CounterpointWorld:
        world = new_counterpoint_world()
        documents = []
        for place, (order, shipped) in enumerate(zip(PLAIN[:4], (0, 1, 1, 1), strict=True), 1):
            status = {3: "completed", 4: "cancelled"}.get(place, "processing")
            world.pulled({**order, "status": status})
            world.put(place, extra={}, WOO_ORDER_ID=order["id"], IS_APPLIED=1, CP_DOC_ID=str(900 + place))
            documents.append(
                {
                    "STAGING_ID": place, "DOC_ID": str(900 + place), "TKT_NO": f"O101-{place}",
                    "IS_SHIPPED": shipped, "SHIPPED_ON": START.date() if shipped else None,
                }
            )  # fmt: skip
        world.fulfilment(*documents)
        world.build("fulfillment_status_sync", tested=True)
        return world

    def test_an_open_order_keeps_its_status(self, world: CounterpointWorld) -> None:
        row = world.staged("order_statuses")[key(PLAIN[0])]
        assert (row["SHIPMENT"], row["STATUS"], row["DOC_ID"], row["TKT_NO"]) == (
            "OPEN",
            None,
            "901",
            "O101-1",
        )

    def test_a_shipped_order_is_to_be_completed(self, world: CounterpointWorld) -> None:
        assert world.staged("order_statuses")[key(PLAIN[1])]["STATUS"] == "completed"

    def test_defect_13_the_status_the_shop_has_goes_along(self, world: CounterpointWorld) -> None:
        row = world.staged("order_statuses")[key(PLAIN[2])]
        assert (row["STATUS"], row["SHOP_STATUS"]) == ("completed", "completed")

    def test_an_order_that_the_shop_cancelled_is_never_completed(self, world: CounterpointWorld) -> None:
        row = world.staged("order_statuses")[key(PLAIN[3])]
        assert (row["STATUS"], row["SHOP_STATUS"]) == (None, "cancelled")

    def test_defect_21_what_was_told_is_not_told_again(self, world: CounterpointWorld) -> None:
        world.told_all("order_statuses")
        world.build("fulfillment_status_sync")
        assert world.staged("order_statuses") == {}
