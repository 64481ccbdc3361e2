"""After a lost answer: found by the key the item carries, or by everything it was told, or absent."""

import pytest

from dagster_project.delivery.destination import Absent, Change, Row
from dagster_project.delivery.outcomes import MustWait
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.provision import provision
from sandbox.monday.control import Control
from tests.conftest import FakeClock
from tests.monday.acting import ITEM, Acting, intents_of, item, line, target


@pytest.fixture
def with_keys(acting: Acting) -> Acting:
    """A board that has the column for our key."""
    provision(acting.destination)
    return acting


def test_items_are_found_by_their_key(with_keys: Acting) -> None:
    first, second = with_keys.create(item("a"), item("b"))
    assert with_keys.probe(item("a"), item("b"), item("c")) == [(first,), (second,), ()]


def test_many_keys_take_few_calls(with_keys: Acting) -> None:
    rows = [item(f"k{n}") for n in range(120)]
    ids = [remote_id for start in (0, 60) for remote_id in with_keys.create(*rows[start : start + 60])]
    before = with_keys.destination.calls
    assert with_keys.probe(*rows) == [(remote_id,) for remote_id in ids]
    assert with_keys.destination.calls - before == 2


def test_an_item_the_index_does_not_show_yet_is_found_on_the_board(
    with_keys: Acting, monday: Control
) -> None:
    monday.set_faults(index_lag_seconds=3_600)
    remote_id = with_keys.create(item("late"))[0]
    assert with_keys.probe(item("late"), item("never")) == [(remote_id,), ()]


def test_a_key_that_stands_on_two_items_finds_both(with_keys: Acting) -> None:
    first = with_keys.create(item("a"))[0]
    second = with_keys.create(item("a"))[0]
    assert with_keys.probe(item("a")) == [(first, second)]


def test_archived_items_are_not_found(with_keys: Acting) -> None:
    remote_id = with_keys.create(item("a"))[0]
    with_keys.archive(item("a"), remote_id)
    assert with_keys.probe(item("a")) == [()]


def test_without_keys_items_are_recognised_by_all_they_were_told(acting: Acting) -> None:
    first, second = acting.create(item("a", STYLE="S1"), item("b", STYLE="S2"))
    assert acting.probe(item("a", STYLE="S1"), item("b", STYLE="S2"), item("c", STYLE="S3")) == [
        (first,),
        (second,),
        (),
    ]


def test_without_keys_an_item_that_differs_in_one_value_is_another(acting: Acting, monday: Control) -> None:
    remote_id = acting.create(item("a"))[0]
    monday.edit("change_value", item_id=int(remote_id), column_id="text_mkr5kbc6", value="CAMDEN")
    assert acting.probe(item("a", DESTINATION=None)) == [()]
    assert acting.probe(item("a", DESTINATION="CAMDEN")) == [(remote_id,)]


def test_rows_equal_in_every_value_are_interchangeable(acting: Acting) -> None:
    ids = tuple(acting.create(item("a"), item("b")))
    assert acting.probe(item("a"), item("b")) == [ids, ids]


def test_lines_are_found_below_their_item(acting: Acting) -> None:
    one, other = acting.create(item("a"), item("b"))
    mine = acting.create(line("a|M"), parent=one)[0]
    acting.create(line("b|M"), parent=other)
    assert acting.probe(line("a|M"), line("a|L", Size="L", Name="Size L"), parent=one) == [(mine,), ()]


def test_a_line_is_recognised_although_its_packed_quantity_moved_on(acting: Acting, monday: Control) -> None:
    parent = acting.create(item("a"))[0]
    child = acting.create(line("a|M"), parent=parent)[0]
    monday.edit("change_value", item_id=int(child), column_id="numeric_mkraepx7", value="12")
    assert acting.probe(line("a|M"), parent=parent) == [(child,)]


def test_a_line_whose_item_is_gone_is_absent(acting: Acting, monday: Control) -> None:
    parent = acting.create(item("a"))[0]
    acting.create(line("a|M"), parent=parent)
    monday.edit("delete_item", item_id=int(parent))
    assert acting.probe(line("a|M"), parent=parent) == [()]


def test_the_subitems_limit_is_waited_for(acting: Acting, monday: Control, clock: FakeClock) -> None:
    parent = acting.create(item("a"))[0]
    child = acting.create(line("a|M"), parent=parent)[0]
    monday.next_faults({"kind": "error", "code": "FIELD_LIMIT_EXCEEDED", "on": "query", "seconds": 15})
    assert acting.probe(line("a|M"), parent=parent) == [(child,)]
    assert clock.slept == [15]


def test_groups_are_found_by_title(destination: MondayDestination, acting: Acting) -> None:
    acting.create(item())
    rows = [Row("groups", title, Change.NEW, {"title": title}) for title in (ITEM["Group"], "NOT THERE")]
    intents = intents_of([o for row in rows for o in destination.operations(target(row))])
    found, absent = destination.probe(intents).values()
    assert found != Absent()
    assert absent == Absent()


def test_a_probe_that_cannot_read_says_nothing(acting: Acting, monday: Control) -> None:
    acting.create(item("a"))
    monday.set_faults(
        rules=[{"kind": "error", "code": "API_TEMPORARILY_BLOCKED", "on": "query", "seconds": 3_000}]
    )
    with pytest.raises(MustWait):
        acting.probe(item("a"))
