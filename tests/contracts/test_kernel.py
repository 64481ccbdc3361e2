"""The kernel's promises, each kept by every destination: on the shelf, and on Monday.com's board."""

import pytest
import sqlalchemy as sa

from dagster_project.delivery.destination import Change
from dagster_project.delivery.outcomes import (
    AccessRefused,
    DestinationPaused,
    LeaseLost,
    MustWait,
    ScopeTaken,
)
from dagster_project.delivery.sending import POINTS, Patience
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from tests.contracts.conftest import World
from tests.crashes import Crash, crash_at


@pytest.fixture
def world(any_world: World) -> World:
    """Every destination in turn."""
    return any_world


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
