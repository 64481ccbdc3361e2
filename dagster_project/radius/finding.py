"""What may have been made for a row already: found by what it would be linked with, from the row's own values.

Both the look before something is made and the probe after an unknown answer stand on it. Cancelled and closed orders
are not found: nobody expects goods of them any more.
"""

from collections.abc import Callable, Mapping, Sequence

from dagster_project.delivery.destination import Fields, RemoteObject
from dagster_project.radius import entities, live_queries, objects, queries
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.facts import COMPLETE
from dagster_project.radius.item_codes import same
from dagster_project.radius.reading import number_of, purchase_line, sale, sale_line, ship_line, text_of

Wants = Mapping[str, Fields]
"""Artefact key → values, told or to be told."""
Candidates = Mapping[str, Sequence[RemoteObject]]
"""Artefact key → objects that could be it, newest first."""


class Finder:
    """Finds objects of one ERP."""

    def __init__(self, database: ErpDatabase, profile: str) -> None:
        self._database = database
        self._po_lines = queries.PO_LINES_OF_JOBS.replace("{reference}", queries.JOB_REFERENCE[profile])
        self._finders: Mapping[str, Callable[[Wants], Candidates]] = {
            entities.ITEMS: self._items,
            entities.JOBS_P4: lambda wants: self._jobs(entities.JOBS_P4, "4", wants),
            entities.PO_LINES: self._purchase_lines,
            entities.SO2_LINES: self._sale_lines,
            entities.SHIP_REQUEST_LINES: self._ship_lines,
            entities.JOBS_P2: lambda wants: self._jobs(entities.JOBS_P2, "2", wants),
        }

    def find(self, entity: str, wants: Wants) -> Candidates:
        """Return what could be each of these rows; keys without any are absent."""
        finder = self._finders.get(entity)
        found = finder(wants) if finder and wants else {}
        return {key: some for key, some in found.items() if some}

    def _items(self, wants: Wants) -> Candidates:
        rows = self._database.rows_in(queries.ITEMS, sorted({str(v["item"]) for v in wants.values()}))
        there = {text_of(row["itemcode"]).upper() for row in rows}
        return {
            key: [objects.item_object(str(values["item"]), made=False, **_bare(values))]
            for key, values in wants.items()
            if str(values["item"]).upper() in there
        }

    def _jobs(self, entity: str, plant: str, wants: Wants) -> Candidates:
        orders = sorted({int(values["sales_order"]) for values in wants.values()})
        rows = self._database.rows_in(queries.JOBS_OF_ORDERS, orders, plant, plant)
        newest: dict[int, tuple[int, str]] = {}
        for row in rows:
            order = number_of(row["sordernum"])
            link = (number_of(row["tablerecid"]), text_of(row["jobcode"]))
            newest[order] = max(newest.get(order, link), link)
        return {
            key: [objects.job_object(entity, newest[order][1], order)]
            for key, values in wants.items()
            if (order := int(values["sales_order"])) in newest
        }

    def _purchase_lines(self, wants: Wants) -> Candidates:
        jobs = sorted({str(values["job"]) for values in wants.values()})
        lines = [
            line
            for line in map(purchase_line, self._database.rows_in(self._po_lines, jobs))
            if line.adoptable
        ]
        lines.sort(key=lambda line: (-line.order, line.line))
        return {
            key: [
                objects.purchase_object(line)
                for line in lines
                if line.job == str(values["job"]) and same(line.item, str(values["item"]))
            ]
            for key, values in wants.items()
        }

    def _sale_lines(self, wants: Wants) -> Candidates:
        pos = sorted({str(values["po"]) for values in wants.values()})
        sales = {
            one.number: one
            for one in map(sale, self._database.rows_in(queries.SO2_OF_PURCHASE_ORDERS, pos))
            if one.status != COMPLETE
        }
        rows = self._database.rows_in(queries.LINES_OF_ORDERS, sorted(sales), "2")
        lines = sorted(map(sale_line, rows), key=lambda line: (-line.order, line.line))
        return {
            key: [
                objects.sale_object(line, sales[line.order])
                for line in lines
                if sales[line.order].po == str(values["po"]) and same(line.item, str(values["item"]))
            ]
            for key, values in wants.items()
        }

    def _ship_lines(self, wants: Wants) -> Candidates:
        orders = sorted({int(str(values["so2_line"]).partition("/")[0]) for values in wants.values()})
        rows = self._database.rows_in(live_queries.SHIP_LINES_OF_ORDERS, orders)
        lines = sorted(map(ship_line, rows), key=lambda line: (-line.number, line.line))
        return {
            key: [
                objects.ship_object(line)
                for line in lines
                if f"{line.order}/{line.order_line}" == str(values["so2_line"])
            ]
            for key, values in wants.items()
        }


def _bare(values: Fields) -> Fields:
    return {name: values.get(name) for name in ("base_item", "kind")}
