"""The chain driver: order → job → purchase orders, on a shelf."""

import datetime as dt
import threading
from collections.abc import Mapping, Sequence

import pytest
import sqlalchemy as sa

from dagster_project.delivery import sending
from dagster_project.delivery.batches import Batches
from dagster_project.delivery.chain import Chain
from dagster_project.delivery.destination import (
    Answer,
    Artefact,
    Change,
    Entity,
    Finished,
    Intent,
    RemoteObject,
    Row,
    Target,
    Walk,
    Wanted,
)
from dagster_project.delivery.engine import Engine
from dagster_project.delivery.outcomes import AccessRefused, Held
from dagster_project.delivery.records import Record
from dagster_project.delivery.report import Report
from dagster_project.delivery.scope import Run, Scope
from dagster_project.delivery.sending import POINTS, no_checkpoint
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from tests.contracts.conftest import World
from tests.contracts.shelf import ShelfDestination
from tests.crashes import Crash, crash_at

STEPS = (
    Entity("orders", "STG_orders", "COMPLETED"),
    Entity("films", "", ""),
    Entity("jobs", "", ""),
    Entity("purchases", "", ""),
)


class ChainShelf(ShelfDestination):
    """An order needs a film, which orders share, becomes a job, and the job tells how many purchases it requires."""

    entities: Sequence[Entity] = STEPS

    def artefacts(self, step: Entity, walks: Sequence[Walk]) -> Mapping[str, Wanted]:
        return {walk.order.key: self._wanted(step, walk) for walk in walks}

    def _wanted(self, step: Entity, walk: Walk) -> Wanted:
        order = walk.order
        if step.name == "films":
            film = order.values["film"]
            if film is None:
                return Held("it names no film", "PRINTED_FILM_BASE_MISMATCH")
            return [Artefact(film, {"name": film}, shared=True)]
        if step.name == "jobs":
            return [Artefact(order.key, {"name": order.key, "films": order.values["films"]})]
        films = walk.made["jobs"][0].values["films"]
        if not films:
            return Finished("NOTHING_TO_PURCHASE")
        return [
            Artefact(f"{order.key}+{n}", {"name": f"{order.key} {n}", "film": order.values["film"]})
            for n in range(films)
        ]

    def look_up(self, targets: Sequence[Target]) -> Mapping[str, RemoteObject]:
        wanted = {t.row.key: t.row.entity for t in targets}
        return {r.key: r for e in set(wanted.values()) for r in self.listing(e) if r.key in wanted}


def order(world: World, key: str, film: str | None = "A", films: int | str = 2) -> Row:
    """A staged order, on the revision the ledger has."""
    record = world.ledger().records([("orders", key)]).get(("orders", key))
    values = {"film": film, "films": films}
    return Row("orders", key, Change.NEW, values, revision=record.revision if record else None, batch="b")


def drive(world: World, orders: Sequence[Row], checkpoint=no_checkpoint, lanes: int = 1) -> Report:
    """One run of the chain driver, as a new process would do it."""
    run = Run("shelf", "shelf:TEST:1")
    scope = Scope(world.warehouse, run, world.clock, 60)
    scope.take()
    ledger = world.ledger(run)
    ledger.recover_leftovers()
    destination = ChainShelf(world.shelf)
    destination.lanes = lanes
    batches = Batches(world.warehouse, run, world.clock, destination.entities, "ORDERS", {})
    engine = Engine(
        destination, ledger, scope, batches, world.clock,
        preflight=destination.preflight(), mapping_versions={}, checkpoint=checkpoint,
    )  # fmt: skip
    report = engine.deliver(orders, Chain(engine, destination, ledger).drive)
    scope.release()
    return report


def ledger_row(world: World, key: str, entity: str = "orders") -> Record:
    """What the ledger holds of an order, or of one of its artefacts."""
    return world.ledger().records([(entity, key)])[(entity, key)]


def keys(world: World, entity: str) -> list[str]:
    """What stands on the shelf."""
    return [key for key, _ in world.shelf.live(entity)]


