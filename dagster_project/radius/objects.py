"""Objects of the ERP by remote id and by what they are linked with: reading back, looking up, probing, listing.

All of it is the same live reading: an object is known by the order, job, purchase order or line it was made for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dagster_project.delivery.destination import Fields, RemoteObject
from dagster_project.radius import cells, entities, live_queries, queries
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.facts import PurchaseLine, Sale, SaleLine, ShipLine, numbers_of
from dagster_project.radius.reading import purchase_line, sale, sale_line, ship_line, text_of
from dagster_project.radius.rules import number_of, told_number

NUMBERS = frozenset({"quantity", "dim_a"})
COMPARED: Mapping[str, tuple[str, ...]] = {
    entities.SO2_REFERENCES: ("custref",),
    entities.PO_LINES: ("item", "quantity"),
    entities.SO2_LINES: ("item", "quantity", "po"),
    entities.SHIP_REQUEST_LINES: ("so2_line", "quantity", "shipping_ref"),
}
"""What the ERP shows of what was told; dates were computed when they were sent, and are not compared."""


class Objects:
    """Reads objects of one ERP."""

    def __init__(self, database: ErpDatabase, profile: str) -> None:
        self._database = database
        reference = queries.JOB_REFERENCE[profile]
        self._po_lines = live_queries.PO_LINES_BY_NUMBER.replace("{reference}", reference)
        self._readers: Mapping[str, Callable[[Sequence[str]], Iterable[RemoteObject]]] = {
            entities.SO2_REFERENCES: self._sales,
            entities.ITEMS: self._items,
            entities.ITEM_PRICES: self._prices,
            entities.JOBS_P4: lambda codes: self._jobs(entities.JOBS_P4, "4", codes),
            entities.PO_LINES: self._purchase_lines,
            entities.SO2_LINES: self._sale_lines,
            entities.SHIP_REQUEST_LINES: self._ship_lines,
            entities.JOBS_P2: lambda codes: self._jobs(entities.JOBS_P2, "2", codes),
        }

    def read(self, entity: str, remote_ids: Sequence[str]) -> dict[str, RemoteObject]:
        """Return the objects that stand in the ERP, whatever their status, by remote id."""
        wanted = set(remote_ids)
        reader = self._readers.get(entity)
        found = reader(sorted(wanted)) if reader and wanted else ()
        return {one.remote_id: one for one in found if one.remote_id in wanted}

    def _sales(self, numbers: Sequence[str]) -> Iterator[RemoteObject]:
        rows = self._database.rows_in(live_queries.SO2_BY_NUMBER, [int(number) for number in numbers])
        yield from (reference_object(sale(row)) for row in rows)

    def _items(self, codes: Sequence[str]) -> Iterator[RemoteObject]:
        asked = {code.upper(): code for code in codes}
        for row in self._database.rows_in(queries.ITEMS, codes):
            code = text_of(row["itemcode"])
            yield item_object(asked.get(code.upper(), code), made=True)

    def _prices(self, codes: Sequence[str]) -> Iterator[RemoteObject]:
        yield from (RemoteObject(entities.ITEM_PRICES, one.remote_id, {}) for one in self._items(codes))

    def _jobs(self, entity: str, plant: str, codes: Sequence[str]) -> Iterator[RemoteObject]:
        for row in self._database.rows_in(live_queries.JOBS_BY_CODE, codes, plant, plant):
            yield job_object(entity, text_of(row["jobcode"]), cells.whole(row["sordernum"]))

    def _purchase_lines(self, remote_ids: Sequence[str]) -> Iterator[RemoteObject]:
        rows = self._database.rows_in(self._po_lines, _heads(remote_ids))
        yield from (purchase_object(purchase_line(row)) for row in rows)

    def _sale_lines(self, remote_ids: Sequence[str]) -> Iterator[RemoteObject]:
        heads = _heads(remote_ids)
        headers = {
            one.number: one for one in map(sale, self._database.rows_in(live_queries.SO2_BY_NUMBER, heads))
        }
        for line in map(sale_line, self._database.rows_in(queries.LINES_OF_ORDERS, heads, "2")):
            if line.order in headers:  # header and lines show one after the other
                yield sale_object(line, headers[line.order])

    def _ship_lines(self, remote_ids: Sequence[str]) -> Iterator[RemoteObject]:
        rows = self._database.rows_in(live_queries.SHIP_LINES_BY_NUMBER, _heads(remote_ids))
        yield from (ship_object(ship_line(row)) for row in rows)


def _heads(remote_ids: Sequence[str]) -> list[int]:
    return sorted({numbers_of(remote_id)[0] for remote_id in remote_ids})


# -- objects in ledger form -------------------------------------------------------------------------


def reference_object(found: Sale) -> RemoteObject:
    """A plant-2 order as the bearer of a reference; one that others made is owed nothing."""
    values = {"custref": found.custref, "authorised": True}
    return RemoteObject(entities.SO2_REFERENCES, str(found.number), values)


def item_object(code: str, *, made: bool, **known: Any) -> RemoteObject:
    """An item; `made` is False for one that was there before us."""
    values = {**known, "item": code} if made else {**known, "item": code, "made": False}
    return RemoteObject(entities.ITEMS, code, values, created_by_us=made)


def job_object(entity: str, code: str, order: int | None, **known: Any) -> RemoteObject:
    """A job, and the order it was made of."""
    return RemoteObject(entity, code, {"sales_order": order, **known})


def purchase_object(line: PurchaseLine) -> RemoteObject:
    """A line of a purchase order."""
    values = {"job": line.job, "item": line.item, "quantity": told_number(line.ordered)}
    return RemoteObject(entities.PO_LINES, line.remote_id, values)


def sale_object(line: SaleLine, order: Sale, **owed: Any) -> RemoteObject:
    """A line of a plant-2 order; `owed` is what its touch still has to be followed by."""
    po = int(order.po) if order.po.isdigit() else None
    values = {"item": line.item, "quantity": told_number(line.ordered), "po": po, **owed}
    return RemoteObject(entities.SO2_LINES, line.remote_id, values)


def ship_object(line: ShipLine) -> RemoteObject:
    """A line of a ship request."""
    values = {
        "so2_line": f"{line.order}/{line.order_line}", "quantity": told_number(line.quantity),
        "shipping_ref": line.reference,
    }  # fmt: skip
    return RemoteObject(entities.SHIP_REQUEST_LINES, line.remote_id, values)


def differences(entity: str, told: Fields, found: Fields) -> Mapping[str, tuple[Any, Any]]:
    """Compare what was told with what the ERP shows of it: field → (told, found). A quantity of 0 was never told."""
    if told.get("quantity") == "0":
        return {}
    return {
        name: (told[name], found[name])
        for name in COMPARED.get(entity, ())
        if name in told and name in found and _same(name, told[name]) != _same(name, found[name])
    }


def _same(name: str, value: Any) -> Any:
    if name in NUMBERS:
        return number_of(value) if value is not None else Decimal(-1)
    return str(value or "").strip().upper() if name == "item" else str(value or "").strip()
