"""The chain driver: order → job → purchase orders, on a shelf."""

import itertools
from collections.abc import Mapping, Sequence

import pytest

from dagster_project.delivery.batches import Batches
from dagster_project.delivery.chain import Chain
from dagster_project.delivery.destination import Artefact, Change, Entity, RemoteObject, Row, Target
from dagster_project.delivery.engine import Engine
from dagster_project.delivery.outcomes import Held, Rejected
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Run, Scope
from dagster_project.delivery.sending import no_checkpoint
from dagster_project.delivery.states import State
from tests.contracts.conftest import Crash, World
from tests.contracts.shelf import ShelfDestination

STEPS = (
    Entity("orders", "STG_orders", "COMPLETED"),
    Entity("jobs", "", ""),
    Entity("purchases", "", "", parent="jobs"),
)


class ChainShelf(ShelfDestination):
    """An order becomes a job; the job tells how many purchases it requires."""

    entities: Sequence[Entity] = STEPS

    def artefacts(
        self, order: Row, step: Entity, made: Mapping[str, Sequence[RemoteObject]]
    ) -> Sequence[Artefact] | Held | Rejected:
        if step.name == "jobs":
            if order.values["film"] is None:
                return Held("PRINTED_FILM_BASE_MISMATCH")
            return [Artefact(order.key, {"name": order.key, "films": order.values["films"]})]
        films = made["jobs"][0].values["films"]
        return [
            Artefact(
                f"{order.key}+{n}", {"name": f"{order.key} {n}", "film": order.values["film"]}, order.key
            )
            for n in range(films)
        ]

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:
        wanted = {t.row.key: t.row.entity for t in targets}
        return {r.key: r for e in set(wanted.values()) for r in self.listing(e) if r.key in wanted}


def order(world: World, key: str, film: str | None = "A", films: int = 2) -> Row:
    """A staged order, on the revision the ledger has."""
    record = world.ledger().records([("orders", key)]).get(("orders", key))
    values = {"film": film, "films": films}
    return Row("orders", key, Change.NEW, values, revision=record.revision if record else None, batch="b")


def drive(world: World, orders: Sequence[Row], checkpoint=no_checkpoint) -> Report:
    """One run of the chain driver, as a new process would do it."""
    run = Run("shelf", "shelf:TEST:1")
    scope = Scope(world.warehouse, run, world.clock, 60)
    scope.take()
    ledger = world.ledger(run)
    ledger.recover_leftovers()
    destination = ChainShelf(world.shelf)
    batches = Batches(world.warehouse, run, world.clock, destination.entities, "ORDERS", {})
    engine = Engine(
        destination, ledger, scope, batches, world.clock,
        preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint,
    )  # fmt: skip
    report = Chain(engine, destination, ledger).deliver(orders)
    scope.release()
    return report


def test_an_order_becomes_everything_it_needs_once(world: World) -> None:
    report = drive(world, [order(world, "o1"), order(world, "o2", films=3)])
    assert report.as_dict()["entities"] == {
        "jobs": {"DELIVERED": 2}, "orders": {"DELIVERED": 2}, "purchases": {"DELIVERED": 5},
    }  # fmt: skip
    assert [key for key, _ in world.shelf.live("purchases")] == ["o1+0", "o1+1", "o2+0", "o2+1", "o2+2"]
    requests = len(world.shelf.requests)
    drive(world, [order(world, "o1"), order(world, "o2", films=3)])
    assert len(world.shelf.requests) == requests


def test_a_held_order_stops_alone_keeps_its_age_and_goes_on_when_the_hold_ends(world: World) -> None:
    drive(world, [order(world, "o1", film=None), order(world, "o2")])
    first = world.ledger().records([("orders", "o1")])[("orders", "o1")]
    assert (first.state, first.hold_reason) == (State.HELD, "PRINTED_FILM_BASE_MISMATCH")
    assert [key for key, _ in world.shelf.live("jobs")] == ["o2"]
    world.later(days=3)
    drive(world, [order(world, "o1", film=None)])
    again = world.ledger().records([("orders", "o1")])[("orders", "o1")]
    assert again.hold_since == first.hold_since
    drive(world, [order(world, "o1", film="B")])
    assert [key for key, _ in world.shelf.live("jobs")] == ["o1", "o2"]
    assert world.ledger().records([("orders", "o1")])[("orders", "o1")].state is State.DELIVERED


def test_what_is_there_already_is_adopted_not_made_again(world: World) -> None:
    world.shelf.objects["77"] = {
        "entity": "jobs", "key": "o1", "values": {"name": "o1", "films": 1},
        "parent": None, "archived": False,
    }  # fmt: skip
    drive(world, [order(world, "o1", films=1)])
    assert [remote_id for remote_id, o in world.shelf.objects.items() if o["entity"] == "jobs"] == ["77"]
    assert [key for key, _ in world.shelf.live("purchases")] == ["o1+0"]


def test_a_refused_artefact_stops_its_order_and_says_where(world: World) -> None:
    report = drive(world, [order(world, "o1", film="poison"), order(world, "o2")])
    assert report.as_dict()["entities"]["orders"] == {"DELIVERED": 1, "HELD": 1}
    record = world.ledger().records([("orders", "o1")])[("orders", "o1")]
    assert record.hold_reason == "purchases o1+0: REJECTED"


@pytest.mark.parametrize("occurrence", [1, 2, 3, 4])
@pytest.mark.parametrize("point", ["before_intent", "after_intent", "after_answer", "after_outcome"])
def test_a_crash_anywhere_in_a_chain_makes_nothing_twice(world: World, point: str, occurrence: int) -> None:
    passed = itertools.count(1)

    def checkpoint(name: str) -> None:
        if name == point and next(passed) == occurrence:
            raise Crash(name)

    with pytest.raises(Crash):
        drive(world, [order(world, "o1"), order(world, "o2")], checkpoint)
    world.later(minutes=5)
    drive(world, [order(world, "o1"), order(world, "o2")])
    assert [key for key, _ in world.shelf.live("jobs")] == ["o1", "o2"]
    assert [key for key, _ in world.shelf.live("purchases")] == ["o1+0", "o1+1", "o2+0", "o2+1"]
