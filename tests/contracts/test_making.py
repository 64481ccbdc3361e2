"""What every destination promises about making an object, also those that change and remove nothing.

In Counterpoint's documents and in its order staging. `test_kernel` makes the same promises of the others, and those
about lines, changes and removals, which these do not know.
"""

import pytest
import sqlalchemy as sa

from dagster_project.delivery.outcomes import (
    AccessRefused,
    DestinationPaused,
    FirstContactRefused,
    LeaseLost,
    MustWait,
)
from dagster_project.delivery.sending import POINTS, Patience
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock
from tests.contracts.company import DocumentsOutside, StagingRowsOutside
from tests.contracts.conftest import World
from tests.counterpoint.conftest import Company, company, fresh_company
from tests.crashes import Crash, crash_at

__all__ = ["company", "fresh_company"]
KINDS = {"documents": DocumentsOutside, "staging rows": StagingRowsOutside}


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, warehouse: Warehouse, clock: FakeClock, company: Company) -> World:
    """An empty source, an empty ledger, and each outside system in turn, empty."""
    return World(warehouse, clock, KINDS[request.param](company))


def want(world: World, count: int) -> list[str]:
    """So many orders, by the keys that the outside system gives them."""
    keys = [world.outside.key(number) for number in range(count)]  # type: ignore[attr-defined]
    for key in keys:
        world.want(key)
    return keys


def test_orders_arrive_once_and_a_second_run_sends_nothing(world: World) -> None:
    want(world, 7)
    assert world.counts(world.run()) == {"orders": {"DELIVERED": 7}}
    assert len(world.sent) == 2
    world.run()
    assert len(world.sent) == 2
    assert world.agrees()


def test_a_poison_order_is_refused_and_every_other_is_delivered(world: World) -> None:
    keys = want(world, 9)
    world.want(keys[4], name="poison")
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 8, "REJECTED": 1}}
    assert world.record("orders", keys[4]).state is State.REJECTED
    assert [key for key, _ in world.live("orders")] == sorted(key for key in keys if key != keys[4])


@pytest.mark.parametrize("fault", ["timeout after commit", "timeout before", "half then reset"])
def test_no_definite_answer_is_probed_and_ends_exactly_once(world: World, fault: str) -> None:
    want(world, 6)
    world.outside.fault(fault)
    assert world.counts(world.run()) == {"orders": {"DELIVERED": 6}}
    assert world.agrees()


def test_a_request_that_was_not_executed_is_repeated_under_the_same_key_byte_for_byte(world: World) -> None:
    want(world, 2)
    world.outside.fault("timeout before")
    world.run()
    assert world.sent == world.sent[:1] * 2


@pytest.mark.parametrize(("fault", "slept"), [("wait 7", 7.0), ("wait", 1.0)])
def test_a_server_that_says_wait_is_obeyed_under_the_same_key(world: World, fault: str, slept: float) -> None:
    want(world, 1)
    world.outside.fault(fault)
    report = world.run()
    assert world.clock.slept == [slept]
    assert report.retries == 1
    assert len({key for key, _, _ in world.sent}) == 1
    assert world.agrees()


def test_a_wait_longer_than_a_run_stops_the_run_and_loses_nothing(world: World) -> None:
    want(world, 6)
    world.outside.fault("", "wait 9999")
    with pytest.raises(MustWait):
        world.run(patience=Patience(longest_wait=60))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_a_refused_access_pauses_until_resume(world: World) -> None:
    want(world, 1)
    world.outside.fault("access")
    with pytest.raises(AccessRefused):
        world.run()
    with pytest.raises(DestinationPaused):
        world.registry().check_pause(world.outside.system)
    assert world.registry().resume(world.outside.system)
    world.later(minutes=5)
    world.run()
    assert world.agrees()


@pytest.mark.sampled(3)
@pytest.mark.parametrize("occurrence", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_point_ends_exactly_once(world: World, point: str, occurrence: int) -> None:
    want(world, 6)
    with pytest.raises(Crash):
        world.run(crash_at(point, occurrence))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


@pytest.mark.sampled(3)
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_resolving_a_crash_ends_exactly_once(world: World, point: str) -> None:
    want(world, 6)
    world.outside.fault("half then reset")
    with pytest.raises(Crash):
        world.run(crash_at("after_outcome"))
    world.later(minutes=5)
    with pytest.raises(Crash):
        world.run(crash_at(point))
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_a_run_that_lost_its_lease_sends_nothing_more(world: World) -> None:
    want(world, 8)

    def taken_over(point: str) -> None:
        if point == "after_outcome":
            world.later(minutes=10)
            world.scope().take()

    with pytest.raises(LeaseLost):
        world.run(taken_over)
    assert len(world.sent) == 1


def test_an_answer_after_the_lease_was_lost_settles_nothing_and_nothing_is_made_twice(world: World) -> None:
    (key,) = want(world, 1)

    def taken_over(point: str) -> None:
        if point == "after_answer":
            world.later(minutes=10)
            scope = world.scope()
            scope.take()
            world.ledger(scope.run).recover_leftovers()

    world.run(taken_over)
    assert world.record("orders", key).state is State.IN_DOUBT
    world.later(minutes=5)
    world.run()
    assert world.agrees()


def test_every_intent_is_written_before_its_request_and_settled_after_it(world: World) -> None:
    (key,) = want(world, 1)
    world.run()
    with world.warehouse.begin() as connection:
        events = connection.execute(sa.select(tables.delivery_event)).fetchall()
        (request,) = connection.execute(sa.select(tables.delivery_request)).fetchall()
    assert sorted((e.business_key, e.kind) for e in events) == [(key, "INTENT"), (key, "OUTCOME")]
    assert request.body == world.sent[0][1]
    assert request.answer
    assert request.settled_at is not None


def test_an_empty_ledger_may_create_where_nothing_is_and_not_where_something_is(world: World) -> None:
    assert world.first_contact() is None
    want(world, 1)
    world.run()
    assert world.first_contact() is None
    with world.warehouse.begin() as connection:
        for table in (tables.delivery, tables.delivery_event, tables.destination_contact):
            connection.execute(sa.delete(table))
    with pytest.raises(FirstContactRefused, match=f"adopt {world.outside.system}"):
        world.first_contact()


@pytest.mark.parametrize("occurrence", [1, 2])
def test_what_a_dead_run_may_have_made_is_no_stranger(world: World, occurrence: int) -> None:
    want(world, 6)
    world.dies_and_is_no_stranger(occurrence)


def test_what_was_made_is_adopted_by_its_key(world: World) -> None:
    keys = want(world, 3)
    world.run()
    with world.warehouse.begin() as connection:
        for table in (tables.delivery, tables.delivery_event):
            connection.execute(sa.delete(table))
    found = world.adopt()
    assert sorted(candidate.key for candidate, _ in found.paired) == sorted(keys)
    requests = len(world.sent)
    world.run()
    assert len(world.sent) == requests
