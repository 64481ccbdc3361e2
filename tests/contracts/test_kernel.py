"""The kernel's promises, each kept by every destination: on the shelf, and on Monday.com's board."""

import itertools
from dataclasses import replace

import pytest
import sqlalchemy as sa

from dagster_project.delivery.adoption import check_first_contact
from dagster_project.delivery.destination import Change
from dagster_project.delivery.outcomes import (
    AccessRefused,
    DestinationPaused,
    FirstContactRefused,
    LeaseLost,
    MustWait,
    ScopeTaken,
)
from dagster_project.delivery.sending import Patience
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from tests.contracts.conftest import Crash, World

POINTS = ("before_intent", "after_intent", "after_answer", "after_outcome")


@pytest.fixture
def world(any_world: World) -> World:
    """Every destination in turn."""
    return any_world


def crash_at(point: str, occurrence: int = 1):
    """A checkpoint that ends the process when it passes a point for the n-th time."""
    passed = itertools.count(1)

    def checkpoint(name: str) -> None:
        if name == point and next(passed) == occurrence:
            raise Crash(name)

    return checkpoint


def test_an_empty_batch_makes_no_request(world: World) -> None:
    report = world.run()
    assert world.counts(report) == {}
    assert world.sent == []


def test_parents_and_children_arrive_once_and_a_second_run_sends_nothing(world: World) -> None:
    for n in range(7):
        world.want(f"o{n}", lines=3)
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 7}, "lines": {"DELIVERED": 21}}
    assert len(world.sent) == 2 + 6
    world.run()
    assert len(world.sent) == 8
    assert world.agrees()


def test_a_poison_row_is_refused_and_every_other_row_is_delivered(world: World) -> None:
    for n in range(9):
        world.want(f"o{n}", name="poison" if n == 4 else "")
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 8, "REJECTED": 1}}
    (failure,) = report.as_dict()["failures"]
    assert failure.pop("message")
    assert failure == {
        "entity": world.outside.words["orders"],
        "key": "o4",
        "outcome": "REJECTED",
        "field": world.outside.fields["name"],
    }
    record = world.record("orders", "o4")
    assert record.state is State.REJECTED


def test_a_refused_request_is_bisected_to_the_row_that_chokes_it(shelf_world: World) -> None:
    world = shelf_world
    world.size = 8
    for n in range(8):
        world.want(f"o{n}", name="choke" if n == 5 else "")
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 7, "REJECTED": 1}}
    assert [len(keys) for _, _, keys in world.sent] == [8, 4, 4, 2, 2, 1, 1]
    keys = [key for key, _, _ in world.sent]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("fault", ["timeout after commit", "timeout before", "half then reset"])
def test_no_definite_answer_is_probed_and_ends_exactly_once(world: World, fault: str) -> None:
    for n in range(6):
        world.want(f"o{n}", lines=1)
    world.outside.fault(fault)
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 6}, "lines": {"DELIVERED": 6}}
    assert world.agrees()


def test_a_request_that_was_not_executed_is_repeated_under_the_same_key_byte_for_byte(world: World) -> None:
    world.want("a")
    world.want("b")
    world.outside.fault("timeout before")
    world.run()
    assert len(set(world.sent[0][:2])) == 2
    assert world.sent == world.sent[:1] * 2


@pytest.mark.parametrize(
    ("fault", "slept"),
    [
        ("wait 7", 7.0), ("wait 7 retry_in_seconds", 7.0), ("wait 7 retryAfterMs", 7.0),
        ("wait 7 ratelimit", 7.0), ("wait", 1.0),
    ],
)  # fmt: skip
def test_a_server_that_says_wait_is_obeyed_under_the_same_key(world: World, fault: str, slept: float) -> None:
    world.want("a")
    world.outside.fault(fault)
    report = world.run()
    assert world.clock.slept == [slept]
    assert report.retries == 1
    assert len({key for key, _, _ in world.sent}) == 1
    assert world.agrees()


def test_a_wait_longer_than_a_run_stops_the_run_and_loses_nothing(world: World) -> None:
    for n in range(6):
        world.want(f"o{n}")
    world.outside.fault("", "wait 9999")
    with pytest.raises(MustWait):
        world.run(patience=Patience(longest_wait=60))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_a_refused_access_pauses_the_destination_until_resume(world: World) -> None:
    world.want("a")
    world.outside.fault("access")
    with pytest.raises(AccessRefused):
        world.run()
    system = world.outside.system
    with pytest.raises(DestinationPaused, match=f"is paused since .* order-staging resume {system}"):
        world.registry().check_pause(system)
    assert world.registry().resume(system)
    world.registry().check_pause(system)
    world.later(minutes=5)
    world.run()
    assert world.agrees()


