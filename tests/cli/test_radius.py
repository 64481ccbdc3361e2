"""The operators' commands for LWS orders: what they show, what they decide, and what a shell gets back."""

import datetime as dt
import getpass
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.cli.radius import start_of_day
from dagster_project.radius import holds
from sandbox.mailbox.server import RunningMailbox
from sandbox.radius.server import RunningRadius
from tests.conftest import Standing
from tests.radius.plant import BAG, EVERYTHING, Plant

NEW_BAG = "2300-ACM01-0002"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, standing: Standing) -> Iterator[Plant]:
    """One cycle was run: a complete order, one that is held, one whose items wait, one without film, and more."""
    home = standing(tmp_path_factory.mktemp("plant"), "radius")
    with RunningRadius(home / "erp.sqlite", view_lag_seconds=0) as radius, RunningMailbox() as mailbox:
        found = Plant(home, radius, mailbox)
        people = radius.people
        people.add_item(BAG)
        people.add_derived_items(BAG)
        people.add_item(NEW_BAG)
        for name in ("complete", "held", "film", "queued", "retried", "removed"):
            found.orders[name] = people.add_order(BAG, 150_000, custref=f"4554 {name}")
        found.orders["items"] = people.add_order(NEW_BAG, 20_000)
        for name in ("held", "queued", "retried", "removed"):
            people.hold(found.orders[name])
        people.change_film(found.orders["film"])
        found.done("init")
        found.done(*EVERYTHING, code=1)  # the order without film fails
        yield found


def test_before_anything_was_staged_the_next_step_is_said(tmp_path: Path, plant: Plant) -> None:
    fresh = Plant(tmp_path, plant.radius, plant.mailbox)
    fresh.done("init")
    for words in (("status",), ("holds",), ("order", "1")):
        assert "order-staging stage radius" in fresh.done("radius", *words, code=2)["error"]


def test_status_counts_orders_by_status_and_step(plant: Plant) -> None:
    found = plant.done("radius", "status")
    counted = {(row["status"], row["last_step"]): row["orders"] for row in found["orders"]}
    assert counted[("COMPLETE", "COMPLETE")] == 1
    assert counted[("HOLD", "ITEM_CREATE_WAIT")] == 1
    assert counted[("FAILED", "REQS_P4")] == 1
    assert sum(found["today"].values()) == len(plant.orders)
    assert found["today"]["COMPLETE"] == 1
    run = found["runs"][-1]
    assert (run["eligible_count"], run["processed_count"], run["failed_count"]) == (7, 7, 1)
    assert (found["instance"], found["paused"], found["archived"]) == ("radius:SANDBOX:erp", None, 0)
    assert found["oldest_holds"][0]["days_held"] == 0.0


def test_defect_14_a_run_says_how_many_orders_it_left_on_hold(plant: Plant) -> None:
    """The predecessor counted holds that were released in the same run, and stored no count."""
    run = plant.done("radius", "status")["runs"][-1]
    assert run["held_count"] == 5


def test_status_can_be_read_by_people(plant: Plant) -> None:
    said = plant.command("radius", "status")
    assert said.code == 0
    for word in (
        "radius:SANDBOX:erp",
        "ITEM_CREATE_WAIT",
        "today: ",
        "1 COMPLETE",
        "last runs",
        "oldest holds",
    ):
        assert word in said.out


def test_holds_are_shown_by_category_with_their_age_and_whom_they_wait_for(plant: Plant) -> None:
    found = {row["sordernum"]: row for row in plant.done("radius", "holds")}
    row = found[plant.orders["items"]]
    assert (row["last_step"], row["days_held"]) == (holds.ITEM_CREATE_WAIT, 0.0)
    assert row["waits_for"] == holds.HOLDS[holds.ITEM_CREATE_WAIT].waits_for
    assert "made, to be approved" in row["last_error_summary"]
    said = plant.command("radius", "holds")
    assert (said.code, "ITEM_CREATE_WAIT: 1 (customer service: approve" in said.out) == (0, True)


def test_an_order_is_shown_with_chain_history_and_runs(plant: Plant) -> None:
    found = plant.done("radius", "order", str(plant.orders["complete"]))
    assert (found["state"]["status"], found["state"]["custref_p4"]) == ("COMPLETE", "4554 complete")
    assert [made["step"] for made in found["chain"]] == [
        "JOB_P4", "SO4_LINES", "PO_P4", "SO_P2", "SHIPREQ_P2", "JOB_P2",
    ]  # fmt: skip
    assert [run["status"] for run in found["runs"]] == ["COMPLETE"]
    assert "SO_AUTHORISED" in [entry["what"] for entry in found["history"]]
    said = plant.command("radius", "order", str(plant.orders["complete"]))
    for made in found["chain"]:
        assert made["step"] in said.out