@pytest.mark.parametrize("lanes", [1, 4])
def test_an_order_becomes_everything_it_needs_once(world: World, lanes: int) -> None:
    report = drive(world, [order(world, "o1"), order(world, "o2", films=3)], lanes=lanes)
    assert report.as_dict()["entities"] == {
        "films": {"DELIVERED": 1}, "jobs": {"DELIVERED": 2}, "orders": {"DELIVERED": 2},
        "purchases": {"DELIVERED": 5},
    }  # fmt: skip
    assert keys(world, "purchases") == ["o1+0", "o1+1", "o2+0", "o2+1", "o2+2"]
    requests = len(world.shelf.requests)
    assert requests == 1 + 2 + 2  # the rows of an order travel together, those of another order apart
    drive(world, [order(world, "o1"), order(world, "o2", films=3)], lanes=lanes)
    assert len(world.shelf.requests) == requests


def test_a_held_order_stops_alone_keeps_its_age_and_goes_on_when_the_hold_ends(world: World) -> None:
    drive(world, [order(world, "o1", film=None), order(world, "o2")])
    first = ledger_row(world, "o1")
    assert (first.state, first.error_code) == (State.HELD, "PRINTED_FILM_BASE_MISMATCH")
    assert first.hold_reason == "it names no film"
    assert keys(world, "jobs") == ["o2"]
    world.later(days=3)
    drive(world, [order(world, "o1", film=None)])
    assert ledger_row(world, "o1").hold_since == first.hold_since
    drive(world, [order(world, "o1", film="B")])
    assert keys(world, "jobs") == ["o1", "o2"]
    last = ledger_row(world, "o1")
    assert (last.state, last.error_code, last.hold_since) == (State.DELIVERED, None, None)


def test_what_is_there_already_is_adopted_not_made_again(world: World) -> None:
    world.shelf.objects["77"] = {
        "entity": "jobs", "key": "o1", "values": {"name": "o1", "films": 1},
        "parent": None, "archived": False,
    }  # fmt: skip
    drive(world, [order(world, "o1", films=1)])
    assert [remote_id for remote_id, o in world.shelf.objects.items() if o["entity"] == "jobs"] == ["77"]
    assert keys(world, "purchases") == ["o1+0"]


def test_what_is_there_already_and_differs_is_adopted_and_told_what_is_wanted(world: World) -> None:
    world.shelf.objects["77"] = {
        "entity": "jobs", "key": "o1", "values": {"name": "o1", "films": 1},
        "parent": None, "archived": False,
    }  # fmt: skip
    drive(world, [order(world, "o1", films=2)])
    assert world.shelf.live("jobs") == [("o1", {"name": "o1", "films": 2})]
    assert keys(world, "purchases") == ["o1+0", "o1+1"]


def test_a_refused_artefact_stops_its_order_and_says_where(world: World) -> None:
    report = drive(world, [order(world, "o1", film="poison"), order(world, "o2")])
    assert report.as_dict()["entities"]["orders"] == {"DELIVERED": 1, "REJECTED": 1}
    record = ledger_row(world, "o1")
    assert (record.state, record.error_code) == (State.REJECTED, "films")
    assert record.error_message == "films poison: poison is not allowed"


def test_an_order_may_be_finished_before_its_last_step(world: World) -> None:
    report = drive(world, [order(world, "o1", films=0)])
    assert report.as_dict()["entities"]["orders"] == {"DELIVERED": 1}
    with world.warehouse.begin() as connection:
        events = sa.select(tables.delivery_event).where(tables.delivery_event.c.entity == "orders")
        assert [(e.operation, e.outcome) for e in connection.execute(events)] == [
            ("NOTHING_TO_PURCHASE", "DELIVERED")
        ]


def test_a_refused_change_that_is_put_back_is_in_nobodys_way(world: World) -> None:
    drive(world, [order(world, "o1")])
    drive(world, [order(world, "o1", films="poison")])
    assert ledger_row(world, "o1").state is State.REJECTED
    requests = len(world.shelf.requests)
    drive(world, [order(world, "o1")])
    assert ledger_row(world, "o1").state is State.DELIVERED
    assert ledger_row(world, "o1", "jobs").state is State.DELIVERED
    assert len(world.shelf.requests) == requests


