"""Everything that was made for open orders of LWS, whoever made it, in ledger form."""

from collections.abc import Iterator

from dagster_project.delivery.destination import RemoteObject
from dagster_project.radius import entities, live_queries, objects
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.facts import COMPLETE
from dagster_project.radius.item_codes import derived_of
from dagster_project.radius.reading import number_of
from dagster_project.radius.surroundings import Surroundings


def of(entity: str, database: ErpDatabase, profile: str) -> Iterator[RemoteObject]:
    """Yield the live objects of an entity; cancelled and closed ones are none."""
    orders = [number_of(row["sordernum"]) for row in database.rows(live_queries.OPEN_ORDERS)]
    around = Surroundings(database, profile, orders)
    match entity:
        case entities.ITEMS:
            bags = {line.item for order in around.orders.values() for line in order.lines}
            codes = {code.upper() for bag in bags for code in derived_of(bag)}
            statuses = around.statuses(codes)
            yield from (
                objects.item_object(code, made=False) for code in sorted(codes) if code.upper() in statuses
            )
        case entities.JOBS_P4:
            yield from (objects.job_object(entity, job, order) for order, job in around.jobs.items())
        case entities.PO_LINES:
            lines = {line for some in around.purchases.values() for line in some if line.adoptable}
            yield from (
                objects.purchase_object(line) for line in sorted(lines, key=lambda line: line.remote_id)
            )
        case entities.SO2_REFERENCES | entities.SO2_LINES | entities.SHIP_REQUEST_LINES | entities.JOBS_P2:
            yield from _plant_2(entity, around)


def _plant_2(entity: str, around: Surroundings) -> Iterator[RemoteObject]:
    sales = {one.number: one for some in around.sales.values() for one in some if one.status != COMPLETE}
    for number, sale in sorted(sales.items()):
        if entity == entities.SO2_REFERENCES:
            yield objects.reference_object(sale)
        elif entity == entities.SO2_LINES:
            yield from (objects.sale_object(line, sale) for line in around.sale_lines.get(number, ()))
        elif entity == entities.SHIP_REQUEST_LINES:
            yield from map(objects.ship_object, around.ship_lines.get(number, ()))
        elif number in around.jobs_p2:
            yield objects.job_object(entity, around.jobs_p2[number], number)
