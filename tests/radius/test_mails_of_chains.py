"""Mails about orders that were really driven: the ERP in miniature, its people, and what those get to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dagster_project.notifications.alerts import Alerts
from dagster_project.radius import holds
from dagster_project.radius.ended import ended
from dagster_project.radius.extract import extract
from dagster_project.warehouse.engine import Warehouse
from sandbox.mailbox.server import RunningMailbox
from tests.radius.chains import BAG, PROFILES, Company, company

pytestmark = pytest.mark.sampled(2)  # what a mail says does not depend on the form of the adapter

INSTANCE = "radius:TEST:erp"
FILM, ROLL = f"16P4-{BAG}", f"1600-{BAG}"
CSR, FILMS, ADMIN = ["csr@plant.example"], ["film@plant.example"], ["admin@plant.example"]


@dataclass
class Plant:
    """The ERP, the ledger, and everybody's mailbox."""

    erp: Company
    mailbox: RunningMailbox

    def cycle(self, **run: Any) -> list[dict[str, Any]]:
        """Extract, walk every order, tell people; return the mails that came of it."""
        before = len(self.mailbox.control.mails())
        extract(self.erp.settings, self.erp.warehouse, INSTANCE)
        self.erp.run(**run)
        ended(self.erp.settings, self.erp.warehouse, self.erp.clock, INSTANCE)
        assert Alerts(self.erp.settings, self.erp.warehouse, self.erp.clock, "radius").send() == []
        self.erp.clock.sleep(1_800)
        return self.mailbox.control.mails()[before:]

    def complete(self) -> int:
        """An order whose chain was made, and watched once since."""

        def make() -> int:
            order = self.erp.order()
            assert self.cycle() == []
            assert self.cycle() == []
            assert self.erp.ended(order) == "COMPLETE"
            return order

        self.erp.bag()
        return self.erp.once(("watched",), make)


@pytest.fixture(params=PROFILES)
def plant(
    request: pytest.FixtureRequest, tmp_path: Path, ledger_warehouse: Warehouse, mailbox: RunningMailbox
) -> Iterator[Plant]:
    addresses = {
        "csr_emails": CSR, "fulfillment_emails": FILMS, "admin_emails": ADMIN, "smtp_server": mailbox.host,
        "smtp_port": mailbox.port, "smtp_from": "orders@plant.example",
    }  # fmt: skip
    with company(tmp_path, ledger_warehouse, request.param, **addresses) as erp:
        yield Plant(erp, mailbox)


def one(found: list[dict[str, Any]]) -> dict[str, Any]:
    (mail,) = found
    return mail


def test_new_items_are_told_to_customer_service_once(plant: Plant) -> None:
    plant.erp.bag(derived=None)
    order = plant.erp.order()
    mail = one(plant.cycle())
    assert (mail["recipients"], mail["subject"].endswith(f"(WAIT), SO {order}")) == (CSR, True)
    assert f"{FILM} | printed film, bought by PolyTex | WAIT" in mail["text"]
    assert f"{ROLL} | printed roll, made by StarPak | WAIT" in mail["text"]
    assert plant.cycle() == []
    plant.erp.radius.people.approve_waiting_items()
    assert plant.cycle() == []
    assert plant.erp.ended(order) == "COMPLETE"


def test_an_increase_is_told_to_customer_service_then_to_fulfilment(plant: Plant) -> None:
    order = plant.complete()
    plant.erp.radius.people.change_quantity(order, 180_000)
    mail = one(plant.cycle())
    assert (mail["recipients"], f"1 | {BAG} | 150,000 | 180,000" in mail["text"]) == (CSR, True)
    assert plant.cycle() == []
    plant.erp.radius.people.reconfirm_p4(order)
    mail = one(plant.cycle())
    assert (mail["recipients"], mail["subject"].endswith(f"SO {plant.erp.so2(order)}")) == (FILMS, True)
    assert f"1 | {ROLL} | 375,500 | 450,500" in mail["text"]
    plant.erp.radius.people.reconfirm_p2(plant.erp.so2(order))
    assert plant.cycle() == []
    assert plant.erp.ended(order) == "COMPLETE"


