"""The kernel's promises, each on the simplest destination."""

import itertools
from dataclasses import replace

import pytest
import sqlalchemy as sa

from dagster_project.delivery.outcomes import (
    AccessRefused,
    DestinationPaused,
    LeaseLost,
    MustWait,
    ScopeTaken,
)
from dagster_project.delivery.scope import Run, Scope
from dagster_project.delivery.sending import Patience, no_checkpoint
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from tests.contracts.conftest import Crash, World
from tests.contracts.restaging import Wanted

POINTS = ("before_intent", "after_intent", "after_answer", "after_outcome")


def crash_at(point: str, occurrence: int = 1):
    """A checkpoint that ends the process when it passes a point for the n-th time."""
    passed = itertools.count(1)

    def checkpoint(name: str) -> None:
        if name == point and next(passed) == occurrence:
            raise Crash(name)

    return checkpoint


def test_an_empty_batch_makes_no_request(world: World) -> None:
    report = world.run()
    assert report.as_dict()["entities"] == {}
    assert world.shelf.requests == []


def test_parents_and_children_arrive_once_and_a_second_run_sends_nothing(world: World) -> None:
    for n in range(7):
        world.want(f"o{n}", lines=3)
    report = world.run()
    assert report.as_dict()["entities"] == {"orders": {"DELIVERED": 7}, "lines": {"DELIVERED": 21}}
    assert len(world.shelf.requests) == 2 + 6
    world.run()
    assert len(world.shelf.requests) == 8
    assert world.agrees()


def test_a_poison_row_is_refused_and_every_other_row_is_delivered(world: World) -> None:
    for n in range(9):
        world.want(f"o{n}", name="poison" if n == 4 else "")
    report = world.run()
    assert report.as_dict()["entities"] == {"orders": {"DELIVERED": 8, "REJECTED": 1}}
    assert report.as_dict()["failures"][0] == {
        "entity": "orders",
        "key": "o4",
        "outcome": "REJECTED",
        "field": "name",
        "message": "poison is not allowed",
    }
    record = world.ledger().records([("orders", "o4")])[("orders", "o4")]
    assert record.state is State.REJECTED


def test_a_refused_request_is_bisected_to_the_row_that_chokes_it(world: World) -> None:
    world.size = 8
    for n in range(8):
        world.want(f"o{n}", name="choke" if n == 5 else "")
    report = world.run()
    assert report.as_dict()["entities"] == {"orders": {"DELIVERED": 7, "REJECTED": 1}}
    assert [len(keys) for _, keys in world.shelf.requests] == [8, 4, 4, 2, 1, 1, 2]
    keys = [key for key, _ in world.shelf.requests]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("fault", ["timeout after commit", "timeout before", "half then reset"])
def test_no_definite_answer_is_probed_and_ends_exactly_once(world: World, fault: str) -> None:
    for n in range(6):
        world.want(f"o{n}", lines=1)
    world.shelf.faults.append(fault)
    report = world.run()
    assert report.as_dict()["entities"] == {"orders": {"DELIVERED": 6}, "lines": {"DELIVERED": 6}}
    assert world.agrees()


def test_a_request_that_was_not_executed_is_repeated_under_the_same_key_byte_for_byte(world: World) -> None:
    world.want("a")
    world.want("b")
    world.shelf.faults.append("timeout before")
    world.run()
    assert len({key for key, _ in world.shelf.requests}) == 1
    assert len(world.shelf.requests) == 2


@pytest.mark.parametrize(("fault", "slept"), [("wait 7", 7.0), ("wait", 1.0)])
def test_a_server_that_says_wait_is_obeyed_under_the_same_key(world: World, fault: str, slept: float) -> None:
    world.want("a")
    world.shelf.faults.append(fault)
    report = world.run()
    assert world.clock.slept == [slept]
    assert report.retries == 1
    assert len({key for key, _ in world.shelf.requests}) == 1
    assert world.agrees()


def test_a_wait_longer_than_a_run_stops_the_run_and_loses_nothing(world: World) -> None:
    for n in range(6):
        world.want(f"o{n}")
    world.shelf.faults.extend(["", "wait 9999"])
    with pytest.raises(MustWait):
        world.run(patience=Patience(longest_wait=60))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_a_refused_access_pauses_the_destination_until_resume(world: World) -> None:
    world.want("a")
    world.shelf.faults.append("access")
    with pytest.raises(AccessRefused):
        world.run()
    with pytest.raises(DestinationPaused, match="token refused.*order-staging resume shelf"):
        world.registry().check_pause("shelf")
    assert world.registry().resume("shelf")
    world.registry().check_pause("shelf")
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
    world.shelf.faults.append("half then reset")
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
    first = Scope(world.warehouse, Run("shelf", "shelf:TEST:1"), world.clock, 60)
    first.take()
    with world.warehouse.begin() as connection:
        connection.execute(sa.update(tables.scope_lock).values(host="another"))
    with pytest.raises(ScopeTaken, match="is being delivered to by run"):
        world.run()
    assert world.shelf.requests == []


