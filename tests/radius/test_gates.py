"""What an order waits for before its job, by tables and by laws: no ERP, no ledger."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.delivery.destination import Finished
from dagster_project.delivery.outcomes import Held, Rejected
from dagster_project.radius import gates, holds
from dagster_project.radius.facts import Order, OrderLine
from tests.radius.facts import APPROVED, BAG, FILM, OTHER, ROLL, line, order, required, told_of


def test_both_items_of_each_bag_are_wanted_once() -> None:
    found = gates.items(order(line(), line(2, OTHER), line(3, BAG.lower())), APPROVED, has_job=False)
    assert [artefact.key for artefact in found] == [FILM, ROLL, f"16P4-{OTHER}", f"1600-{OTHER}"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("statuses", "has_job", "code"),
    [
        ({BAG: "WAIT"}, False, holds.BASE_ITEM_WAIT),
        ({BAG: ""}, False, holds.BASE_ITEM_WAIT),
        ({}, False, gates.NO_ITEM),
        ({BAG: "WAIT"}, True, None),
        ({BAG: "APP"}, False, None),
    ],
)
def test_bags_are_approved_before_there_is_a_job(
    statuses: dict[str, str], has_job: bool, code: str | None
) -> None:
    found = gates.items(order(), statuses, has_job=has_job)
    assert getattr(found, "code", None) == code


@pytest.mark.parametrize("lines", [(), (line(item=""),)])
def test_an_order_without_a_bag_is_refused(lines: tuple[OrderLine, ...]) -> None:
    found = gates.items(Order(251001, 0, None, lines), {}, has_job=False)
    assert isinstance(found, Rejected)
    assert found.code == gates.NO_ITEM


@pytest.mark.parametrize(
    ("told", "status", "bought_already", "waits"),
    [
        ({"made": False}, "WAIT", (), False),
        ({}, "WAIT", (), True),
        ({}, "PEND", (), True),
        ({}, "APP", (), False),
        ({}, "WAIT", (FILM,), False),
    ],
)
def test_only_items_of_ours_wait_here(
    told: dict[str, Any], status: str, bought_already: tuple[str, ...], waits: bool
) -> None:
    found = gates.own_items_wait(order(), {FILM: status}, {FILM: told}, bought_already)
    assert (found is not None) == waits


@pytest.mark.parametrize(
    ("status", "job", "held"), [(0, None, 0), (1, None, 1), (2, None, 1), (1, "900101", 0)]
)
def test_a_held_order_gets_no_job_but_keeps_the_one_it_has(status: int, job: str | None, held: int) -> None:
    assert isinstance(gates.job_p4(order(status=status), job), Held) == bool(held)


@pytest.mark.parametrize(
    ("status", "begun", "goes_on"), [(9, False, False), (9, True, True), (0, False, True)]
)
def test_nothing_more_is_begun_for_an_order_that_is_complete_or_cancelled(
    status: int, begun: bool, goes_on: bool
) -> None:
    wanted = gates.job_p4(order(status=status), None)
    found = gates.unless_closed(order(status=status), wanted, begun=begun)
    assert (found == wanted) is goes_on
    if not goes_on:
        assert isinstance(found, Rejected)
        assert "251001 is complete or cancelled in the ERP (status 9)" in found.message
        assert "radius remove 251001" in found.message


@pytest.mark.parametrize("wanted", [[], Finished("SO_P2_ALREADY_COMPLETE")])
def test_a_closed_order_of_which_nothing_is_wanted_is_left_alone(wanted: Any) -> None:
    assert gates.unless_closed(order(status=9), wanted, begun=False) == wanted


@pytest.mark.parametrize(("quantities", "refused"), [((0, 0), True), ((0, 1), False)])
def test_an_order_of_no_bags_at_all_is_refused(quantities: tuple[int, int], refused: bool) -> None:
    lines = [line(number, quantity=quantity) for number, quantity in enumerate(quantities, 1)]
    found = gates.items(order(*lines), APPROVED, has_job=False)
    assert isinstance(found, Rejected) is refused
    assert not isinstance(gates.items(order(*lines), APPROVED, has_job=True), Rejected)


def confirmed(lines: list[OrderLine], confirmation: int, told: Any = None) -> Any:
    return gates.order_lines(order(*lines), told or {}, [required(id=confirmation)])


def test_a_first_look_tells_what_there_is() -> None:
    assert told_of(confirmed([line()], 7)) == {
        "251001/1": {"item": BAG, "ordered_qty": "150000", "req_date": "2026-05-01", "confirmation": 7}
    }


@pytest.mark.parametrize(
    ("before", "after", "again", "held"),
    [
        ([line()], [line(quantity=180_000)], False, "line 1: 150000 -> 180000"),
        ([line()], [line(quantity=180_000)], True, None),
        ([line()], [line()], False, None),
        ([line()], [line(), line(2, OTHER, 5)], False, f"line 2: 0 -> 5 {OTHER}"),
        ([line(), line(2, OTHER, 5)], [line()], False, f"line 2: 5 -> 0 {OTHER}"),
        ([line(), line(2, OTHER, 5)], [line()], True, None),
        ([line()], [line(item=OTHER)], False, f"line 1: 150000 {BAG} -> 150000 {OTHER}"),
        ([line()], [line(), line(2, OTHER, 0)], False, None),
    ],
)
def test_another_quantity_waits_for_another_confirmation(
    before: list[OrderLine], after: list[OrderLine], again: bool, held: str | None
) -> None:
    told = told_of(confirmed(before, 7))
    found = confirmed(after, 8 if again else 7, told)
    if held is None:
        assert not isinstance(found, Held)
    else:
        assert isinstance(found, Held)
        assert found.code == holds.QUANTITY_CHANGED
        assert held in found.reason


def test_requirements_that_vanish_confirm_nothing() -> None:
    told = told_of(confirmed([line()], 7))
    for left in ([], [required(id=6)]):
        found = gates.order_lines(order(line(quantity=180_000)), told, left)
        assert isinstance(found, Held)
        assert told_of(gates.order_lines(order(), told, left)) == told


LINES = st.lists(st.tuples(st.sampled_from([BAG, OTHER]), st.integers(1, 9)), min_size=1, max_size=4)


def _lines(said: list[tuple[str, int]]) -> list[OrderLine]:
    return [line(number, item, quantity) for number, (item, quantity) in enumerate(said, 1)]


@given(LINES, LINES)
def test_law_what_is_put_back_is_no_change(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    told = told_of(confirmed(_lines(first), 7))
    changed = confirmed(_lines(second), 7, told)
    assert isinstance(changed, Held) == (first != second)
    assert told_of(confirmed(_lines(first), 7, told)) == told


@given(LINES, LINES)
def test_law_a_confirmation_releases_and_is_told(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    told = told_of(confirmed(_lines(first), 7))
    after = told_of(confirmed(_lines(second), 8, told))
    assert all(values["confirmation"] == 8 for values in after.values())
    assert not isinstance(confirmed(_lines(second), 8, after), Held)