def test_a_decrease_is_told_with_what_is_ordered_and_what_is_left(plant: Plant) -> None:
    order = plant.complete()
    plant.erp.radius.people.change_quantity(order, 100_000)
    plant.erp.radius.people.reconfirm_p4(order)
    mail = one(plant.cycle())
    job = plant.erp.record(order, "jobs_p2").remote_id
    assert mail["recipients"] == FILMS
    assert f"Qty Decrease (SO {plant.erp.so2(order)} / Job {job})" in mail["subject"]
    assert f"1 | 1 | {ROLL} | 375,500 | 250,500" in mail["text"]
    assert plant.cycle() == []


def test_defect_08_a_quantity_that_goes_back_and_forth_in_the_erp_is_told_each_time(plant: Plant) -> None:
    order = plant.complete()
    told = []
    for quantity in (180_000, 150_000, 180_000, 150_000, 180_000):
        plant.erp.radius.people.change_quantity(order, quantity)
        told.append([mail["recipients"] for mail in plant.cycle()])
    assert told == [[CSR], [], [CSR], [], [CSR]]


def test_a_reference_is_told_each_time_with_what_it_was(plant: Plant) -> None:
    order = plant.complete()
    found = []
    for reference in ("4554 0042 B", "4554 0041 A", "4554 0042 B"):
        plant.erp.radius.people.change_custref(order, reference)
        found.append(one(plant.cycle()))
        assert plant.cycle() == []
    assert [mail["recipients"] for mail in found] == [FILMS] * 3
    lines = [line for mail in found for line in mail["text"].splitlines() if "line number:" in line.lower()]
    assert [line.partition(":")[2].strip() for line in lines if line.startswith(("Old", "New"))] == [
        "4554 0041 A", "4554 0042 B", "4554 0042 B", "4554 0041 A", "4554 0041 A", "4554 0042 B",
    ]  # fmt: skip


def test_a_film_mismatch_is_told_and_heals(plant: Plant) -> None:
    plant.erp.bag()
    other = plant.erp.bag("2300-ACM01-0009")
    order = plant.erp.order()
    plant.erp.radius.people.change_film(order, f"16P4-{other}")
    mail = one(plant.cycle())
    assert (mail["recipients"], "Printed Film Mismatch" in mail["subject"]) == (FILMS, True)
    assert f"expected {FILM} for line 1; the job requires 16P4-{other}" in mail["text"]
    assert plant.cycle() == []


def test_defect_06_a_blocked_purchase_order_is_told_recalled_and_completed_by_hand(plant: Plant) -> None:
    order = plant.complete()
    plant.erp.radius.people.receive_po(plant.erp.po(order))
    plant.erp.radius.people.change_quantity(order, 180_000)
    plant.erp.radius.people.reconfirm_p4(order)
    mail = one(plant.cycle())
    assert (mail["recipients"], f"PO {plant.erp.po(order)} cannot be updated" in mail["subject"]) == (
        CSR,
        True,
    )
    assert f"{plant.erp.po(order)}/1 | {FILM} | 375,500 | 450,500 | 375,500" in mail["text"]
    assert plant.erp.ended(order) == holds.PO_BLOCKED
    plant.erp.clock.sleep(3 * 86_400)
    assert "HOLD Reminder" in one(plant.cycle())["subject"]
    assert plant.cycle(by_hand=[order]) == []
    plant.erp.radius.people.change_so2_quantity(plant.erp.so2(order), 450_500)
    plant.erp.radius.people.reconfirm_p2(plant.erp.so2(order), 450_500)
    plant.cycle(by_hand=[order])
    assert plant.erp.ended(order) == "COMPLETE"


def test_a_failure_is_told_with_the_adapters_own_words(plant: Plant) -> None:
    plant.erp.bag()
    order = plant.erp.order()
    plant.erp.radius.control.fault(kind="own", name="status_9", path="PO create")
    found = plant.cycle()
    mail = one(found)
    assert (mail["recipients"], f"LWS Workflow FAILED \N{EN DASH} SO {order} (PO_P4)" in mail["subject"]) == (
        ADMIN,
        True,
    )
    assert "API entity:" in mail["text"]
    assert "API status:" in mail["text"]