@pytest.mark.parametrize("column", ["so_p2_num", "po_p4_num", "shipreq_p2", "job_p4_code", "job_p2_code"])
def test_an_order_is_found_by_every_number_of_its_chain(plant: Plant, column: str) -> None:
    state = plant.done("radius", "order", str(plant.orders["complete"]))["state"]
    found = plant.done("radius", "order", str(state[column]))
    assert found["number"] == plant.orders["complete"]


def test_a_failed_order_says_at_which_step_and_why(plant: Plant) -> None:
    state = plant.done("radius", "order", str(plant.orders["film"]))["state"]
    assert (state["status"], state["last_step"]) == ("FAILED", "REQS_P4")
    assert "requires no film that is still open" in state["last_error_summary"]


def test_a_failed_order_is_an_error_and_any_order_can_be_traced(plant: Plant) -> None:
    failed = str(plant.orders["film"])
    (error,) = plant.done("errors", "radius")["orders"]
    assert (error["business_key"], "customer_reference" in error) == (failed, True)
    said = plant.command("errors", "radius")
    assert (said.code, failed in said.out) == (0, True)
    (traced,) = plant.done("trace", failed)
    assert traced["key"] == failed


def test_an_order_nobody_knows_ends_with_1_and_the_next_step(plant: Plant) -> None:
    said = plant.command("radius", "order", "424242")
    assert (said.code, "order-staging radius queue N" in said.err) == (1, True)
    assert plant.done("radius", "order", "424242", code=1) == []


def test_a_number_that_no_order_can_have_is_refused(plant: Plant) -> None:
    assert plant.command("radius", "queue", "99999999999999999999").code == 2


def test_what_people_changed_in_the_erp_cannot_be_set_back(plant: Plant) -> None:
    said = plant.command("resync", "radius", "--all")
    assert (said.code, "order-staging radius order N shows it as drift" in said.err) == (2, True)


def test_people_were_told(plant: Plant) -> None:
    subjects = [mail["subject"] for mail in plant.mailbox.control.mails()]
    assert [f"SO {plant.orders['items']}" in subject for subject in subjects].count(True) == 1
    assert [f"SO {plant.orders['film']} (REQS_P4)" in subject for subject in subjects].count(True) == 1


# -- decisions ------------------------------------------------------------------------------------------


def test_a_queued_order_is_new_and_says_who_queued_it(plant: Plant) -> None:
    number = plant.orders["queued"]
    assert plant.done("radius", "queue", str(number)) == {"queued": number}
    assert plant.state("queued") == ("NEW", "ELIGIBLE")
    history = plant.done("radius", "order", str(number))["history"]
    assert [(e["what"], e["details"]["message"]) for e in history] == [
        ("QUEUED", f"{getpass.getuser()} queued it")
    ]  # fmt: skip


def test_an_order_that_no_run_has_seen_can_be_queued_and_is_shown(plant: Plant) -> None:
    plant.orders["old"] = plant.radius.people.add_order(BAG, 10_000)
    with plant.radius.erp.changing("people") as session:
        session.update("PV_SOrder", {"SOrderDate": "2019-01-01"}, SOrderNum=plant.orders["old"])
    plant.done("radius", "queue", str(plant.orders["old"]))
    assert plant.state("old") == ("NEW", "ELIGIBLE")


@pytest.mark.parametrize("words", [("queue", "424242"), ("remove", "424242")])
def test_what_is_no_order_of_ours_is_refused_with_a_reason(plant: Plant, words: tuple[str, ...]) -> None:
    assert plant.done("radius", *words, code=2)["error"] == "the ERP has no sales order 424242"
    said = plant.command("radius", *words)
    assert (said.code, "the ERP has no sales order 424242" in said.err) == (2, True)


def test_the_plant_2_order_of_a_chain_cannot_be_queued(plant: Plant) -> None:
    state = plant.done("radius", "order", str(plant.orders["complete"]))["state"]
    error = plant.done("radius", "queue", str(state["so_p2_num"]), code=2)["error"]
    assert "is an order of plant 2, not of plant 4" in error


def test_a_removed_order_is_removed_until_it_is_brought_back(plant: Plant) -> None:
    number = plant.orders["removed"]
    assert plant.done("radius", "remove", str(number)) == {"removed": number}
    assert plant.state("removed") == ("REMOVED", "REMOVED_BY_USER")
    assert plant.done("radius", "retry", str(number)) == {"retried": number, "made_anew": 0}
    assert plant.state("removed") == ("NEW", "ELIGIBLE")
    plant.done("radius", "remove", str(number))