@pytest.mark.parametrize("occurrence", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_point_ends_exactly_once(world: World, point: str, occurrence: int) -> None:
    for n in range(6):
        world.want(f"o{n}", lines=1)
    with pytest.raises(Crash):
        world.run(crash_at(point, occurrence))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_resolving_a_crash_ends_exactly_once(world: World, point: str) -> None:
    for n in range(6):
        world.want(f"o{n}", lines=1)
    world.outside.fault("half then reset")
    with pytest.raises(Crash):
        world.run(crash_at("after_outcome"))
    world.later(minutes=5)
    with pytest.raises(Crash):
        world.run(crash_at(point))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_two_runs_at_once_are_one_run(world: World) -> None:
    world.want("a")
    world.scope().take()
    with world.warehouse.begin() as connection:
        connection.execute(sa.update(tables.scope_lock).values(host="another"))
    with pytest.raises(ScopeTaken, match="is being delivered to by run"):
        world.run()
    assert world.sent == []


def test_rows_that_another_run_changed_after_staging_are_left_alone(world: World) -> None:
    world.want("a")
    world.run()
    world.want("a", name="new name")
    record = world.record("orders", "a")
    with world.warehouse.begin() as connection:
        world.ledger().amend(
            connection, [{"entity": record.entity, "business_key": "a", "state": State.DELIVERED}]
        )
    stale = world.row(
        "orders", "a", change=Change.CHANGED, values={"name": "x"}, changed=["name"], revision=record.revision
    )
    report = world.run_rows(stale)
    assert world.counts(report) == {"orders": {"SKIPPED": 1}}


def test_a_run_that_lost_its_lease_sends_nothing_more(world: World) -> None:
    for n in range(8):
        world.want(f"o{n}")

    def taken_over(point: str) -> None:
        if point == "after_outcome":
            world.later(minutes=10)
            world.scope().take()

    with pytest.raises(LeaseLost):
        world.run(taken_over)
    assert len(world.sent) == 1


def test_an_answer_after_the_lease_was_lost_is_recorded_but_the_row_is_the_new_owners(world: World) -> None:
    world.want("a")

    def taken_over(point: str) -> None:
        if point == "after_answer":
            world.later(minutes=10)
            scope = world.scope()
            scope.take()
            world.ledger(scope.run).recover_leftovers()

    world.run(taken_over)
    assert world.record("orders", "a").state is State.IN_DOUBT
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_only_changed_fields_are_sent_and_each_operation_is_accepted_on_its_own(world: World) -> None:
    world.want("a", colour="red")
    world.run()
    world.want("a", name="poison", colour="blue")
    report = world.run()
    assert report.as_dict()["operations"] == {f"{world.outside.words['orders']}.columns": 1}
    assert world.live("orders") == [("a", {"name": "a", "city": "Oslo", "colour": "blue"})]
    record = world.record("orders", "a")
    assert record.state is State.REJECTED
    assert record.told == world.outside.values("orders", {"name": "a", "city": "Oslo", "colour": "blue"})


def test_a_set_in_doubt_is_sent_again_with_the_newest_values_even_if_the_source_went_back(
    world: World,
) -> None:
    world.want("a", colour="red")
    world.run()
    world.want("a", colour="blue")
    world.outside.fault("timeout after commit")
    world.run(rounds_of_doubt=0)
    world.want("a", colour="red")
    world.run()
    assert world.agrees()
    assert world.live("orders")[0][1]["colour"] == "red"


def test_a_removed_row_is_archived_with_its_children_and_comes_back_as_the_next_incarnation(
    world: World,
) -> None:
    world.want("a", lines=2)
    world.run()
    before = dict(world.wanted)
    world.wanted.clear()
    world.run()
    assert world.live("orders") == []
    assert world.live("lines") == []
    world.wanted.update(before)
    world.run()
    assert world.agrees()
    record = world.record("orders", "a")
    assert record.incarnation == 2


def test_a_row_that_left_the_source_while_in_doubt_is_not_made(world: World) -> None:
    world.want("a")
    world.outside.fault("timeout before")
    world.run(rounds_of_doubt=0)
    world.wanted.clear()
    world.run()
    assert world.live("orders") == []
    world.run()
    assert world.agrees()


def test_a_row_that_left_the_source_while_in_doubt_and_was_made_is_archived(world: World) -> None:
    world.want("a")
    world.outside.fault("timeout after commit")
    world.run(rounds_of_doubt=0)
    world.wanted.clear()
    world.run()
    world.run()
    assert world.live("orders") == []


@pytest.mark.parametrize("fault", ["timeout after commit", "timeout before"])
def test_a_row_that_comes_back_as_it_was_while_its_removal_is_in_doubt_is_there_once(
    world: World, fault: str
) -> None:
    world.want("a", lines=2)
    world.run()
    before = dict(world.wanted)
    world.wanted.clear()
    world.outside.fault(fault)
    world.run(rounds_of_doubt=0)
    world.wanted.update(before)
    world.run()
    world.run()  # the lines of a parent made anew are staged when the parent is
    assert world.agrees()
    assert world.record("orders", "a").incarnation == (2 if fault == "timeout after commit" else 1)


def test_a_removed_row_whose_object_somebody_deleted_is_archived_without_a_question(world: World) -> None:
    world.want("a", lines=1)
    world.run()
    world.wanted.clear()
    world.outside.delete("a")
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 1}}
    assert world.record("orders", "a").state is State.ARCHIVED
    assert world.record("lines", "a|0").state is State.ARCHIVED