def test_rows_that_another_run_changed_after_staging_are_left_alone(world: World) -> None:
    world.want("a")
    world.run()
    world.want("a", name="new name")
    record = world.ledger().records([("orders", "a")])[("orders", "a")]
    with world.warehouse.begin() as connection:
        world.ledger().amend(
            connection, [{"entity": "orders", "business_key": "a", "state": State.DELIVERED}]
        )
    from dagster_project.delivery.destination import Change, Row

    run = Run("shelf", "shelf:TEST:1")
    scope = Scope(world.warehouse, run, world.clock, 60)
    scope.take()
    stale = Row(
        "orders", "a", Change.CHANGED, {"name": "x"}, changed=frozenset({"name"}), revision=record.revision
    )
    report = _engine(world, run, scope).deliver([stale])
    assert report.as_dict()["entities"] == {"orders": {"SKIPPED": 1}}


def test_a_run_that_lost_its_lease_sends_nothing_more(world: World) -> None:
    for n in range(8):
        world.want(f"o{n}")

    def taken_over(point: str) -> None:
        if point == "after_outcome":
            world.later(minutes=10)
            Scope(world.warehouse, Run("shelf", "shelf:TEST:1"), world.clock, 60).take()

    with pytest.raises(LeaseLost):
        world.run(taken_over)
    assert len(world.shelf.requests) == 1


def test_an_answer_after_the_lease_was_lost_is_recorded_but_the_row_is_the_new_owners(world: World) -> None:
    world.want("a")

    def taken_over(point: str) -> None:
        if point == "after_answer":
            world.later(minutes=10)
            scope = Scope(world.warehouse, Run("shelf", "shelf:TEST:1"), world.clock, 60)
            scope.take()
            world.ledger(scope.run).recover_leftovers()

    world.run(taken_over)
    assert world.ledger().records([("orders", "a")])[("orders", "a")].state is State.IN_DOUBT
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_only_changed_fields_are_sent_and_each_operation_is_accepted_on_its_own(world: World) -> None:
    world.want("a", colour="red")
    world.run()
    world.want("a", name="poison", colour="blue")
    report = world.run()
    assert report.as_dict()["operations"] == {"orders.columns": 1}
    assert world.shelf.live("orders") == [("a", {"name": "a", "city": "Oslo", "colour": "blue"})]
    record = world.ledger().records([("orders", "a")])[("orders", "a")]
    assert record.state is State.REJECTED
    assert record.told == {"name": "a", "city": "Oslo", "colour": "blue"}


def test_a_set_in_doubt_is_sent_again_with_the_newest_values_even_if_the_source_went_back(
    world: World,
) -> None:
    world.want("a", colour="red")
    world.run()
    world.want("a", colour="blue")
    world.shelf.faults.append("timeout after commit")
    world.run(rounds_of_doubt=0)
    world.want("a", colour="red")
    world.run()
    assert world.agrees()
    assert world.shelf.live("orders")[0][1]["colour"] == "red"


def test_a_removed_row_is_archived_with_its_children_and_comes_back_as_the_next_incarnation(
    world: World,
) -> None:
    world.want("a", lines=2)
    world.run()
    before = dict(world.wanted)
    world.wanted.clear()
    world.run()
    assert world.shelf.live("orders") == []
    assert world.shelf.live("lines") == []
    world.wanted.update(before)
    world.run()
    assert world.agrees()
    record = world.ledger().records([("orders", "a")])[("orders", "a")]
    assert record.incarnation == 2


def test_a_row_that_left_the_source_while_in_doubt_is_not_made(world: World) -> None:
    world.want("a")
    world.shelf.faults.append("timeout before")
    world.run(rounds_of_doubt=0)
    world.wanted.clear()
    world.run()
    assert world.shelf.live("orders") == []
    world.run()
    assert world.agrees()


def test_a_row_that_left_the_source_while_in_doubt_and_was_made_is_archived(world: World) -> None:
    world.want("a")
    world.shelf.faults.append("timeout after commit")
    world.run(rounds_of_doubt=0)
    world.wanted.clear()
    world.run()
    world.run()
    assert world.shelf.live("orders") == []


