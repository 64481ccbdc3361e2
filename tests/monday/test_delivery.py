"""Runs of the real engine against the board: few requests, nothing lost, nothing twice."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.clock import new_id
from dagster_project.delivery.outcomes import AccessRefused, DeliveryError
from dagster_project.delivery.sending import POINTS
from dagster_project.delivery.states import State
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.provision import provision
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from sandbox.monday.control import Control
from tests.conftest import FakeClock, few
from tests.crashes import Crash, crash_at
from tests.monday.whole_runs import BOARD, Orders

LOST = ("silence", "close", "reset", "html", "half_json", "empty", "status")


@pytest.fixture
def orders(ledger_warehouse: Warehouse, clock: FakeClock, settings: Settings, monday: Control) -> Orders:
    """An empty source, an empty ledger, an empty board with a column for our key."""
    provision(MondayDestination.from_settings(settings, clock))
    monday.reset_calls()
    return Orders(
        ledger_warehouse, clock, settings.model_copy(update={"monday_timeout_seconds": 0.5}), monday
    )


def mutations(monday: Control) -> int:
    return int(monday.calls()["mutations"])


def test_69_items_with_264_lines_take_at_most_18_mutations_and_a_second_run_takes_none(
    orders: Orders, monday: Control
) -> None:
    sizes = dict.fromkeys(("XS", "S", "M", "L", "XL"), 10)
    for n in range(69):
        filled = {} if n < 16 else dict(list(sizes.items())[: 4 if n == 16 else 5])
        orders.want(f"GRE-{n:05}", filled)
    report = orders.run()
    assert report.as_dict()["entities"] == {
        "groups": {"DELIVERED": 1},
        "items": {"DELIVERED": 69},
        "subitems": {"DELIVERED": 264},
    }
    assert mutations(monday) == 1 + 3 + 11
    assert orders.agrees()
    orders.run()
    assert mutations(monday) == 15


def test_changes_touch_only_what_changed(orders: Orders, monday: Control) -> None:
    orders.want("A", {"S": 1, "M": 2})
    orders.want("B", {"M": 2})
    orders.run()
    orders.want("A", {"M": 5, "L": 3}, STYLE="NEW", Group="ELSEWHERE 2026")
    report = orders.run()
    assert report.as_dict()["operations"] == {
        "groups.create": 1,
        "items.columns": 1,
        "items.move": 1,
        "subitems.archive": 1,
        "subitems.columns": 1,
        "subitems.create": 1,
    }
    assert orders.agrees()


def test_a_removed_order_is_archived_and_its_return_is_a_new_item(orders: Orders, monday: Control) -> None:
    orders.want("A", {"S": 1})
    orders.run()
    orders.drop("A")
    orders.run()
    assert orders.on_board() == {}
    assert monday.board(BOARD, state="archived")["items"] == 1
    orders.want("A", {"S": 4})
    orders.run()
    assert orders.agrees()
    assert monday.board(BOARD, state="all")["items"] == 2


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_ends_exactly_once(orders: Orders, monday: Control, kind: str, when: str) -> None:
    for n in range(3):
        orders.want(f"A{n}", {"S": 1, "M": 2})
    monday.next_faults({"kind": "none"}, {"kind": kind, "when": when}, {"kind": kind, "when": when})
    orders.run()
    orders.later()
    orders.run()
    assert orders.agrees()


def test_a_lost_answer_on_a_board_without_our_key_ends_exactly_once(
    ledger_warehouse: Warehouse, clock: FakeClock, settings: Settings, monday: Control
) -> None:
    orders = Orders(ledger_warehouse, clock, settings, monday)
    for n in range(3):
        orders.want(f"A{n}", {"S": 1})
    monday.next_faults({"kind": "none"}, {"kind": "reset"}, {"kind": "reset"})
    orders.run()
    assert orders.agrees()


def test_a_group_whose_creation_was_lost_is_not_made_twice(orders: Orders, monday: Control) -> None:
    orders.want("A", {"S": 1})
    monday.next_faults({"kind": "close", "when": "after"})
    orders.run()
    titles = [group["title"] for group in monday.board(BOARD)["groups"]]
    assert len(titles) == len(set(titles)) == 2
    assert orders.agrees()


def test_a_refused_group_holds_its_items_and_no_others(orders: Orders, monday: Control) -> None:
    orders.want("A", {"S": 1})
    orders.want("B", {"S": 1}, Group="OTHER 2026")
    monday.set_faults(
        poison=[{"mutation": "create_group", "name": "OTHER", "code": "RecordInvalidException"}]
    )
    report = orders.run()
    assert report.as_dict()["entities"]["items"] == {"DELIVERED": 1, "HELD": 1}
    monday.clear_faults()
    orders.later()
    orders.run()
    assert orders.agrees()


def test_a_poison_row_is_refused_and_every_other_row_is_delivered(orders: Orders, monday: Control) -> None:
    for n in range(6):
        orders.want(f"A{n}", {"S": 1})
    monday.set_faults(poison=[{"name": "^A3$", "code": "ColumnValueException"}])
    report = orders.run()
    assert report.as_dict()["entities"]["items"] == {"DELIVERED": 5, "REJECTED": 1}
    assert report.as_dict()["entities"]["subitems"] == {"BLOCKED": 1, "DELIVERED": 5}


def test_a_request_refused_as_a_whole_is_bisected(orders: Orders, monday: Control) -> None:
    for n in range(8):
        orders.want(f"A{n}")
    monday.next_faults({"kind": "none"}, {"kind": "error", "code": "JsonParseException", "when": "before"})
    orders.run()
    assert mutations(monday) == 1 + 1 + 2
    assert orders.agrees()


def test_a_revoked_token_stops_the_run_and_pauses_the_system(orders: Orders, monday: Control) -> None:
    orders.want("A")
    monday.next_faults({"kind": "none"}, {"kind": "error", "code": "Unauthorized", "when": "before"})
    with pytest.raises(AccessRefused):
        orders.run()
    assert orders.on_board() == {}


def test_a_server_that_says_wait_is_obeyed_under_the_same_key(orders: Orders, monday: Control) -> None:
    orders.want("A")
    monday.next_faults({"kind": "none"}, {"kind": "rate_limit", "when": "before", "seconds": 7})
    report = orders.run()
    assert orders.clock.slept == [7]
    assert report.retries == 1
    keys = [e["idempotency_key"] for e in monday.calls()["log"] if e["fields"].get("create_item")]
    assert orders.agrees()
    assert len({key for key in keys if key}) == 1


def test_an_item_deleted_by_a_person_is_gone_for_a_person_to_decide(orders: Orders, monday: Control) -> None:
    orders.want("A", {"S": 1})
    orders.want("B", {"S": 1})
    orders.run()
    record = orders.ledger().records([("items", "A")])[("items", "A")]
    monday.edit("delete_item", item_id=int(record.remote_id or 0))
    orders.want("A", {"S": 1}, STYLE="NEW")
    report = orders.run()
    assert report.as_dict()["entities"]["items"] == {"GONE": 1}
    assert orders.ledger().records([("items", "A")])[("items", "A")].state is State.GONE
    assert list(orders.on_board()) == ["B"]


KEYS = ("A", "B", "C")
edits = st.one_of(
    st.tuples(
        st.just("want"), st.sampled_from(KEYS), st.sampled_from(["RED", "BLUE"]),
        st.sampled_from(["G1 2026", "G2 2026"]),
        st.dictionaries(st.sampled_from(["S", "M", "8"]), st.integers(0, 9)),
    ),
    st.tuples(st.just("drop"), st.sampled_from(KEYS)),
    st.tuples(
        st.just("fault"), st.sampled_from(["reset", "html", "half_json", "empty", "rate_limit"]),
        st.sampled_from(["before", "after"]),
    ),
    st.tuples(st.just("run"), st.sampled_from((*POINTS, "")), st.integers(1, 4)),
)  # fmt: skip


@settings(max_examples=few(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(edits, min_size=3, max_size=12), with_key=st.booleans())
def test_any_history_of_edits_faults_and_crashes_ends_exactly_once(
    tmp_path: Path, initialised: Path, monday: Control, settings: Settings, history: list[tuple],
    with_key: bool,
) -> None:  # fmt: skip
    warehouse = Warehouse(f"duckdb:///{shutil.copy(initialised, tmp_path / f'{new_id()}.duckdb')}")
    monday.reset()
    orders = Orders(warehouse, FakeClock(), settings, monday)
    if with_key:
        provision(MondayDestination.from_settings(settings, orders.clock))
    try:
        for step in history:
            _take(orders, step)
        monday.clear_faults()
        for _ in range(4):
            orders.later()
            orders.run()
        assert orders.agrees()
        before = mutations(monday)
        orders.run()
        assert mutations(monday) == before
    finally:
        warehouse.release()


def _take(orders: Orders, step: tuple) -> None:
    match step:
        case ("want", key, colour, group, sizes):
            orders.want(key, sizes, COLOR=colour, Group=group)
        case ("drop", key):
            orders.drop(key)
        case ("fault", kind, when):
            orders.monday.next_faults({"kind": kind, "when": "before" if kind == "rate_limit" else when})
        case ("run", point, occurrence):
            orders.later()
            with suppress(Crash, DeliveryError):
                orders.run(crash_at(point, occurrence))
