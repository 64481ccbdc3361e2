"""The live reading of the ERP: batched for all orders, by links, without what is cancelled or closed."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dagster_project.delivery.outcomes import MustWait
from dagster_project.radius import entities, listing, live_queries, objects
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.finding import Finder
from dagster_project.radius.objects import Objects
from dagster_project.radius.patience import PatientDatabase
from dagster_project.radius.surroundings import Surroundings
from dagster_project.settings import Settings
from sandbox.radius.server import RunningRadius
from tests.conftest import FakeClock
from tests.radius.chains import BAG

FILM, ROLL = f"16P4-{BAG}", f"1600-{BAG}"
FEET = Decimal(375_500)
ENTITIES = (
    entities.ITEMS, entities.JOBS_P4, entities.PO_LINES, entities.SO2_REFERENCES, entities.SO2_LINES,
    entities.SHIP_REQUEST_LINES, entities.JOBS_P2,
)  # fmt: skip


class Made:
    """An ERP in which the predecessor made the chains of three orders, and a reader of it."""

    def __init__(self, erp: RunningRadius) -> None:
        self.erp = erp
        erp.people.add_item(BAG)
        erp.people.add_derived_items(BAG)
        self.orders = [erp.people.add_order(BAG, custref=f"4554 004{n} A") for n in range(3)]
        self.left = [erp.people.predecessor(order, "complete", "observed") for order in self.orders]
        self.database = ErpDatabase(file=erp.database)
        self.finder = Finder(self.database, "observed")
        self.objects = Objects(self.database, "observed")

    def around(self, **said: Any) -> Surroundings:
        return Surroundings(self.database, "observed", self.orders, said)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    with RunningRadius(tmp_path / "radius.sqlite", view_lag_seconds=0) as erp:
        found = Made(erp)
        yield found
        found.database.release()


def test_each_part_is_read_once_for_all_orders(made: Made) -> None:
    around = made.around()
    parts = (
        "orders",
        "jobs",
        "requirements",
        "purchases",
        "sales",
        "sale_lines",
        "ship_lines",
        "jobs_p2",
        "job_quantities",
    )
    for part in (*parts, *parts):
        assert getattr(around, part)
    around.statuses([FILM, ROLL])
    around.statuses([FILM])
    assert (
        made.database.queries == 11
    )  # an order is a header and its lines; of known purchase orders there are none


def test_what_jobs_require_is_asked_for_once_for_all_orders_whatever_it_is_derived_of(made: Made) -> None:
    around = made.around()
    for place, job in enumerate(around.jobs.values()):
        made.erp.people.add_item(f"16P4-ALIEN{place}")
        made.database.execute(
            'update "PUB"."PV_Req" set "ItemCode" = ? where "JobCode" = ?', [f"16P4-ALIEN{place}", job]
        )
    required = {order: {one.item for one in some} for order, some in around.requirements.items()}
    before = made.database.queries
    for order in made.orders:
        assert set(around.statuses(required[order])) == required[order]
    lines_and_headers, items = 2, 1
    assert made.database.queries - before == lines_and_headers + items


def test_what_is_read_is_typed_and_linked(made: Made) -> None:
    around, first = made.around(), made.orders[0]
    order = around.orders[first]
    assert (order.status, order.custref, [line.quantity for line in order.lines]) == (
        0,
        "4554 0040 A",
        [150_000],
    )
    assert around.jobs[first] == made.left[0]["job_p4"]
    (required,) = around.requirements[first]
    assert (required.item, required.quantity, required.open, required.width) == (FILM, FEET, True, 36)
    (bought,) = around.purchases[first]
    assert (bought.order, bought.job, bought.item, bought.ordered) == (
        made.left[0]["po"], around.jobs[first], FILM, FEET
    )  # fmt: skip
    (sale,) = around.sales[first]
    assert (sale.number, sale.po) == (made.left[0]["so2"], str(bought.order))
    (shipped,) = around.ship_lines[sale.number]
    assert (shipped.number, shipped.quantity) == (made.left[0]["ship_request"], FEET)
    job = around.jobs_p2[sale.number]
    assert (job, around.job_quantities[job]) == (made.left[0]["job_p2"], {ROLL: FEET})
    assert around.statuses([FILM, "16P4-NONE"]) == {FILM: "APP"}


def test_a_purchase_order_that_the_ledger_knows_is_found_whatever_job_it_names(made: Made) -> None:
    first, po = made.orders[0], made.left[0]["po"]
    made.database.execute('update "PUB"."PV_POrder" set "SuppRef" = \'900000\' where "POrderNum" = ?', [po])
    assert made.around().purchases[first] == []
    known = Surroundings(made.database, "observed", made.orders, {first: [po]})
    assert [line.order for line in known.purchases[first]] == [po]


@pytest.mark.parametrize(
    ("entity", "wants", "found"),
    [
        (entities.ITEMS, {"item": FILM}, FILM),
        (entities.ITEMS, {"item": "16P4-NONE"}, None),
        (entities.JOBS_P4, {"sales_order": "order"}, "job_p4"),
        (entities.PO_LINES, {"job": "job_p4", "item": FILM.lower()}, "po/1"),
        (entities.PO_LINES, {"job": "job_p4", "item": "16P4-NONE"}, None),
        (entities.SO2_LINES, {"po": "po", "item": ROLL}, "so2/1"),
        (entities.SHIP_REQUEST_LINES, {"so2_line": "so2/1"}, "ship_request/1"),
        (entities.SHIP_REQUEST_LINES, {"so2_line": "so2/7"}, None),
        (entities.JOBS_P2, {"sales_order": "so2"}, "job_p2"),
    ],
)
def test_what_was_made_is_found_by_what_it_is_linked_with(
    made: Made, entity: str, wants: dict[str, str], found: str | None
) -> None:
    def filled(said: str) -> str:
        name, stroke, line = said.partition("/")
        known = made.left[1].get(name, name)
        return f"{known}{stroke}{line}"

    candidates = made.finder.find(entity, {"key": {name: filled(said) for name, said in wants.items()}})
    ids = [one.remote_id for one in candidates.get("key", ())]
    assert ids == ([] if found is None else [filled(found)])


@pytest.mark.parametrize("deed", ["close_po", "cancel_po"])
def test_a_closed_or_cancelled_purchase_order_is_not_found_but_still_read(made: Made, deed: str) -> None:
    po, job = made.left[0]["po"], made.left[0]["job_p4"]
    wants = {"key": {"job": job, "item": FILM}}
    assert made.finder.find(entities.PO_LINES, wants)
    getattr(made.erp.people, deed)(po)
    assert made.finder.find(entities.PO_LINES, wants) == {}
    assert made.objects.read(entities.PO_LINES, [f"{po}/1"])[f"{po}/1"].values["quantity"] == "375500"


def test_a_complete_plant_2_order_is_not_found_but_still_read(made: Made) -> None:
    po, so2 = made.left[0]["po"], made.left[0]["so2"]
    made.erp.people.complete(so2)
    assert made.finder.find(entities.SO2_LINES, {"key": {"po": po, "item": ROLL}}) == {}
    assert f"{so2}/1" in made.objects.read(entities.SO2_LINES, [f"{so2}/1"])


@pytest.mark.parametrize("entity", ENTITIES)
def test_what_is_listed_can_be_read_back_and_agrees(made: Made, entity: str) -> None:
    listed = {one.remote_id: one for one in listing.of(entity, made.database, "observed")}
    assert len(listed) == (2 if entity == entities.ITEMS else 3)
    read = made.objects.read(entity, [*listed, "0/0" if "/" in next(iter(listed)) else "0"])
    assert read.keys() == listed.keys()
    for remote_id, one in listed.items():
        assert objects.differences(entity, one.values, read[remote_id].values) == {}


@pytest.mark.parametrize(
    ("entity", "told", "found", "different"),
    [
        (entities.PO_LINES, {"quantity": "100"}, {"quantity": "100.0"}, []),
        (entities.PO_LINES, {"quantity": "100"}, {"quantity": "101"}, ["quantity"]),
        (entities.PO_LINES, {"quantity": "0"}, {"quantity": "101"}, []),
        (entities.PO_LINES, {"item": "16P4-a"}, {"item": "16P4-A "}, []),
        (entities.SO2_LINES, {"po": 241001}, {"po": "241001"}, []),
        (entities.SO2_REFERENCES, {"custref": None}, {"custref": ""}, []),
        (entities.SO2_REFERENCES, {"custref": "A"}, {"custref": "a"}, ["custref"]),
        (
            entities.SHIP_REQUEST_LINES,
            {"shipping_ref": "A", "required_date": "2026-01-01"},
            {"shipping_ref": "A"},
            [],
        ),
        (entities.JOBS_P4, {"sales_order": 1}, {"sales_order": 2}, []),
    ],
)
def test_what_counts_as_different(
    entity: str, told: dict[str, Any], found: dict[str, Any], different: list[str]
) -> None:
    assert list(objects.differences(entity, told, found)) == different


def test_a_read_that_was_in_somebodys_way_is_made_again(made: Made, clock: FakeClock) -> None:
    """A write is not: what became of it the caller has to find out."""
    settings = Settings(_env_file=None, radius_database=made.erp.database, radius_timeout_seconds=0.01)
    database = PatientDatabase.waiting_by(clock, settings)
    free, hidden = made.erp.database, made.erp.database.with_suffix(".hidden")
    free.rename(hidden)
    with pytest.raises(MustWait):
        database.rows(live_queries.OPEN_ORDERS)
    assert clock.slept == [2, 4]
    with pytest.raises(MustWait):
        database.execute(live_queries.AUTHORISE, [1])
    assert clock.slept == [2, 4]
    clock.sleep = lambda _seconds: hidden.rename(free)  # type: ignore[method-assign]
    assert len(database.rows(live_queries.OPEN_ORDERS)) == 3
    database.release()


def test_a_read_of_any_number_of_values_is_made_again_as_well(made: Made, clock: FakeClock) -> None:
    database = PatientDatabase.waiting_by(clock, Settings(_env_file=None, radius_database=made.erp.database))
    free, hidden = made.erp.database, made.erp.database.with_suffix(".hidden")
    free.rename(hidden)
    clock.sleep = lambda _seconds: hidden.rename(free)  # type: ignore[method-assign]
    sql = 'select "SOrderNum" from "PUB"."PV_SOrder" where "PlantCode" in ({marks})'
    found = database.rows_in(sql, ["2", "4"])
    assert len(found) == len(database.rows('select "SOrderNum" from "PUB"."PV_SOrder"')) > 0
    database.release()
