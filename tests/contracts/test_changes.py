"""The kernel's promises about what changes after it was made: there, here, and while nobody knows."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from dagster_project.delivery.destination import Change, StagedAs
from dagster_project.delivery.states import State
from dagster_project.warehouse import tables
from tests.contracts.conftest import World


@pytest.fixture
def world(any_world: World) -> World:
    """Every destination in turn."""
    return any_world


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


def test_a_row_that_was_refused_and_left_the_source_is_retired_without_a_call(world: World) -> None:
    world.want("a", name="poison")
    world.run()
    world.wanted.clear()
    calls = len(world.sent)
    assert world.counts(world.run()) == {"orders": {"DELIVERED": 1}}
    assert len(world.sent) == calls
    world.want("a")
    world.run()
    assert world.record("orders", "a").incarnation == 2
    assert world.agrees()


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
    world.people.delete("a")
    report = world.run()
    assert world.counts(report) == {"orders": {"DELIVERED": 1}}
    assert world.record("orders", "a").state is State.ARCHIVED
    assert world.record("lines", "a|0").state is State.ARCHIVED


def test_something_missing_is_gone_and_something_changed_is_drift(world: World) -> None:
    for n in range(3):
        world.want(f"o{n}", ours="x")
    world.run()
    world.people.delete("o0")
    world.people.change("o1", "city", "Rome")
    world.people.change("o2", "ours", "y")
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


def test_a_row_that_staging_holds_is_remembered_retired_when_it_leaves_and_held_anew(world: World) -> None:
    held = {"change": Change.NEW, "status": StagedAs.HELD, "reason": "customer not approved"}
    said = world.outside.values("orders", {"name": "a"})
    world.run_rows(world.row("orders", "a", values={"name": "a"}, **held))
    first = world.record("orders", "a")
    assert (first.state, first.hold_reason, first.told) == (State.HELD, "customer not approved", None)
    assert remembered(world) == said
    world.later(minutes=2)
    gone = world.row("orders", "a", change=Change.REMOVED, values={"name": "a"}, revision=first.revision)
    world.run_rows(gone)
    assert world.record("orders", "a").state is State.ARCHIVED
    assert remembered(world) == said
    with world.warehouse.begin() as connection:
        events = connection.execute(sa.select(tables.delivery_event)).all()
    assert [(event.kind, event.operation) for event in events] == [("NOTE", "retired")]
    world.later(minutes=2)
    revision = world.record("orders", "a").revision
    world.run_rows(world.row("orders", "a", values={"name": "a"}, revision=revision, **held))
    again = world.record("orders", "a")
    assert (again.state, again.incarnation) == (State.HELD, 2)
    assert world.sent == []


def remembered(world: World) -> object:
    """What the ledger says would have been told."""
    with world.warehouse.begin() as connection:
        return json.loads(connection.execute(sa.select(tables.delivery.c.tried)).scalar_one())


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
