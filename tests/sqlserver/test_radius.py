"""One story of LWS orders on a T-SQL server: be killed among chains, recover, change nothing twice.

The ERP is read through DB-API as ever; only the warehouse is on the server. Chains are counted by the ERP's own
tables. The tests stand in the order of the story.
"""

from collections.abc import Iterator

import pytest

from bench.chain_world import LATENCY, Count, counted
from sandbox.mailbox.server import RunningMailbox
from sandbox.radius.server import RunningRadius
from tests.conftest import server_database
from tests.radius.plant import EVERYTHING
from tests.sqlserver.world import LONGEST_COMMAND, ServerPlant

pytestmark = [pytest.mark.sqlserver, pytest.mark.slow, pytest.mark.timeout(3 * LONGEST_COMMAND)]

ORDERS = 8
HELD, CHANGED = "held", "order 0"
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
                name = f"order {place}" if place else CHANGED
                plant.orders[name] = radius.people.add_order(
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
    assert plant.state(CHANGED) == ("COMPLETE", "COMPLETE")


def test_a_second_run_changes_nothing_in_the_erp(plant: ServerPlant) -> None:
    plant.radius.control.reset_audit()
    plant.cycle()
    assert plant.radius.control.audit(log=False)["changes"] == 0
