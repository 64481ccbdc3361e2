"""Whole cycles by the command line: first contact, what waits for the next run, what a person completes."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.radius import holds
from sandbox.mailbox.server import RunningMailbox
from sandbox.radius.server import RunningRadius
from tests.conftest import Parsed
from tests.radius.plant import BAG, EVERYTHING, Plant

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Path:
    """A home to be copied, with an approved bag: views and seeds are there, no order was ever seen."""
    home = parsed(tmp_path_factory.mktemp("staged") / "home")
    with RunningMailbox() as mailbox, RunningRadius(home / "erp.sqlite", view_lag_seconds=0) as radius:
        found = Plant(home, radius, mailbox)
        radius.people.add_item(BAG)
        radius.people.add_derived_items(BAG)
        found.done("init")
        found.done("stage", "radius")
    return home


@pytest.fixture
def plant(tmp_path: Path, staged: Path, mailbox: RunningMailbox) -> Iterator[Plant]:
    """An approved bag, and a warehouse in which no order was staged yet."""
    home = shutil.copytree(staged, tmp_path / "home")
    with RunningRadius(home / "erp.sqlite", view_lag_seconds=0) as radius:
        yield Plant(home, radius, mailbox)


def orders(plant: Plant, count: int) -> list[int]:
    return [plant.radius.people.add_order(BAG, 50_000) for _ in range(count)]


def cycle(plant: Plant, code: int = 0) -> dict[str, Any]:
    """A run; what became of the orders, and what it said."""
    delivered = plant.done(*EVERYTHING, code=code)["delivered"]
    return {"orders": delivered["entities"].get("orders", {}), "said": delivered["warnings"]}


def test_chains_of_the_predecessor_are_found_and_taken_over_whatever_their_stage(plant: Plant) -> None:
    numbers = orders(plant, 5)
    for number, stage in zip(numbers, ("job p4", "po", "so2", "ship request", "complete"), strict=True):
        plant.radius.people.predecessor(number, stage, "documented")
    found = plant.done("adopt", "radius")
    assert {name: one["only_in_destination"] for name, one in found.items() if name != "items"} == {
        "orders": 0, "so2_references": 3, "item_prices": 0, "jobs_p4": 5, "so4_lines": 0, "po_lines": 4,
        "so2_lines": 3, "ship_request_lines": 2, "jobs_p2": 1,
    }  # fmt: skip
    assert cycle(plant)["orders"] == {"DELIVERED": 5}
    assert plant.made() == {"jobs P4": 5, "POs": 5, "SO2s": 5, "ship requests": 5, "jobs P2": 5}
    plant.radius.control.reset_audit()
    assert cycle(plant)["orders"] == {}
    assert plant.radius.control.audit()["changes"] == 0
    again = plant.done("adopt", "radius")
    left = {name: one["only_in_destination"] for name, one in again.items() if one["only_in_destination"]}
    assert left == {"so2_references": 2}  # of the two plant-2 orders we made: known when they are walked next


def test_defect_01_what_does_not_fit_is_said_and_goes_next_the_oldest_first(plant: Plant) -> None:
    """Whatever is held meanwhile."""
    plant.settings["MAX_ORDERS_PER_RUN"] = "2"
    numbers = orders(plant, 5)
    for number in numbers[:2]:
        plant.radius.people.hold(number)
    first = cycle(plant)
    assert first["orders"] == {"HELD": 2}
    names = ", ".join(map(str, numbers[2:]))
    assert first["said"] == [f"3 new orders wait for the next run ({names}): MAX_ORDERS_PER_RUN is 2"]
    plant.done("radius", "queue", str(numbers[4]))
    second = cycle(plant)
    assert (second["orders"], second["said"]) == ({"DELIVERED": 3, "HELD": 2}, [])
    assert cycle(plant) == {"orders": {"HELD": 2}, "said": []}


def test_defect_03_an_archived_order_that_is_still_open_does_not_come_back_as_new(plant: Plant) -> None:
    """The predecessor archived by deleting: what Radius still had open was made a second time, in the books."""
    (number,) = orders(plant, 1)
    for _ in range(2):
        cycle(plant)
    with plant.warehouse() as connection:
        connection.execute("update delivery set updated_at = updated_at - interval 40 day")
    plant.radius.control.reset_audit()
    assert cycle(plant)["orders"] == {}
    assert plant.radius.control.audit()["changes"] == 0
    status = plant.done("radius", "status")
    assert (status["orders"], status["archived"]) == ([], 1)
    plant.radius.people.change_quantity(number, 60_000)  # it is watched all the same
    assert cycle(plant)["orders"] == {"HELD": 1}
    assert plant.done("radius", "status")["archived"] == 0


def test_defect_06_a_blocked_change_is_completed_by_a_person(plant: Plant) -> None:
    (number,) = orders(plant, 1)
    plant.orders["blocked"] = number
    cycle(plant)
    people = plant.radius.people
    people.receive_po(plant.done("radius", "order", str(number))["state"]["po_p4_num"])
    people.change_quantity(number, 60_000)
    people.reconfirm_p4(number)
    assert cycle(plant)["orders"] == {"HELD": 1}
    assert plant.state("blocked") == ("HOLD", holds.PO_BLOCKED)
    assert any("cannot be updated" in mail["subject"] for mail in plant.mailbox.control.mails())
    plant.radius.control.reset_audit()
    assert plant.done("radius", "complete", str(number))["completed"] == number
    assert plant.radius.control.audit()["changes"] == 0
    assert plant.state("blocked") == ("COMPLETE", "COMPLETE")
    history = [entry["what"] for entry in plant.done("radius", "order", str(number))["history"]]
    assert {"PO_BLOCKED", "MANUAL_COMPLETE"} <= set(history)
    assert cycle(plant)["orders"] == {}
