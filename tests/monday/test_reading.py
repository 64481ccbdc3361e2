"""What the boards hold, in the ledger's words, in as few calls as it takes."""

import pytest

from dagster_project.delivery.destination import Change
from dagster_project.delivery.outcomes import AccessRefused
from dagster_project.monday.destination import MondayDestination
from dagster_project.monday.provision import provision
from dagster_project.settings import Settings
from sandbox.monday.control import Control
from tests.conftest import FakeClock
from tests.monday.acting import ITEM, Acting, item, line, target


def test_an_item_reads_back_as_told(acting: Acting) -> None:
    provision(acting.destination)
    remote_id = acting.create(item("k1"))[0]
    found = acting.read(remote_id)
    assert found is not None
    sent = {name: value for name, value in ITEM.items() if name != "SOURCE CUSTOMER NAME"}
    assert {name: found.values[name] for name in sent} == sent
    assert (found.key, found.parent_remote_id, found.created_by_us) == ("k1", None, True)
    assert "SOURCE CUSTOMER NAME" not in found.values


def test_a_line_reads_back_with_its_item(acting: Acting) -> None:
    parent = acting.create(item())[0]
    child = acting.create(line(), parent=parent)[0]
    found = acting.read(child, "subitems")
    assert found is not None
    assert dict(found.values) == dict(line().values)
    assert found.parent_remote_id == parent


@pytest.mark.parametrize("edit", ["archive_item", "delete_item"])
def test_what_is_not_live_reads_back_as_nothing(acting: Acting, monday: Control, edit: str) -> None:
    first, second = acting.create(item("a"), item("b"))
    monday.edit(edit, item_id=int(first))
    found = acting.destination.read_back("items", [first, second, "123"])
    assert (found[first], found["123"]) == (None, None)
    assert found[second] is not None
    assert [remote.remote_id for remote in acting.destination.listing("items")] == [second]


def test_an_item_does_not_read_back_as_a_line(acting: Acting) -> None:
    remote_id = acting.create(item())[0]
    assert acting.read(remote_id, "subitems") is None


def test_all_pages_are_read(acting: Acting) -> None:
    ids: list[str] = []
    for start in range(0, 1_100, 100):
        ids += acting.create(*(item(f"k{n}") for n in range(start, start + 100)))
    before = acting.destination.calls
    assert [remote.remote_id for remote in acting.destination.listing("items")] == ids
    assert acting.destination.calls - before == 3
    found = acting.destination.read_back("items", ids[:900])
    assert all(found.values())
    assert acting.destination.calls - before == 6  # three pages rather than nine times a hundred ids
    found = acting.destination.read_back("items", ids[:150])
    assert all(found.values())
    assert acting.destination.calls - before == 8


def test_people_changing_the_board_is_seen_field_by_field(acting: Acting, monday: Control) -> None:
    remote_id = acting.create(item())[0]
    monday.edit("change_value", item_id=int(remote_id), column_id="numeric_mkr5cact", value="31")
    monday.edit("rename_item", item_id=int(remote_id), name="My order")
    monday.edit("move_item", item_id=int(remote_id), group_id="topics")
    found = acting.read(remote_id)
    assert found is not None
    assert acting.destination.differences("items", ITEM, found.values) == {
        "CUSTOMER PRICE": ("28.8600", "31.0000"),
        "Title": (ITEM["Title"], "My order"),
        "Group": (ITEM["Group"], "Group Title"),
    }


def test_only_columns_whose_policy_says_so_are_set_back(settings: Settings, clock: FakeClock) -> None:
    changed = settings.model_copy(update={"monday_drift_overwrite": ["STYLE"]})
    destination = MondayDestination.from_settings(changed, clock)
    assert destination.overwrites("items", "STYLE")
    assert not destination.overwrites("items", "COLOR")


def test_groups_are_listed_and_made_once(acting: Acting, destination: MondayDestination) -> None:
    rows = [item("a"), item("b"), item("c", Group="OTHER 2026"), line("a|M")]
    needed = destination.prerequisites(rows)
    assert [row.key for row in needed] == [ITEM["Group"], "OTHER 2026"]
    acting.tell(*(target(row) for row in needed))
    assert destination.prerequisites(rows) == []
    titles = {remote.key for remote in destination.listing("groups")}
    assert titles == {"Group Title", ITEM["Group"], "OTHER 2026"}
    remote_id = next(r.remote_id for r in destination.listing("groups") if r.key == "OTHER 2026")
    assert destination.read_back("groups", [remote_id, "x"])["x"] is None
    assert destination.differences("groups", {}, {}) == {}


def test_a_group_is_needed_only_by_rows_that_go_into_it(destination: MondayDestination) -> None:
    changed = item("a", Change.CHANGED, STYLE="X")
    assert destination.prerequisites([changed]) == []


def test_nothing_is_looked_up_before_it_is_made(destination: MondayDestination) -> None:
    assert destination.look_up([target(item())]) == {}
    assert destination.calls == 0


def test_objects_are_recognised_by_what_can_be_read_from_the_board(destination: MondayDestination) -> None:
    identities = {entity.name: list(entity.identity) for entity in destination.entities}
    assert identities == {
        "groups": [],
        "items": ["AAG ORDER NUMBER", "STYLE", "COLOR", "TOTAL QTY"],
        "subitems": ["Name"],
    }
    assert [e.completed_status for e in destination.entities][1:] == ["ITEMS_COMPLETED", "SUBITEMS_COMPLETED"]


def test_a_board_that_cannot_be_seen_is_no_proof_that_its_items_are_gone(
    settings: Settings, clock: FakeClock
) -> None:
    elsewhere = settings.model_copy(update={"monday_board_id": "1", "monday_subitem_board_id": "2"})
    destination = MondayDestination.from_settings(elsewhere, clock)
    for read in (
        lambda: list(destination.listing("items")),
        lambda: list(destination.listing("groups")),
        lambda: destination._reader.by_ids(destination.layouts["items"], ["9700000001"]).__next__(),
        lambda: list(destination._reader.children(destination.layouts["subitems"], ["9700000001"])),
    ):
        with pytest.raises(AccessRefused, match="is not there, or the token may not see it"):
            read()
