"""The kernel's promises about an empty ledger: it refuses to create where something is, and adopts."""

import pytest

from dagster_project.delivery.outcomes import (
    FirstContactRefused,
)
from dagster_project.delivery.states import State
from tests.contracts.conftest import World


@pytest.fixture
def world(any_world: World) -> World:
    """Every destination in turn."""
    return any_world


def test_an_empty_ledger_may_create_where_nothing_is(world: World) -> None:
    assert world.first_contact() is None
    world.want("a")
    world.run()
    assert world.first_contact() is None


def test_an_empty_ledger_against_a_filled_destination_refuses_to_create(world: World) -> None:
    world.people.made_before({"name": "a", "city": "Oslo"})
    with pytest.raises(
        FirstContactRefused, match=f"order-staging adopt {world.outside.system}.*--start-empty"
    ):
        world.first_contact()
    assert world.first_contact(start_empty=True) == "1 objects are unknown to the ledger"


def test_adoption_matches_all_but_the_ambiguous_and_then_only_differences_are_sent(world: World) -> None:
    world.want("same", colour="red")
    world.want("other city", colour="blue")
    world.want("twin 1", name="twin", colour="white")
    world.want("twin 2", name="twin", colour="white")
    world.want("new", colour="black")
    for city in ("Bergen", "Bodo"):
        world.want(f"in {city}", name="which", colour="green", city=city)
        world.people.made_before({"name": "which", "city": f"{city} or not", "colour": "green"})
    world.people.made_before({"name": "same", "city": "Oslo", "colour": "red"})
    world.people.made_before({"name": "other city", "city": "Rome", "colour": "blue"})
    for _ in range(2):
        world.people.made_before({"name": "twin", "city": "Oslo", "colour": "white"})
    world.people.made_before({"name": "nobody's", "city": "Oslo", "colour": "pink"})
    found = world.adopt()
    assert sorted(candidate.key for candidate, _ in found.paired) == [
        "other city",
        "same",
        "twin 1",
        "twin 2",
    ]
    assert [len(candidates) for candidates, _ in found.ambiguous] == [2]
    assert [candidate.key for candidate in found.only_source] == ["new"]
    assert len(found.only_remote) == 1
    assert world.first_contact() is None
    report = world.run()
    assert [keys for _, _, keys in world.sent] == [["new", "other city"]]
    assert world.counts(report) == {"orders": {"DELIVERED": 2}}
    assert world.record("orders", "in Bodo").state is State.AMBIGUOUS
    world.run()
    assert len(world.sent) == 1
    world.people.made_before({"name": "made since", "city": "Oslo", "colour": "grey"})
    with pytest.raises(FirstContactRefused, match="holds 1 objects the ledger does not know"):
        world.first_contact()


@pytest.mark.parametrize("state", [State.HELD, State.REJECTED, State.RETRY, State.AMBIGUOUS, State.ARCHIVED])
def test_a_restored_ledger_that_has_a_row_without_its_object_adopts_what_was_made_since(
    world: World, state: State
) -> None:
    world.want("a", colour="red")
    world.run()
    made, ledger = world.record("orders", "a").remote_id, world.ledger()
    then = {
        "entity": world.outside.words["orders"], "business_key": "a", "state": state, "told": None,
        "remote_id": "an older one" if state is State.ARCHIVED else None,
        "hold_reason": "closed" if state is State.HELD else None,
    }  # fmt: skip
    with ledger.warehouse.begin() as connection:
        assert ledger.amend(connection, [then]) == 1
    with pytest.raises(FirstContactRefused, match="holds 1 objects the ledger does not know"):
        world.first_contact()
    assert [candidate.key for candidate, _ in world.adopt().paired] == ["a"]
    record = world.record("orders", "a")
    assert (record.state, record.remote_id, record.hold_reason) == (State.DELIVERED, made, None)
    assert record.incarnation == (2 if state is State.ARCHIVED else 1)
    world.run()
    assert len(world.sent) == 1
    assert world.first_contact() is None


@pytest.mark.parametrize("occurrence", [1, 2, 3])
def test_what_a_dead_run_may_have_made_is_no_stranger(world: World, occurrence: int) -> None:
    for n in range(6):
        world.want(f"o{n}", lines=1)
    world.dies_and_is_no_stranger(occurrence)
