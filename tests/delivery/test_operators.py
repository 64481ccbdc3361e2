"""What operators decide about single rows, and what the next run makes of it."""

import datetime as dt

import sqlalchemy as sa

from dagster_project.delivery.operators import Operators
from dagster_project.delivery.retention import purge
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from tests.contracts.conftest import World


def operators(world: World) -> Operators:
    return Operators(world.ledger(), world.clock)


def state(world: World, entity: str, key: str) -> State:
    return world.ledger().records([(entity, key)])[(entity, key)].state


def lose(world: World, key: str) -> None:
    """Take an object and what belongs to it off the shelf, and notice."""
    (remote_id,) = [i for i, o in world.shelf.objects.items() if o["key"] == key]
    for gone in [i for i, o in world.shelf.objects.items() if i == remote_id or o["parent"] == remote_id]:
        del world.shelf.objects[gone]
    world.verify()


def test_a_refused_row_is_staged_again_when_an_operator_says_so(world: World) -> None:
    world.want("a", name="poison")
    world.run()
    decision = operators(world).retry(operators(world).find(["a"]))
    assert (decision.changed, decision.untouched) == (1, [])
    assert state(world, "orders", "a") is State.RETRY
    assert world.run().as_dict()["entities"] == {"orders": {"REJECTED": 1}}


def test_only_what_waits_for_a_decision_can_be_recreated(world: World) -> None:
    world.want("a")
    world.run()
    decision = operators(world).recreate(operators(world).find(["a"]))
    assert (decision.changed, decision.untouched) == (0, ["a"])


def test_what_is_gone_is_made_anew_with_its_children_when_an_operator_recreates_it(world: World) -> None:
    world.want("a", lines=2)
    world.run()
    lose(world, "a")
    assert state(world, "orders", "a") is State.GONE
    assert operators(world).recreate(operators(world).find(["a"])).changed == 3
    world.run()
    assert world.agrees()
    assert world.ledger().records([("orders", "a")])[("orders", "a")].incarnation == 2


def test_what_is_forgotten_is_left_alone_with_its_children(world: World) -> None:
    world.want("a", lines=2)
    world.run()
    lose(world, "a")
    assert operators(world).forget(operators(world).find(["a"])).changed == 3
    assert state(world, "lines", "a|0") is State.FORGOTTEN
    requests = len(world.shelf.requests)
    world.run()
    assert len(world.shelf.requests) == requests


def test_more_keys_than_a_statement_takes_parameters_can_be_decided_about(world: World) -> None:
    world.want("a", lines=1)
    world.run()
    many = [f"k{number}" for number in range(2_200)]
    assert [(r.entity, r.key) for r in operators(world).find([*many, "a"])] == [("orders", "a")]
    assert list(world.ledger().children([*many, "a"])) == [("lines", "a|0")]


def test_resync_sends_told_values_again_all_or_some(world: World) -> None:
    world.want("a", colour="red")
    world.run()
    world.shelf.objects["1"]["values"] = {"name": "changed", "city": "Rome", "colour": "changed"}
    ledger_row = operators(world).find(["a"])
    assert operators(world).resync(ledger_row, ["colour"]).changed == 1
    world.run()
    assert world.shelf.live("orders") == [("a", {"name": "changed", "city": "Rome", "colour": "red"})]
    operators(world).resync(operators(world).find(["a"]))
    world.run()
    assert world.agrees()


def test_every_decision_leaves_a_note(world: World) -> None:
    world.want("a", name="poison")
    world.run()
    operators(world).retry(operators(world).find(["a"]))
    with world.warehouse.begin() as connection:
        notes = connection.execute(
            sa.select(tables.delivery_event.c.message).where(tables.delivery_event.c.kind == "NOTE")
        ).fetchall()
    assert [note.message for note in notes] == ["an operator retries it"]


def test_purge_empties_old_personal_data_and_keeps_keys_ids_and_states(world: World) -> None:
    world.want("a", lines=1)
    world.run()
    world.later(days=200)
    world.want("b")
    world.run()
    nothing = {"events": 0, "requests": 0, "landing_errors": 0, "mails": 0}
    assert purge(world.warehouse, world.clock, days=180) == {**nothing, "events": 2, "requests": 2}
    assert purge(world.warehouse, world.clock, days=180) == nothing
    with world.warehouse.begin() as connection:
        events = connection.execute(sa.select(tables.delivery_event)).fetchall()
        bodies = [row.body for row in connection.execute(sa.select(tables.delivery_request.c.body))]
    assert len(events) == 6
    assert sorted(bodies)[-2:] == ["purged", "purged"]
    assert world.agrees()


def test_purge_keeps_a_request_that_may_still_have_to_be_repeated(world: World) -> None:
    world.want("a")
    world.shelf.faults.append("timeout before")
    world.run(rounds_of_doubt=0)
    world.clock.time += dt.timedelta(days=400)
    assert purge(world.warehouse, world.clock, days=180)["requests"] == 0
    world.run()
    assert world.agrees()
