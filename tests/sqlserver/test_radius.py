"""One story of LWS orders on a T-SQL server: be killed among chains, recover, change nothing twice, carry other
quantities through, hold and release.

The ERP is read through DB-API as ever; only the warehouse is on the server. Chains are counted by the ERP's own
tables. The tests stand in the order of the story.
"""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bench.chain_world import LATENCY, Count, counted
from dagster_project.radius import holds
from sandbox.mailbox.server import RunningMailbox
from sandbox.radius.server import RunningRadius
from tests.conftest import server_database
from tests.radius.plant import EVERYTHING
from tests.sqlserver.world import LONGEST_COMMAND, ServerPlant

pytestmark = [pytest.mark.sqlserver, pytest.mark.slow, pytest.mark.timeout(3 * LONGEST_COMMAND)]

ORDERS = 8
HELD, RAISED, LOWERED, LATE = "held", "order 0", "order 1", "late"
KINDS = 5  # a job, a purchase order, a plant-2 order, a ship request and a plant-2 job for each order


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerPlant]:
    """An ERP with orders of which people hold one, and an empty ledger."""
    with server_database("chains") as url:
        home = tmp_path_factory.mktemp("server")
        with RunningRadius(home / "erp.sqlite", view_lag_seconds=0) as radius, RunningMailbox() as mailbox:
            plant = ServerPlant(home, radius, mailbox, url=url, settings={"RADIUS_WORKERS": "2"})
            for place in range(ORDERS):
                bag = radius.people.add_item(f"2300-ACM01-{place:04}")
                radius.people.add_derived_items(bag)
                plant.orders[f"order {place}"] = radius.people.add_order(
                    bag, 20_000 + 1_000 * place, f"4554 {place:04} A"
                )
            plant.orders[HELD] = plant.orders.pop(f"order {ORDERS - 1}")
            radius.people.hold(plant.orders[HELD])
            assert plant.done("init")["status"] == "created"
            yield plant


def chains(plant: ServerPlant, *without: str) -> Count:
    """What there is of the orders, against each other and the ledger."""
    orders = [number for name, number in plant.orders.items() if name not in without]
    return counted(plant.radius.people, orders, plant.rows, complete=not without)


def told_otherwise(plant: ServerPlant) -> dict[tuple[str, str], tuple[Decimal, Decimal | None]]:
    """Lines of which the ledger has another quantity than the ERP; lines that only one of them has."""
    there: dict[tuple[str, str], Decimal] = {}
    for number in plant.orders.values():
        chain = plant.radius.people.show(number)
        for entity, heads, order in (
            ("po_lines", chain["purchase_orders"], "POrder"),
            ("so2_lines", chain["sales_orders_p2"], "SOrder"),
        ):
            for head in heads:
                for line in head["lines"]:
                    remote_id = f"{head[f'{order}Num']}/{line[f'{order}LineNum']}"
                    there[entity, remote_id] = Decimal(str(line["OrderedQty"]))
        for line in chain["ship_requests"]:
            remote_id = f"{line['ShipReqNum']}/{line['ShipReqLineNum']}"
            there["ship_request_lines", remote_id] = Decimal(str(line["ShipQty"]))
    told = {
        (entity, remote_id): Decimal(json.loads(told)["quantity"])
        for entity, remote_id, told in plant.rows(
            "select entity, remote_id, told from delivery "
            "where entity in ('po_lines', 'so2_lines', 'ship_request_lines')"
        )
    }
    return {
        line: (there.get(line), told.get(line))
        for line in there.keys() | told.keys()
        if there.get(line) != told.get(line)
    }


def test_a_run_keeps_others_out_and_is_killed_among_its_chains(plant: ServerPlant) -> None:
    plant.radius.control.settings(latency=LATENCY)
    first = plant.start(*EVERYTHING, "--json")
    plant.wait(first, lambda: bool(plant.rows("select run_id from scope_lock")))
    second = plant.command(*EVERYTHING, "--json")
    assert (second.code, "is being delivered to by run" in second.out) == (2, True), second
    plant.kill_in_flight(first, after=lambda: plant.made()["POs"] > 0)
    assert plant.made()["jobs P2"] < ORDERS - 1