def test_something_missing_is_gone_and_something_changed_is_drift(world: World) -> None:
    for n in range(3):
        world.want(f"o{n}", ours="x")
    world.run()
    world.outside.delete("o0")
    world.outside.change("o1", "city", "Rome")
    world.outside.change("o2", "ours", "y")
    verified = world.verify()
    assert [key for _, key in verified.gone] == ["o0"]
    fields = world.outside.fields
    assert {key: dict(drift) for _, key, drift in verified.drifted} == {
        "o1": {fields["city"]: ("Oslo", "Rome")},
        "o2": {fields["ours"]: ("x", "y")},
    }
    assert [world.record("orders", f"o{n}").state for n in range(3)] == [
        State.GONE,
        State.DELIVERED,
        State.RETRY,
    ]
    world.run()
    assert dict(world.live("orders"))["o2"]["ours"] == "x"
    assert dict(world.live("orders"))["o1"]["city"] == "Rome"


def test_objects_our_user_made_that_the_ledger_does_not_know_are_strangers(world: World) -> None:
    world.want("a")
    world.run()
    with world.warehouse.begin() as connection:
        connection.execute(sa.delete(tables.delivery))
    assert [s.key for s in world.verify().strangers] == ["a"]


def test_a_held_row_is_not_sent_and_its_hold_ages(shelf_world: World) -> None:
    world = shelf_world
    world.want("a", name="hold")
    report = world.run()
    assert world.counts(report) == {"orders": {"HELD": 1}}
    assert world.sent == []


def test_children_of_a_refused_parent_are_blocked(world: World) -> None:
    world.want("a", name="poison", lines=2)
    report = world.run()
    assert world.counts(report) == {"lines": {"BLOCKED": 2}, "orders": {"REJECTED": 1}}


def test_a_reloaded_source_with_new_keys_sends_nothing(world: World) -> None:
    world.want("a", lines=1)
    world.run()
    requests = len(world.sent)
    order, line = world.record("orders", "a"), world.record("lines", "a|0")
    report = world.run_rows(
        world.row(
            "orders", "z", change=Change.REKEYED, values=world.wanted[("orders", "a")].values,
            revision=order.revision, previous_key="a",
        ),
        world.row(
            "lines", "z|0", change=Change.REKEYED, values=world.wanted[("lines", "a|0")].values,
            revision=line.revision, previous_key="a|0", parent_key="z",
        ),
    )  # fmt: skip
    assert world.counts(report) == {"lines": {"DELIVERED": 1}, "orders": {"DELIVERED": 1}}
    assert len(world.sent) == requests
    assert world.record("orders", "z").remote_id == order.remote_id
    assert world.record("lines", "z|0").remote_id == line.remote_id


def test_the_same_key_staged_twice_is_made_once(world: World) -> None:
    world.want("a")
    row = world.row("orders", "a", change=Change.NEW, values=world.wanted[("orders", "a")].values)
    world.run_rows(row, replace(row))
    assert world.agrees()


