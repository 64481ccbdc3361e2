"""A process that dies at any point of a chain: the next run makes what is missing, and nothing twice."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.delivery.sending import POINTS
from dagster_project.radius import holds
from dagster_project.warehouse.engine import Warehouse
from tests.crashes import Crash, crash_at
from tests.radius.chains import PROFILES, Company, company, once

REQUESTS = 10
"""Of two orders whose items are there: five objects each."""


@pytest.fixture
def erp(tmp_path: Path, ledger_warehouse: Warehouse) -> Iterator[Company]:
    with company(tmp_path, ledger_warehouse) as found:
        found.bag()
        yield found


def die_and_come_back(erp: Company, point: str, occurrence: int) -> bool:
    """Run to the point and, as another process, once more; True when the point was reached."""
    try:
        erp.run(checkpoint=crash_at(point, occurrence))
    except Crash:
        erp.clock.sleep(300)
        erp.run()
        return True
    return False


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_on_the_way_makes_nothing_twice(erp: Company, point: str, lanes: int) -> None:
    erp.lanes = lanes
    orders = [erp.order(), erp.order()]
    assert die_and_come_back(erp, point, 3)
    assert [erp.ended(order) for order in orders] == ["COMPLETE"] * 2
    assert erp.counts() == once(2)
    assert erp.one("select count(*) from PUB.PV_SOrder where PlantCode = '2' and SOrderStat <> 0") == 0
    assert erp.one("select count(*) from PUB.PV_POrder where POrderStat <> 2") == 0


@pytest.mark.slow
@pytest.mark.sampled(17)
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize(("point", "occurrence"), [*itertools.product(POINTS, range(1, REQUESTS + 1))])
def test_a_crash_anywhere_makes_nothing_twice(
    tmp_path: Path, ledger_warehouse: Warehouse, profile: str, lanes: int, point: str, occurrence: int
) -> None:
    with company(tmp_path, ledger_warehouse, profile, lanes=lanes) as erp:
        erp.bag()
        orders = [erp.order(), erp.order()]
        die_and_come_back(erp, point, occurrence)
        assert [erp.ended(order) for order in orders] == ["COMPLETE"] * 2
        assert erp.counts() == once(2)
        assert erp.one("select count(*) from PUB.PV_SOrder where PlantCode = '2' and SOrderStat <> 0") == 0
        assert erp.one("select count(*) from PUB.PV_POrder where POrderStat <> 2") == 0


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("point", "occurrence"),
    [
        *((point, 2) for point in POINTS),
        *(pytest.param(point, n, marks=pytest.mark.slow) for point in POINTS for n in (1, 3)),
    ],
)
def test_a_crash_while_a_change_is_carried_through_ends_in_the_same_place(
    erp: Company, point: str, occurrence: int
) -> None:
    """An order of plant 2 that was touched and not authorised any more is not taken for one that somebody holds."""
    order = erp.complete()
    erp.radius.people.change_quantity(order, 180_000)
    erp.radius.people.reconfirm_p4(order)
    assert die_and_come_back(erp, point, occurrence)
    assert erp.ended(order) == holds.INCREASED
    assert erp.one("select SOrderStat from PUB.PV_SOrder where PlantCode = '2'") == 0
    for quantity in ("PV_POrderLine", "PV_SOrderLine where PlantCode = '2'"):
        assert erp.one(f"select OrderedQty from PUB.{quantity}") == 450_500
    assert erp.one("select ShipQty from PUB.PV_ShipReqLine") == 450_500


@pytest.mark.parametrize("point", ["after_intent", "after_answer"])
def test_a_crash_within_a_reference_is_made_good_although_it_left_a_credit_hold(
    erp: Company, point: str
) -> None:
    order = erp.complete(runs=2, custref="A")
    erp.radius.people.change_custref(order, "B")
    assert die_and_come_back(erp, point, 1)
    assert erp.ended(order) == "COMPLETE"
    assert erp.sql("select CustRef, SOrderStat from PUB.PV_SOrder where PlantCode = '2'") == [("B", 0)]


@pytest.mark.parametrize("point", ["after_intent", "after_answer"])
def test_a_crash_while_items_are_made_overwrites_none(erp: Company, point: str) -> None:
    order = erp.order(erp.bag("2300-ACM01-0003", derived=None))
    assert die_and_come_back(erp, point, 2)
    assert erp.ended(order) == holds.ITEM_CREATE_WAIT
    assert {k: v for k, v in erp.deeds().items() if k.startswith("item")} == {"item create": 2}
    erp.radius.people.approve_waiting_items()
    erp.run()
    assert erp.ended(order) == "COMPLETE"


def test_a_requirement_that_vanished_while_its_purchase_was_in_doubt_is_left_to_a_person(
    erp: Company,
) -> None:
    other = erp.bag("2300-ACM01-0003")
    order = erp.order()
    erp.radius.people.add_line(order, other, 20_000)
    with pytest.raises(Crash):
        erp.run(checkpoint=crash_at("after_answer", 2))  # the purchase order is made, nobody wrote it down
    erp.radius.people.remove_line(order, 2)
    erp.radius.people.reconfirm_p4(order)
    erp.clock.sleep(300)
    erp.run()
    assert erp.ended(order) == holds.PO_BLOCKED
    assert erp.counts()["PO lines"] == 2
    erp.run(by_hand=[order])
    assert erp.ended(order) == "COMPLETE"
    assert erp.counts()["SO2 lines"] == 1