def test_something_missing_is_gone_and_something_changed_is_drift(world: World) -> None:
    for n in range(3):
        world.want(f"o{n}", ours="x")
    world.run()
    ids = {o["key"]: i for i, o in world.shelf.objects.items()}
    del world.shelf.objects[ids["o0"]]
    world.shelf.objects[ids["o1"]]["values"] = {"name": "o1", "city": "Rome", "ours": "x"}
    world.shelf.objects[ids["o2"]]["values"] = {"name": "o2", "city": "Oslo", "ours": "y"}
    verified = world.verify()
    assert verified.gone == [("orders", "o0")]
    assert {key: dict(fields) for _, key, fields in verified.drifted} == {
        "o1": {"city": ("Oslo", "Rome")},
        "o2": {"ours": ("x", "y")},
    }
    records = world.ledger().records([("orders", f"o{n}") for n in range(3)])
    assert [records[("orders", f"o{n}")].state for n in range(3)] == [
        State.GONE,
        State.DELIVERED,
        State.RETRY,
    ]
    world.run()
    assert dict(world.shelf.live("orders"))["o2"]["ours"] == "x"
    assert dict(world.shelf.live("orders"))["o1"]["city"] == "Rome"


def test_objects_our_user_made_that_the_ledger_does_not_know_are_strangers(world: World) -> None:
    world.want("a")
    world.run()
    with world.warehouse.begin() as connection:
        connection.execute(sa.delete(tables.delivery))
    assert [s.key for s in world.verify().strangers] == ["a"]


def test_a_held_row_is_not_sent_and_its_hold_ages(world: World) -> None:
    world.want("a", name="hold")
    report = world.run()
    assert report.as_dict()["entities"] == {"orders": {"HELD": 1}}
    assert world.shelf.requests == []


def test_children_of_a_refused_parent_are_blocked(world: World) -> None:
    world.want("a", name="poison", lines=2)
    report = world.run()
    assert report.as_dict()["entities"] == {"lines": {"BLOCKED": 2}, "orders": {"REJECTED": 1}}


def test_a_reloaded_source_with_new_keys_sends_nothing(world: World) -> None:
    from dagster_project.delivery.destination import Change, Row

    world.want("a", lines=1)
    world.run()
    requests = len(world.shelf.requests)
    records = {r.key: r for e in ("orders", "lines") for r in world.ledger().in_state(e, State.DELIVERED)}
    run = Run("shelf", "shelf:TEST:1")
    scope = Scope(world.warehouse, run, world.clock, 60)
    scope.take()
    rows = [
        Row("orders", "z", Change.REKEYED, records["a"].told or {}, revision=records["a"].revision, previous_key="a"),
        Row(
            "lines", "z|0", Change.REKEYED, records["a|0"].told or {}, revision=records["a|0"].revision,
            previous_key="a|0", parent_key="z",
        ),
    ]  # fmt: skip
    report = _engine(world, run, scope).deliver(rows)
    assert report.as_dict()["entities"] == {"lines": {"DELIVERED": 1}, "orders": {"DELIVERED": 1}}
    assert len(world.shelf.requests) == requests
    assert set(world.ledger().records([("orders", "z"), ("lines", "z|0")])) == {
        ("orders", "z"),
        ("lines", "z|0"),
    }


def test_the_same_key_staged_twice_is_made_once(world: World) -> None:
    from dagster_project.delivery.destination import Change, Row

    run = Run("shelf", "shelf:TEST:1")
    scope = Scope(world.warehouse, run, world.clock, 60)
    scope.take()
    row = Row("orders", "a", Change.NEW, {"name": "a", "city": "Oslo"})
    _engine(world, run, scope).deliver([row, replace(row)])
    world.wanted[("orders", "a")] = Wanted(row.values)
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
    assert "poison is not allowed" in batch.error_summary
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
    assert [r.answer for r in requests] == ["done", "done"]
    assert all(r.settled_at is not None for r in requests)


def _engine(world: World, run: Run, scope: Scope):
    from dagster_project.delivery.batches import Batches
    from dagster_project.delivery.engine import Engine
    from tests.contracts.shelf import ShelfDestination

    destination = ShelfDestination(world.shelf)
    batches = Batches(world.warehouse, run, world.clock, destination.entities, "ORDERS", {})
    return Engine(
        destination, world.ledger(run), scope, batches, world.clock,
        preflight=destination.preflight(), mapping_versions={}, checkpoint=no_checkpoint,
    )  # fmt: skip
