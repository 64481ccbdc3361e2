"""Order lines written out by hand: what a test does not say is the same on every row."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from sandbox.source import columns as c

Order = dict[str, Any]

USUAL: Order = {
    c.CUSTOMER_NAME: "GREYSON CLOTHIERS",
    c.ORDER_DATE: dt.date(2025, 5, 20),
    c.AAG_SEASON: "2025 FALL",
    c.PO_NUMBER: "4755",
    c.COLOUR: "WHITE",
    c.STYLE_DESCRIPTION: "NALLA",
    c.UNIT_OF_MEASURE: "PCE",
    c.ORDER_TYPE: "ACTIVE",
    "CUSTOMER PRICE": "28.86",
}


def key_of(number: int) -> str:
    """The record_uuid of the order with this number, in lower case."""
    return f"00000000-0000-4000-8000-{number:012d}"


def order(number: int, sizes: dict[str, int | None] | None = None, **cells: Any) -> Order:
    """An order line with its own key, order number and style; `cells` with blanks go through `__`."""
    quantities: dict[str, int | None] = {"S": 10, "M": 20} if sizes is None else sizes
    return {
        **USUAL,
        c.RECORD_UUID: key_of(number).upper(),
        c.ORDER_NUMBER: f"GRE-{number:05d}",
        c.STYLE: f"MSP26B{number:02d}",
        c.TOTAL_QTY: sum(quantity or 0 for quantity in quantities.values()),
        **quantities,
        **{name.replace("__", " "): value for name, value in cells.items()},
    }


def table_of(orders: Iterable[Order], without: Iterable[str] = ()) -> pa.Table:
    """Orders as a table with the 268 columns of ORDERS_UNIFIED, less those in `without`."""
    schema = pa.schema([field for field in c.schema() if field.name not in set(without)])
    rows = list(orders)
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}
    return pa.table(columns)