def test_only_a_blocked_change_is_completed_by_hand(plant: Plant) -> None:
    error = plant.done("radius", "complete", str(plant.orders["items"]), code=2)["error"]
    assert f"only {holds.PO_BLOCKED} is completed by hand" in error


def test_an_erp_that_is_away_ends_a_decision_with_2_and_a_sentence(plant: Plant) -> None:
    nowhere = Plant(plant.home, plant.radius, plant.mailbox, settings={})
    nowhere.orders = plant.orders
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plant, "environment", {**plant.environment, "RADIUS_DATABASE": "/proc/no/erp.sqlite"})
        error = nowhere.done("radius", "queue", str(plant.orders["queued"]), code=2)["error"]
    assert "cannot be opened" in error


def test_numbers_that_are_none_are_refused_as_a_wrong_word(plant: Plant) -> None:
    for words in (("queue", "abc"), ("retry", "-5"), ("complete", "0")):
        assert plant.command("radius", *words).code == 2


def test_defect_22_a_run_that_cannot_reach_the_erp_is_closed_and_says_so(plant: Plant) -> None:
    """The predecessor's run row stayed open for ever when the database did not answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plant, "environment", {**plant.environment, "RADIUS_DATABASE": "/proc/no/erp.sqlite"})
        said = plant.command(*EVERYTHING)
    assert (said.code, "cannot be opened" in said.err) == (2, True)
    (row,) = plant.rows("select status, ended_at, error from delivery_run order by started_at desc limit 1")
    assert (row[0], row[1] is not None, "cannot be opened" in row[2]) == ("FAILED", True, True)


def test_defect_21_two_runs_at_once_are_one(plant: Plant) -> None:
    """The predecessor had no lock: a listener and a scheduler could work on the same orders."""
    before = plant.rows("select count(*) from delivery_run")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    lock = ("radius:SANDBOX:erp", "another", "another host", 1, 1, now + dt.timedelta(minutes=2))
    with plant.warehouse() as connection:
        connection.execute("insert into scope_lock values (?, ?, ?, ?, ?, ?)", lock)
    try:
        for words in (EVERYTHING, ("radius", "queue", str(plant.orders["queued"]))):
            assert "is being delivered to by run another" in plant.done(*words, code=2)["error"]
    finally:
        with plant.warehouse() as connection:
            connection.execute("delete from scope_lock")
    assert plant.rows("select count(*) from delivery_run") == before


def test_defect_23_an_archived_order_is_found_and_shown_like_any_other(plant: Plant) -> None:
    """The predecessor's archive could neither be searched nor opened."""
    number = str(plant.orders["complete"])
    po = plant.done("radius", "order", number)["state"]["po_p4_num"]
    orders = (
        "delivery set updated_at = updated_at {} interval 40 day where business_key = ? and entity = 'orders'"
    )
    with plant.warehouse() as connection:
        connection.execute("update " + orders.format("-"), [number])
    try:
        assert plant.done("radius", "status")["archived"] == 1
        for said in (number, str(po)):
            found = plant.done("radius", "order", said)
            assert (found["state"]["status"], "archived_ts" in found["state"]) == ("COMPLETE", True)
            assert len(found["chain"]) == 6
    finally:
        with plant.warehouse() as connection:
            connection.execute("update " + orders.format("+"), [number])


def test_defect_20_today_is_the_sites_day_and_times_are_no_texts(plant: Plant) -> None:
    """The predecessor's day began at midnight in UTC, and it compared times as texts, some with a T, some without."""
    evening = dt.datetime(2026, 11, 22, 3, 0)
    assert start_of_day("America/Chicago", evening) == dt.datetime(2026, 11, 21, 6, 0)
    assert start_of_day("UTC", evening) == dt.datetime(2026, 11, 22)
    times = ("updated_ts", "last_seen_ts", "hold_since_ts")
    kinds = plant.rows(f"select {', '.join(f'typeof({name})' for name in times)} from lws_order_state")
    assert set(kinds) == {("TIMESTAMP",) * 3}


def test_json_is_nothing_but_json(plant: Plant) -> None:
    for words in (("status",), ("holds",), ("order", str(plant.orders["complete"]))):
        assert json.loads(plant.command("radius", *words, "--json").out)


def test_everything_has_a_help(plant: Plant) -> None:
    said: Any = plant.command("radius", "--help")
    for name in ("status", "order", "holds", "queue", "retry", "remove", "complete"):
        assert name in said.out
