"""The baseline for staging: a data frame walked row by row, one bound INSERT each, as the predecessor did.

It is kept as fair as its design allows: the driver's connection is used directly, statement texts are built
once, and everything is one transaction. What makes it slow is the shape - a statement per row - not neglect.
"""

import argparse
import csv
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from sandbox.source import columns as c
from sandbox.source.orders import generate

ITEMS = "predecessor_items"
LINES = "predecessor_lines"
LOOKUP = Path(__file__).parents[1] / "mappings" / "monday" / "monday_customers.csv"

Convert = Callable[[Any], Any]


def _text(value: Any) -> str | None:
    if value is None or value is pd.NaT or value != value:
        return None
    text = str(value).strip()
    return None if text.lower() in ("", "nan", "none", "null") else text


def _number(value: Any) -> float | None:
    text = _text(value)
    if text is None or text.upper() == "TRUE":
        return None if text is None else 0.0
    try:
        return float(text.replace("$", "").replace(",", "").replace("%", ""))
    except ValueError:
        return None


def _columns(convert: Convert, *names: str) -> dict[str, tuple[str, Convert]]:
    return {name: (name, convert) for name in names}


MAPPING: dict[str, tuple[str, Convert]] = {
    **_columns(
        _text, c.ORDER_NUMBER, c.AAG_SEASON, "CUSTOMER ALT PO", c.CUSTOMER_SEASON, c.ORDER_DATE, "DROP"
    ),
    **_columns(_text, c.PO_NUMBER, "PATTERN ID", c.STYLE_DESCRIPTION, "CATEGORY", c.UNIT_OF_MEASURE),
    **_columns(_text, "DESTINATION", "DESTINATION WAREHOUSE", "DELIVERY TERMS", "PLANNED DELIVERY METHOD"),
    **_columns(_text, "NOTES", "HANDLING", "HS CODE", "FREIGHT", "FINAL PRICES Y/N", "NOTES FOR PRICE"),
    **_columns(
        _number, "CUSTOMER PRICE", "USA ONLY LSTP 75% EX WORKS", "EX WORKS (USD)", "ADMINISTRATION FEE"
    ),
    **_columns(_number, "DESIGN FEE", "FX CHARGE", "SURCHARGE FEE", "DISCOUNT", "FINAL FOB (USD)"),
    **_columns(
        _number, "US DUTY RATE", "US DUTY", c.TARIFF_RATE, "US TARIFF", "DDP US (USD)", "SMS PRICE USD"
    ),
    **_columns(_text, c.ORDER_TYPE, "RANGE / COLLECTION"),
    "STYLE": (c.STYLE, _text),
    "ALIAS RELATED ITEM": ("ALIAS/RELATED ITEM", _text),
    "COLOR": (c.COLOUR, _text),
    "CUSTOMER REQ IN DC DATE": (c.ETA_DATE, _text),
    "CUSTOMER EX FACTORY DATE": (c.EX_FACTORY_DATE, _text),
}
"""Board column → source column and what is done to a cell of it."""

_COMPUTED = ("CUSTOMER", "Title", "Group", "stg_batch_id", "stg_customer_batch", "stg_status", "source_uuid")
_LINE = ("source_uuid", "Size", "Order Qty", "AAG ORDER NUMBER", "STYLE", "COLOR", "stg_status")


def _customers() -> dict[str, str]:
    with LOOKUP.open(newline="", encoding="utf-8") as file:
        return {row["source_name"].upper(): row["canonical"] for row in csv.DictReader(file)}


def _item(row: Any, customers: dict[str, str], batch: str) -> list[Any]:
    mapped = {target: convert(row[source]) for target, (source, convert) in MAPPING.items()}
    customer = _text(row[c.CUSTOMER_NAME]) or "UNKNOWN"
    title = "".join(mapped[part] or "" for part in ("STYLE", "COLOR", c.ORDER_NUMBER))
    season = mapped[c.CUSTOMER_SEASON] or mapped[c.AAG_SEASON] or "UNKNOWN_SEASON"
    canonical = customers.get(customer.upper(), customer)
    group = f"{customer.upper()} {season}"
    computed = (canonical, title, group, batch, customer, "PENDING", _text(row[c.RECORD_UUID]))
    return [*mapped.values(), *computed]


def _lines(row: Any) -> Iterator[list[Any]]:
    for size in c.SIZES:
        quantity = row[size]
        if quantity is not None and quantity == quantity and quantity > 0:
            cells = (
                row[c.RECORD_UUID],
                size,
                int(quantity),
                row[c.ORDER_NUMBER],
                row[c.STYLE],
                row[c.COLOUR],
            )
            yield [*cells, "PENDING"]


def _prepared(cursor: Any, table: str, names: tuple[str, ...]) -> str:
    """Make an empty table of texts; return the statement that inserts one row."""
    quoted = [f'"{name}"' for name in names]
    cursor.execute(f"drop table if exists {table}")
    cursor.execute(f"create table {table} ({', '.join(f'{name} nvarchar(4000)' for name in quoted)})")
    return f"insert into {table} ({', '.join(quoted)}) values ({', '.join('?' for _ in quoted)})"


def stage_predecessor_way(rows: pa.Table, connection: Any, lines: bool = False) -> float:
    """Stage rows of ORDERS_UNIFIED in `predecessor_items`; return the seconds it took.

    `connection` is a DB-API connection whose markers are `?`. With `lines`, every size with a positive
    quantity becomes a row of `predecessor_lines`, one statement each. Making the data frame and the tables
    is not part of the time.
    """
    frame = rows.to_pandas()
    customers, batch = _customers(), str(uuid.uuid4())
    cursor = connection.cursor()
    insert_item = _prepared(cursor, ITEMS, (*MAPPING, *_COMPUTED))
    insert_line = _prepared(cursor, LINES, _LINE)
    start = time.perf_counter()
    if hasattr(connection, "begin"):  # DuckDB commits every statement otherwise
        cursor.begin()
    for _, row in frame.iterrows():
        cursor.execute(insert_item, _item(row, customers, batch))
        for line in _lines(row) if lines else ():
            cursor.execute(insert_line, line)
    (cursor if hasattr(cursor, "commit") else connection).commit()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.predecessor_staging", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--lines", action="store_true", help="stage the size lines as well")
    chosen = parser.parse_args()
    seconds = stage_predecessor_way(generate(chosen.orders), duckdb.connect(), chosen.lines)
    print(f"{chosen.orders} rows in {seconds:.1f} s: {chosen.orders / seconds:.0f} rows/s")


if __name__ == "__main__":
    main()