def test_a_step_is_told_what_the_steps_before_it_hold_and_what_is_in_doubt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[Walk] = []
    wanted = ChainShelf._wanted

    def remember(self: ChainShelf, step: Entity, walk: Walk) -> Wanted:
        if step.name == "purchases":
            walks.append(walk)
        return wanted(self, step, walk)

    monkeypatch.setattr(ChainShelf, "_wanted", remember)
    world.shelf.faults.extend(["", "", *["timeout before"] * 4])
    drive(world, [order(world, "o1")])
    world.later(minutes=2)
    drive(world, [order(world, "o1")])
    first, second = walks
    assert first.made["jobs"][0].key == "o1"
    assert first.told["films"] == {"A": {"name": "A"}}
    assert first.told["jobs"] == {"o1": {"name": "o1", "films": 2}}
    assert (first.unsettled, second.unsettled) == ({}, {"purchases": frozenset({"o1+0", "o1+1"})})


def test_the_scope_stays_ours_while_a_request_takes_longer_than_a_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = threading.Semaphore(0)
    renew, send = Scope.renew, ChainShelf.send

    def renewing(self: Scope) -> dt.datetime:
        renewed.release()
        return renew(self)

    def slow(self: ChainShelf, body: str, key: str, intents: Sequence[Intent]) -> Answer:
        for _ in range(3):
            assert renewed.acquire(timeout=30)
        return send(self, body, key, intents)

    monkeypatch.setattr(sending, "LONGEST_NAP", 0.01)
    monkeypatch.setattr(Scope, "renew", renewing)
    monkeypatch.setattr(ChainShelf, "send", slow)
    report = drive(world, [order(world, "o1", films=1)], lanes=4)
    assert report.as_dict()["entities"]["orders"] == {"DELIVERED": 1}


def test_requests_under_way_when_the_run_is_stopped_are_still_listened_to(world: World) -> None:
    """One of four is refused access: the run ends, and what the others made is known."""
    orders = [order(world, f"o{n}", film="same", films=1) for n in range(8)]
    world.shelf.faults.extend(["", "", "access"])
    with pytest.raises(AccessRefused):
        drive(world, orders, lanes=4)
    made = [r.key for r in world.ledger().in_state("jobs", State.DELIVERED)]
    assert made
    assert sorted(made) == keys(world, "jobs")
    world.later(minutes=2)
    drive(world, [order(world, one.key, film="same", films=1) for one in orders], lanes=4)
    assert keys(world, "jobs") == [one.key for one in orders]


def test_a_batch_counts_an_order_when_what_became_of_it_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [order(world, "o1"), order(world, "o2", film="poison")]

    def dies(self: Chain) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(Chain, "_write", dies)
        with pytest.raises(Crash):
            drive(world, orders)
    assert world.ledger().records([("orders", "o1"), ("orders", "o2")]) == {}
    world.later(minutes=5)
    drive(world, orders)
    with world.warehouse.begin() as connection:
        counted = connection.execute(
            sa.select(
                tables.delivery_batch.c.successful_records, tables.delivery_batch.c.failed_records
            ).order_by(tables.delivery_batch.c.started_at)
        ).all()
    assert counted == [(0, 0), (1, 1)]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("lanes", "occurrence"), [(1, 1), (1, 2), (1, 3), (1, 4), (4, 1), (4, 2), (4, 3)])
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_anywhere_in_a_chain_makes_nothing_twice(
    world: World, point: str, occurrence: int, lanes: int
) -> None:
    with pytest.raises(Crash):
        drive(world, [order(world, "o1"), order(world, "o2")], crash_at(point, occurrence), lanes)
    world.later(minutes=5)
    drive(world, [order(world, "o1"), order(world, "o2")], lanes=lanes)
    assert keys(world, "films") == ["A"]
    assert keys(world, "jobs") == ["o1", "o2"]
    assert keys(world, "purchases") == ["o1+0", "o1+1", "o2+0", "o2+1"]