def test_the_next_run_ends_with_every_chain_once_and_the_held_one_held(plant: ServerPlant) -> None:
    report = plant.cycle()
    assert report["resolved"]["leftovers"] > 0
    found = chains(plant, HELD)
    assert found.right, found.wrong()
    assert found.objects == (ORDERS - 1) * KINDS
    assert set(plant.made().values()) == {ORDERS - 1}


def test_status_and_holds_tell_where_the_orders_stand(plant: ServerPlant) -> None:
    status = plant.done("radius", "status")
    counts = {row["status"]: row["orders"] for row in status["orders"]}
    assert counts == {"COMPLETE": ORDERS - 1, "HOLD": 1}
    (held,) = plant.done("radius", "holds")
    assert held["sordernum"] == plant.orders[HELD]
    assert plant.state(RAISED) == ("COMPLETE", "COMPLETE")


def test_a_second_run_changes_nothing_in_the_erp(plant: ServerPlant) -> None:
    plant.radius.control.reset_audit()
    plant.cycle()
    assert plant.radius.control.audit(log=False)["changes"] == 0


def test_other_quantities_wait_for_the_job_of_plant_4_and_a_released_order_goes_on(
    plant: ServerPlant,
) -> None:
    people = plant.radius.people
    people.change_quantity(plant.orders[RAISED], 30_000)
    people.change_quantity(plant.orders[LOWERED], 15_000)
    people.release(plant.orders[HELD])
    plant.orders[LATE] = people.add_order("2300-ACM01-0002", 40_000, "4554 0099 A")
    people.hold(plant.orders[LATE])
    plant.cycle()
    for name in (RAISED, LOWERED):
        assert plant.state(name) == ("HOLD", holds.QUANTITY_CHANGED)
    assert plant.state(HELD) == ("COMPLETE", "COMPLETE")
    assert plant.state(LATE) == ("HOLD", holds.JOB_P4_HOLD)
    assert told_otherwise(plant) == {}


def test_after_that_they_wait_for_the_job_of_plant_2(plant: ServerPlant) -> None:
    people = plant.radius.people
    before = {name: people.show(plant.orders[name]) for name in (RAISED, LOWERED)}
    for name in (RAISED, LOWERED):
        people.reconfirm_p4(plant.orders[name])
    people.release(plant.orders[LATE])
    plant.cycle()
    assert plant.state(RAISED) == ("HOLD", holds.INCREASED)
    assert plant.state(LOWERED) == ("HOLD", holds.DECREASED)
    assert plant.state(LATE) == ("COMPLETE", "COMPLETE")
    after = {name: people.show(plant.orders[name]) for name in (RAISED, LOWERED)}
    for name in (RAISED, LOWERED):
        assert after[name]["purchase_orders"] != before[name]["purchase_orders"]
    assert after[RAISED]["sales_orders_p2"] != before[RAISED]["sales_orders_p2"]
    assert after[LOWERED]["sales_orders_p2"] == before[LOWERED]["sales_orders_p2"]
    assert told_otherwise(plant) == {}


def test_then_every_chain_is_complete_and_of_one_quantity_line_by_line(plant: ServerPlant) -> None:
    for name in (RAISED, LOWERED):
        (so2,) = plant.radius.people.show(plant.orders[name])["sales_orders_p2"]
        plant.radius.people.reconfirm_p2(so2["SOrderNum"])
    plant.cycle()
    for name in (RAISED, LOWERED):
        assert plant.state(name) == ("COMPLETE", "COMPLETE")
    found = chains(plant)
    assert found.right, found.wrong()
    assert found.objects == (ORDERS + 1) * KINDS
    assert told_otherwise(plant) == {}
