"""Every state a ledger row can be in, with and without a difference, and where the row stands then."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.dbt.orders import key_of, order
from tests.dbt.world import START, World

(SENDING, DOUBT_CREATE, DOUBT_CHANGED, RETRY_CREATE, RETRY_SAME, HELD_SAME, HELD_CHANGED, REFUSED_CREATE,
 REFUSED_AND_CORRECTED, REFUSED_BEFORE_MAPPING, REFUSED_AND_DUE, REFUSED_SCHEMA, REFUSED_BUT_BACK, GONE, AMBIGUOUS,
 ARCHIVED, FORGOTTEN, DOUBT_LEFT, RETRY_LEFT, REFUSED_LEFT, HELD_LEFT, REMOVED_RETRY, REFUSED_PARENT,
 TOLD_IN_PART) = range(1, 25)  # fmt: skip
LEFT = (DOUBT_LEFT, RETRY_LEFT, REFUSED_LEFT, HELD_LEFT, REMOVED_RETRY)
UNTOLD = (
    DOUBT_CREATE,
    RETRY_CREATE,
    REFUSED_CREATE,
    AMBIGUOUS,
    DOUBT_LEFT,
    RETRY_LEFT,
    REFUSED_LEFT,
    HELD_LEFT,
)
LONG_AGO, FAR_AHEAD = START - dt.timedelta(days=9), START + dt.timedelta(days=9)
REFUSED = {
    "state": "REJECTED", "mapping_version": "mapping 1", "schema_version": "schema 1", "attempt": 2,
    "error_class": "fix the row", "error_code": "ColumnValueException", "error_field": "STYLE",
    "error_message": "the label is too long", "next_attempt": FAR_AHEAD,
}  # fmt: skip


@pytest.fixture(scope="module")
def world(new_world: Callable[[], World]) -> World:
    world = new_world()
    orders = {number: order(number) for number in range(1, 25)}
    world.land(orders.values())
    world.stage()
    world.deliver()
    for number in UNTOLD:
        world.run(
            "delete from delivery where business_key = ? or parent_key = ?", key_of(number), key_of(number)
        )
    mapped = {row["business_key"]: row for row in world.rows("select * from int_monday__items_mapped")}

    def tried(number: int, **changes: Any) -> dict[str, Any]:
        names = [
            n for n in mapped[key_of(number)] if n not in ("business_key", "customer_status", "broken_rules")
        ]
        return {n: as_json(mapped[key_of(number)][n]) for n in names} | changes

    def put(number: int, **changes: Any) -> None:
        world.ledger(key_of(number), **changes)

    put(SENDING, state="SENDING", lease_run="other")
    put(DOUBT_CREATE, state="IN_DOUBT", attempt=1, error_class="unknown", error_message="time-out")
    put(DOUBT_CHANGED, state="IN_DOUBT")
    put(RETRY_CREATE, state="RETRY", attempt=3, error_class="wait", error_message="429")
    put(RETRY_SAME, state="RETRY")
    put(HELD_SAME, state="HELD", hold_reason="closed")
    put(HELD_CHANGED, state="HELD", hold_reason="closed")
    put(REFUSED_CREATE, **REFUSED, tried=tried(REFUSED_CREATE))
    put(REFUSED_AND_CORRECTED, **REFUSED, tried=tried(REFUSED_AND_CORRECTED, STYLE="MSP26B XXL"))
    put(
        REFUSED_BEFORE_MAPPING,
        **(REFUSED | {"mapping_version": "mapping 0"}),
        tried=tried(REFUSED_BEFORE_MAPPING),
    )
    put(REFUSED_AND_DUE, **(REFUSED | {"next_attempt": LONG_AGO}), tried=tried(REFUSED_AND_DUE))
    put(REFUSED_SCHEMA, **(REFUSED | {"schema_version": "schema 0"}), tried=tried(REFUSED_SCHEMA))
    put(REFUSED_BUT_BACK, **REFUSED, tried=tried(REFUSED_BUT_BACK, STYLE="MSP26B XXL"))
    put(GONE, state="GONE", error_class="fix elsewhere", error_code="Gone", error_message="deleted there")
    put(
        AMBIGUOUS,
        state="AMBIGUOUS",
        error_class="fix elsewhere",
        error_code="Ambiguous",
        error_message="two alike",
    )
    put(ARCHIVED, state="ARCHIVED")
    put(
        FORGOTTEN,
        state="FORGOTTEN",
        error_class="business hold",
        error_code="Forgotten",
        error_message="an operator gave it up",
    )
    put(DOUBT_LEFT, state="IN_DOUBT")
    put(RETRY_LEFT, state="RETRY")
    put(REFUSED_LEFT, **REFUSED, tried=tried(REFUSED_LEFT))
    put(HELD_LEFT, state="HELD", hold_reason="customer not approved", tried=tried(HELD_LEFT))
    put(REMOVED_RETRY, state="RETRY", attempt=1)
    put(REFUSED_PARENT, **REFUSED, tried=tried(REFUSED_PARENT) | {"CUSTOMER PRICE": "31.0000"})
    put(TOLD_IN_PART, state="RETRY", told={"Title": "MSP26B24WHITEGRE-00024"})
    for number in (DOUBT_CHANGED, HELD_CHANGED, REFUSED_PARENT):
        orders[number]["CUSTOMER PRICE"] = "31"
    orders[REFUSED_PARENT]["S"] = 11
    orders[GONE]["S"] = 12
    for number in LEFT:
        del orders[number]
    world.ledger(f"{key_of(DOUBT_CHANGED)}|S", "subitems", state="IN_DOUBT")
    world.ledger(f"{key_of(RETRY_SAME)}|S", "subitems", state="RETRY")
    world.ledger(f"{key_of(RETRY_SAME)}|M", "subitems", state="GONE", error_class="fix elsewhere", error_code="Gone",
                 error_message="deleted there")  # fmt: skip
    world.ledger(f"{key_of(HELD_SAME)}|XL", "subitems", state="IN_DOUBT", parent_key=key_of(HELD_SAME))
    world.ledger(
        f"{key_of(HELD_SAME)}|5XL", "subitems", parent_key=key_of(HELD_SAME), remote_id=None, **REFUSED,
        tried={"Size": "5XL", "Name": "Size 5XL", "Order Qty": 10, "Packed Qty": 0, "Shipped Qty": 0},
    )  # fmt: skip
    world.ledger(
        f"{key_of(HELD_SAME)}|S", "subitems", **(REFUSED | {"error_field": "Order Qty"}),
        tried={"Size": "S", "Name": "Size S", "Order Qty": 10, "Packed Qty": 0, "Shipped Qty": 0},
    )  # fmt: skip
    world.land(orders.values())
    world.set_context(schema_version="schema 1")
    world.stage(tested=True)
    world.settle()
    return world


def as_json(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


@pytest.fixture(scope="module")
def items(world: World) -> dict[str, dict[str, Any]]:
    return world.staged()


@pytest.fixture(scope="module")
def lines(world: World) -> dict[str, dict[str, Any]]:
    return world.staged("subitems")


@pytest.fixture(scope="module")
def refused(world: World) -> dict[str, dict[str, Any]]:
    return {error["business_key"]: error for error in world.errors()}


@pytest.mark.parametrize(
    ("number", "change", "status"),
    [
        (SENDING, "UNCHANGED", "IN_DOUBT"),
        (DOUBT_CREATE, "NEW", "IN_DOUBT"),
        (DOUBT_CHANGED, "CHANGED", "IN_DOUBT"),
        (RETRY_CREATE, "NEW", "RETRY"),
        (RETRY_SAME, "UNCHANGED", "RETRY"),
        (HELD_CHANGED, "CHANGED", "PENDING"),
        (REFUSED_AND_CORRECTED, "UNCHANGED", "RETRY"),
        (REFUSED_BEFORE_MAPPING, "UNCHANGED", "RETRY"),
        (REFUSED_AND_DUE, "UNCHANGED", "RETRY"),
        (REFUSED_SCHEMA, "UNCHANGED", "RETRY"),
        (REFUSED_BUT_BACK, "UNCHANGED", "RETRY"),
        (ARCHIVED, "NEW", "PENDING"),
        (DOUBT_LEFT, "REMOVED", "IN_DOUBT"),
        (RETRY_LEFT, "REMOVED", "RETRY"),
        (REFUSED_LEFT, "REMOVED", "RETRY"),
        (HELD_LEFT, "REMOVED", "PENDING"),
        (REMOVED_RETRY, "REMOVED", "RETRY"),
        (TOLD_IN_PART, "CHANGED", "RETRY"),
    ],
)
def test_a_row_that_is_staged(items: Any, refused: Any, number: int, change: str, status: str) -> None:
    row = items[key_of(number)]
    assert (row["change_type"], row["stg_status"]) == (change, status)
    assert key_of(number) not in refused


@pytest.mark.parametrize("number", [REFUSED_CREATE, GONE, AMBIGUOUS, FORGOTTEN, REFUSED_PARENT])
def test_a_row_that_stays_an_error(items: Any, refused: Any, number: int) -> None:
    assert key_of(number) not in items
    assert key_of(number) in refused


def test_a_row_there_is_nothing_to_do_about(items: Any, refused: Any) -> None:
    assert key_of(HELD_SAME) not in items
    assert key_of(HELD_SAME) not in refused


def test_a_staged_row_carries_what_the_last_attempt_left(items: Any) -> None:
    row = items[key_of(RETRY_CREATE)]
    assert (row["stg_retry_count"], row["stg_error_class"], row["stg_error_message"]) == (3, "wait", "429")
    assert row["revision"] == 1


@pytest.mark.parametrize("number", [REFUSED_LEFT, HELD_LEFT])
def test_a_row_that_was_never_made_and_left_still_says_whose_it_was(items: Any, number: int) -> None:
    row = items[key_of(number)]
    assert (row["canonical_customer"], row["AAG ORDER NUMBER"]) == ("GREYSON", f"GRE-{number:05d}")


def test_what_was_told_in_part_lacks_the_rest(items: Any) -> None:
    changed = json.loads(items[key_of(TOLD_IN_PART)]["changed_fields"])
    assert "Title" not in changed
    assert changed["STYLE"] == {"old": None, "new": "MSP26B24"}


def test_a_refusal_says_what_was_refused_and_what_clears_it(refused: Any) -> None:
    error = refused[key_of(REFUSED_CREATE)]
    assert error["error_class"] == "fix the row"
    assert (error["error_type"], error["column_name"], error["value"]) == (
        "ColumnValueException", "STYLE", "MSP26B08",
    )  # fmt: skip
    assert error["message"] == (
        f"Order GRE-00008 (record_uuid {key_of(REFUSED_CREATE)}): STYLE the label is too long. Next: correct "
        "the value in the order list; a changed value is sent again by itself."
    )
    assert (error["attempts"], error["next_attempt"], error["shared_by"]) == (2, FAR_AHEAD, 2)
    assert (error["batch_name"], error["canonical_customer"], error["po_number"], error["order_number"]) == (
        "GREYSON CLOTHIERS", "GREYSON", "4755", "GRE-00008",
    )  # fmt: skip
    assert json.loads(error["row_json"])["STYLE"] == "MSP26B08"


def test_gone_and_ambiguous_rows_ask_for_a_decision(refused: Any) -> None:
    assert refused[key_of(GONE)]["what_clears_it"] == "decide whether to recreate it there or to forget it"
    assert refused[key_of(AMBIGUOUS)]["what_clears_it"] == "say which of the objects there it is"


@pytest.mark.parametrize(
    ("line", "change", "status"),
    [
        (f"{key_of(DOUBT_CHANGED)}|S", "UNCHANGED", "IN_DOUBT"),
        (f"{key_of(RETRY_SAME)}|S", "UNCHANGED", "RETRY"),
        (f"{key_of(HELD_SAME)}|XL", "REMOVED", "IN_DOUBT"),
        (f"{key_of(HELD_SAME)}|5XL", "REMOVED", "RETRY"),
        (f"{key_of(REFUSED_PARENT)}|S", "CHANGED", "BLOCKED"),
        (f"{key_of(GONE)}|S", "CHANGED", "BLOCKED"),
        (f"{key_of(AMBIGUOUS)}|S", "NEW", "BLOCKED"),
    ],
)
def test_a_line_that_is_staged(lines: Any, line: str, change: str, status: str) -> None:
    assert (lines[line]["change_type"], lines[line]["stg_status"]) == (change, status)


def test_lines_that_stay_errors(world: World, lines: Any) -> None:
    errors = {error["business_key"]: error for error in world.errors("subitems")}
    assert set(errors) == {f"{key_of(RETRY_SAME)}|M", f"{key_of(HELD_SAME)}|S"}
    assert not set(errors) & set(lines)
    error = errors[f"{key_of(HELD_SAME)}|S"]
    assert (error["column_name"], error["value"], error["parent_key"]) == (
        "Order Qty",
        "10",
        key_of(HELD_SAME),
    )
    assert (error["order_number"], error["po_number"]) == ("GRE-00006", "4755")


def test_the_mirror_shows_what_is_told_and_not_what_is_gone(world: World) -> None:
    mirror = {row["business_key"]: row for row in world.rows('select * from "MON_CustMasterSchedule"')}
    assert key_of(RETRY_SAME) in mirror
    assert not {key_of(n) for n in (GONE, ARCHIVED, FORGOTTEN, *UNTOLD)} & set(mirror)
    assert mirror[key_of(RETRY_SAME)]["Item ID"] > 0
    assert mirror[key_of(RETRY_SAME)]["CUSTOMER"] == "GREYSON"
    line = world.rows(
        'select * from "MON_CustMasterSchedule_Subitems" where business_key = ?', f"{key_of(SENDING)}|M"
    )
    assert (line[0]["parent_item_id"], line[0]["Order Qty"]) == (mirror[key_of(SENDING)]["Item ID"], 20)


def test_a_refusal_is_over_once_it_was_delivered(world: World) -> None:
    world.ledger(key_of(REFUSED_CREATE), state="DELIVERED", told={"Title": "x"}, error_class=None)
    assert key_of(REFUSED_CREATE) not in {error["business_key"] for error in world.errors()}


def test_a_row_refused_by_this_delivery_is_an_error_at_once(world: World) -> None:
    world.ledger(
        key_of(HELD_CHANGED), **REFUSED, tried={"AAG ORDER NUMBER": "GRE-00007", "STYLE": "MSP26B07"}
    )
    assert key_of(HELD_CHANGED) in {error["business_key"] for error in world.errors()}
