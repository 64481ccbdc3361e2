"""Which orders a run walks: nothing is starved, whatever is held, finished or asked for."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.delivery.destination import Change, Row, StagedAs
from dagster_project.radius.order_of_work import choose, is_new

FIRST = dt.date(2025, 12, 26)


def order(
    number: int, day: int | None = 0, change: Change = Change.NEW, status: StagedAs = StagedAs.PENDING,
    revision: int | None = None,
) -> Row:  # fmt: skip
    """A staged order, so many days after the first."""
    date = None if day is None else str(FIRST + dt.timedelta(days=day))
    return Row("orders", str(number), change, {"so_date": date}, status, revision=revision)


def held(number: int, day: int = 0) -> Row:
    """An order that an earlier run held."""
    return order(number, day, Change.UNCHANGED, revision=3)


def changed(number: int, day: int = 0) -> Row:
    """A finished order that was changed."""
    return order(number, day, Change.CHANGED, revision=7)


def queued(number: int, day: int = 0) -> Row:
    """An order that an operator asked for."""
    return order(number, day, Change.UNCHANGED, StagedAs.RETRY, revision=2)


def keys(rows: list[Row]) -> list[str]:
    return [row.key for row in rows]


staged_orders = st.lists(
    st.builds(
        order,
        st.integers(250_000, 260_000),
        st.one_of(st.none(), st.integers(0, 400)),
        st.sampled_from([Change.NEW, Change.CHANGED, Change.UNCHANGED]),
        st.sampled_from(list(StagedAs)),
        st.one_of(st.none(), st.integers(1, 9)),
    ),
    unique_by=lambda row: row.key,
    max_size=40,
)
limits = st.integers(1, 12)


@given(staged_orders, limits)
def test_every_order_goes_or_is_counted_as_waiting(staged: list[Row], limit: int) -> None:
    chosen, said = choose(staged, limit)
    waiting = set(keys(staged)) - set(keys(list(chosen)))
    assert len(chosen) == len(set(keys(list(chosen))))
    assert all(row in staged for row in chosen)
    assert len(waiting) == max(0, sum(map(is_new, staged)) - limit)
    assert bool(said) == bool(waiting)
    if waiting:
        assert said[0].startswith(f"{len(waiting)} new order")


@given(staged_orders, limits)
def test_only_new_orders_wait_and_never_an_older_one_than_one_that_goes(
    staged: list[Row], limit: int
) -> None:
    chosen, _ = choose(staged, limit)
    waiting = [row for row in staged if row not in chosen]
    assert all(is_new(row) for row in waiting)
    newest_that_goes = max((_age(row) for row in chosen if is_new(row)), default=("", 0))
    assert all(_age(row) > newest_that_goes for row in waiting)


def _age(row: Row) -> tuple[str, int]:
    return row.values["so_date"] or "", int(row.key)


@given(staged_orders, limits)
def test_what_was_asked_for_goes_first_then_the_oldest(staged: list[Row], limit: int) -> None:
    chosen, _ = choose(staged, limit)
    asked_for = [row.status is StagedAs.RETRY for row in chosen]
    assert asked_for == sorted(asked_for, reverse=True)
    for group in (True, False):
        ages = [_age(row) for row in chosen if (row.status is StagedAs.RETRY) is group]
        assert ages == sorted(ages)


@given(staged_orders, limits)
def test_the_order_in_which_rows_were_staged_does_not_matter(staged: list[Row], limit: int) -> None:
    assert choose(staged, limit) == choose(staged[::-1], limit)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), limits, st.integers(0, 400))
def test_runs_take_up_every_new_order_in_as_few_runs_as_the_limit_allows(
    days: list[int], limit: int, holds: int
) -> None:
    """Whatever becomes of an order that was taken up: here each one is held for good."""
    untouched = [order(250_000 + n, day) for n, day in enumerate(days)]
    ledger = [held(240_000 + n) for n in range(holds)]
    runs = 0
    while untouched:
        chosen, _ = choose([*ledger, *untouched], limit)
        taken = [row for row in chosen if is_new(row)]
        untouched = [row for row in untouched if row not in taken]
        ledger += [replace(row, change=Change.UNCHANGED, revision=1) for row in taken]
        runs += 1
    assert runs == -(-len(days) // limit)


def test_the_sentence_names_how_many_wait_and_some_of_them() -> None:
    _, said = choose([order(251_000 + n, n) for n in range(9)], 2)
    assert said == [
        "7 new orders wait for the next run (251002, 251003, 251004, 251005, 251006, …): "
        "MAX_ORDERS_PER_RUN is 2"
    ]
    _, said = choose([order(1), order(2)], 1)
    assert said == ["1 new order waits for the next run (2): MAX_ORDERS_PER_RUN is 1"]


def test_numbers_are_compared_as_numbers() -> None:
    chosen, _ = choose([order(1_000_000), order(999_999)], 9)
    assert keys(list(chosen)) == ["999999", "1000000"]


def test_an_order_without_a_day_is_not_left_behind_for_ever() -> None:
    chosen, _ = choose([order(251_000, 1), order(252_000, None)], 1)
    assert keys(list(chosen)) == ["252000"]


@pytest.mark.parametrize("status", [StagedAs.IN_DOUBT, StagedAs.HELD, StagedAs.BLOCKED])
def test_what_is_not_sent_or_in_doubt_takes_no_place_of_a_new_order(status: StagedAs) -> None:
    chosen, said = choose([order(1, status=status), order(2)], 1)
    assert (keys(list(chosen)), said) == (["1", "2"], [])


def test_defect_01_the_newest_orders_do_not_push_older_unfinished_ones_out() -> None:
    """The predecessor cut the list to the newest numbers: what was older and not finished was never seen again."""
    stuck = [held(240_000 + n) for n in range(300)]
    old = order(245_000, 1)
    newest = [order(251_000 + n, 30) for n in range(250)]
    chosen, said = choose([*newest, old, *stuck], 200)
    assert {row.key for row in stuck} | {old.key} <= {row.key for row in chosen}
    assert len(chosen) == 300 + 200
    assert said[0].startswith("51 new orders wait")


def test_defect_02_every_changed_order_is_looked_at_however_many_there_are() -> None:
    """The predecessor watched the 200 orders that were updated last."""
    watched = [changed(240_000 + n, n % 30) for n in range(1_500)]
    chosen, said = choose([*watched, *(order(251_000 + n, 40) for n in range(5))], 2)
    assert len([row for row in chosen if not is_new(row)]) == 1_500
    assert said == [
        "3 new orders wait for the next run (251002, 251003, 251004): MAX_ORDERS_PER_RUN is 2"
    ]  # fmt: skip


def test_what_an_operator_queued_goes_before_older_orders_and_takes_nobodys_place() -> None:
    chosen, said = choose([order(240_000, 0), queued(260_000, 90), order(240_001, 0)], 1)
    assert keys(list(chosen)) == ["260000", "240000"]
    assert len(said) == 1