def test_batches_count_what_happened_and_complete_only_when_everything_did(world: World) -> None:
    world.want("a", lines=2)
    world.want("b", name="poison")
    world.run()
    with world.warehouse.begin() as connection:
        batch = connection.execute(sa.select(tables.delivery_batch)).one()
    assert batch.status == "COMPLETED_WITH_ERRORS"
    assert (batch.total_records, batch.successful_records, batch.failed_records) == (4, 3, 1)
    assert (batch.parents_processed, batch.children_processed) == (1, 2)
    assert batch.api_calls == 2
    assert batch.error_summary
    assert batch.parents_completed_at is not None
    assert batch.children_completed_at is not None


def test_every_intent_is_written_before_its_request_and_settled_after_it(world: World) -> None:
    world.want("a", lines=1)
    world.run()
    with world.warehouse.begin() as connection:
        events = connection.execute(sa.select(tables.delivery_event)).fetchall()
        requests = connection.execute(sa.select(tables.delivery_request)).fetchall()
    assert sorted((e.business_key, e.kind) for e in events) == [
        ("a", "INTENT"), ("a", "OUTCOME"), ("a|0", "INTENT"), ("a|0", "OUTCOME"),
    ]  # fmt: skip
    assert all(r.answer for r in requests)
    assert len(requests) == 2
    assert all(r.settled_at is not None for r in requests)


def first_contact(world: World, *, start_empty: bool = False) -> str | None:
    """What a run asks before it creates anything."""
    return check_first_contact(
        world.destination(), world.ledger(), world.registry(), world.verify(), start_empty=start_empty
    )


def test_an_empty_ledger_may_create_where_nothing_is(world: World) -> None:
    assert first_contact(world) is None
    world.want("a")
    world.run()
    assert first_contact(world) is None


def test_an_empty_ledger_against_a_filled_destination_refuses_to_create(world: World) -> None:
    world.outside.made_before({"name": "a", "city": "Oslo"})
    with pytest.raises(
        FirstContactRefused, match=f"order-staging adopt {world.outside.system}.*--start-empty"
    ):
        first_contact(world)
    assert first_contact(world, start_empty=True) == "1 objects are unknown to the ledger"


def test_adoption_matches_all_but_the_ambiguous_and_then_only_differences_are_sent(world: World) -> None:
    world.want("same", colour="red")
    world.want("other city", colour="blue")
    world.want("twin 1", name="twin", colour="white")
    world.want("twin 2", name="twin", colour="white")
    world.want("new", colour="black")
    for city in ("Bergen", "Bodo"):
        world.want(f"in {city}", name="which", colour="green", city=city)
        world.outside.made_before({"name": "which", "city": f"{city} or not", "colour": "green"})
    world.outside.made_before({"name": "same", "city": "Oslo", "colour": "red"})
    world.outside.made_before({"name": "other city", "city": "Rome", "colour": "blue"})
    for _ in range(2):
        world.outside.made_before({"name": "twin", "city": "Oslo", "colour": "white"})
    world.outside.made_before({"name": "nobody's", "city": "Oslo", "colour": "pink"})
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
    assert first_contact(world) is None
    report = world.run()
    assert [keys for _, _, keys in world.sent] == [["new", "other city"]]
    assert world.counts(report) == {"orders": {"DELIVERED": 2}}
    assert world.record("orders", "in Bodo").state is State.AMBIGUOUS
    world.run()
    assert len(world.sent) == 1
    world.outside.made_before({"name": "made since", "city": "Oslo", "colour": "grey"})
    with pytest.raises(FirstContactRefused, match="holds 1 objects the ledger does not know"):
        first_contact(world)


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
        first_contact(world)
    assert [candidate.key for candidate, _ in world.adopt().paired] == ["a"]
    record = world.record("orders", "a")
    assert (record.state, record.remote_id, record.hold_reason) == (State.DELIVERED, made, None)
    assert record.incarnation == (2 if state is State.ARCHIVED else 1)
    world.run()
    assert len(world.sent) == 1
    assert first_contact(world) is None


@pytest.mark.parametrize("occurrence", [1, 2, 3])
def test_what_a_dead_run_may_have_made_is_no_stranger(world: World, occurrence: int) -> None:
    for n in range(6):
        world.want(f"o{n}", lines=1)
    with pytest.raises(Crash):
        world.run(crash_at("after_answer", occurrence))
    world.later(minutes=5)
    world.ledger().recover_leftovers()
    assert world.verify().strangers == []
    assert first_contact(world) is None
    world.run()
    assert world.agrees()
