"""A warehouse whose raw tables are filled by hand: staged orders, customers, items, and a ledger to compare with."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dagster_project.counterpoint import raw_tables as raws
from dagster_project.counterpoint.line_items import line_rows, tax_rows
from dagster_project.counterpoint.woo_orders import parse
from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.records import dump
from dagster_project.delivery.staging import as_told
from dagster_project.warehouse import raw, rows, tables
from dagster_project.warehouse.engine import Warehouse
from tests.dbt.world import World, _insert

PIPELINES = {
    "order_pull": ("staging_rows",),
    "order_processing": ("documents", "verdicts"),
    "fulfillment_status_sync": ("order_statuses",),
}
MAPPINGS = {mapping.entity: mapping for mapping in load_all("counterpoint")}
OF = {entity: pipeline for pipeline, entities in PIPELINES.items() for entity in entities}
START = dt.datetime(2026, 11, 21, 9, 0)
ZONE = ZoneInfo("America/New_York")
Row = dict[str, Any]

CUSTOMERS = (
    ("2001", "one@example.com", "FL-BROWAR"), ("10001", "two@example.com", "EXEMPT"),
    ("2002", "twins@example.com", "FL-STATE"), ("10002", "twins@example.com", "FL-STATE"),
    ("2003", "MIXED@Example.com", "FL-STATE"),
)  # fmt: skip
ACCOUNTS = (("10002", 42, 1), ("2001", 43, 1), ("2003", 44, 0), ("9999", 45, 1))
ITEMS = (("01-10100", "A"), ("01-10200", "D"), ("01-10300-EA", "A"))
TAXES = (
    ("FL-STATE", 1, "FL-STATE", "6"), ("FL-BROWAR", 1, "FL-STATE", "6"), ("FL-BROWAR", 2, "BROWARD", "1"),
    ("MEMTN", 1, "MEMPHIS", "2"), ("MEMTN", 2, "SHELBY", "3"), ("MEMTN", 3, "TN", "4"),
    ("EXEMPT", 0, None, None), ("NOTAX", 0, None, None),
)  # fmt: skip


def line(sku: str = "01-10100", quantity: Any = 2, total: Any = "20.00", **changes: Any) -> Row:
    """One entry of LINE_ITEMS_JSON."""
    return {"sku": sku, "sku_original": sku, "name": "Paper", "quantity": quantity, "total": total, **changes}


class CounterpointWorld(World):
    """One warehouse and what dbt makes of it, one pipeline at a time."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.path, self.clock = home, home / "warehouse.duckdb", START
        self.warehouse = Warehouse(f"duckdb:///{self.path}")
        with self.warehouse.begin() as connection:
            tables.metadata.create_all(connection)
            raw.prepare(connection, raws.metadata)
        self._reference()
        self.set_context()

    # -- the outside ------------------------------------------------------------------------------

    def _reference(self) -> None:
        customers = [
            {"CUST_NO": no, "NAM": no, "EMAIL_ADRS_1": mail, "TAX_COD": tax} for no, mail, tax in CUSTOMERS
        ]
        accounts = [
            {"MAP_ID": place, "CUST_NO": no, "WOO_USER_ID": user, "IS_ACTIVE": active}
            for place, (no, user, active) in enumerate(ACCOUNTS)
        ]
        items = [
            {
                "ITEM_NO": no, "DESCR": f"ITEM {no}", "STAT": stat, "STK_UNIT": "PK", "IS_TXBL": "Y",
                "ALT_1_UNIT": "CT", "ALT_1_NUMER": Decimal(10), "ALT_1_DENOM": Decimal(1),
                "ALT_2_UNIT": "EA", "ALT_2_NUMER": Decimal(1), "ALT_2_DENOM": Decimal(4),
            }
            for no, stat in ITEMS
        ]  # fmt: skip
        codes = [
            {
                "TAX_COD": code,
                "SEQ_NO": place,
                "AUTH_COD": authority,
                "RUL_COD": authority and "TAX",
                "RATE_PCT": rate,
            }
            for code, place, authority, rate in TAXES
        ]
        with self.warehouse.begin() as connection:
            for table, filled in (
                (raws.CUSTOMERS, customers), (raws.CUSTOMER_MAP, accounts), (raws.ITEMS, items),
                (raws.TAX_CODES, codes),
            ):  # fmt: skip
                rows.insert(connection, table, filled)

    def put(
        self,
        staging_id: int,
        lines: Sequence[Any] | str | None = (),
        extra: Row | None = None,
        **changes: Any,
    ) -> None:
        """Put a staged order into the raw tables: clean, but for the changes. `extra` None: the predecessor's."""
        text = lines if isinstance(lines, str | None) else json.dumps(lines or [line()], default=str)
        order: Row = {
            "STAGING_ID": staging_id, "WOO_ORDER_ID": 15000 + staging_id, "WOO_ORDER_NO": str(15000 + staging_id),
            "BATCH_ID": "WOO_ORDERS_1", "CUST_EMAIL": "one@example.com", "ORD_DAT": dt.date(2026, 11, 20),
            "ORD_STATUS": "processing", "PMT_METH": "PayPal", "SHIP_VIA": "UPS Ground", "SUBTOT": "20.00",
            "SHIP_AMT": "5.00", "TAX_AMT": "0.00", "DISC_AMT": "0.00", "TOT_AMT": "25.00", "SHIP_NAM": "One",
            "SHIP_CITY": "Tampa", "SOURCE_SYSTEM": "WOOCOMMERCE", "IS_VALIDATED": 0, "IS_APPLIED": 0,
            "LINE_ITEMS_JSON": text, **changes,
        }  # fmt: skip
        beside = None if extra is None else {"STAGING_ID": staging_id, "CURNCY_COD": "USD", **extra}
        read = line_rows(staging_id, text)
        taxes = tax_rows(staging_id, (beside or {}).get("TAX_LINES_JSON"))
        with self.warehouse.begin() as connection:
            for table, filled in (
                (raws.ORDER_STAGING, [order]), (raws.ORDER_EXTRA, [beside] if beside else []),
                (raws.ORDER_LINES, read), (raws.ORDER_TAXES, taxes),
            ):  # fmt: skip
                raw.replace(connection, table, "STAGING_ID", filled, [staging_id])

    def pulled(self, *said: Mapping[str, Any], minutes: int = 1) -> None:
        """Land orders of the shop."""
        orders, at = [parse(one, ZONE) for one in said], self.later(minutes)
        keys = [order.order["WOO_ORDER_ID"] for order in orders]
        landed = [
            {**{n: v or None for n, v in order.order.items()}, "LANDED_AT": at, "PULL_BATCH": "B"}
            for order in orders
        ]
        lines = [line for order in orders for line in order.lines]
        charges = [charge for order in orders for charge in order.charges]
        with self.warehouse.begin() as connection:
            for table, some in (
                (raws.WOO_ORDERS, landed),
                (raws.WOO_LINES, lines),
                (raws.WOO_CHARGES, charges),
            ):
                raw.replace(connection, table, "WOO_ORDER_ID", some, keys)

    def fulfilment(self, *documents: Row) -> None:
        """Replace what became of documents."""
        with self.warehouse.begin() as connection:
            raw.refill(connection, raws.FULFILMENT, documents)

    def set_context(self, **changes: Any) -> None:
        context = {
            "run_id": "run", "mapping_version": "mapping 1", "schema_version": None, "max_removed_share": 0.5,
            "max_rekeyed": 500, "allow_removals": 0, "set_at": self.clock, **changes,
        }  # fmt: skip
        with self.connect() as connection:
            connection.execute("delete from staging_context")
            for entity, pipeline in OF.items():
                row = {"system": pipeline, "entity": entity, "instance": f"{pipeline}:TEST:1", **context}
                _insert(connection, "staging_context", row)

    # -- dbt --------------------------------------------------------------------------------------

    def build(self, pipeline: str, *, tested: bool = False) -> None:
        """Stage and settle a pipeline, `tested` with its tests; fails the test when a node does."""
        self.set_context()
        for kind in ("stage", "settle"):
            self.refresh(kind, pipeline, tested=tested)

    # -- what the kernel does ---------------------------------------------------------------------

    def told_all(self, *entities: str) -> None:
        """Pretend that everything staged was delivered."""
        now = self.later()
        for entity in entities:
            names = [column.name for column in MAPPINGS[entity].columns]
            for key, row in self.staged(entity).items():
                if row["stg_status"] in ("PENDING", "RETRY", "IN_DOUBT"):
                    told = dump({name: as_told(row[name]) for name in names})
                    self.ledger(key, entity, state="DELIVERED", told=told, tried=None, updated_at=now)

    def ledger(self, key: str, entity: str = "documents", **changes: Any) -> None:
        """Put a ledger row in the place of one there may be."""
        pipeline = OF[entity]
        row = {
            "instance": f"{pipeline}:TEST:1", "entity": entity, "business_key": key, "incarnation": 1,
            "state": "DELIVERED", "revision": 1, "attempt": 0, "mapping_version": "mapping 1",
            "remote_id": key, "created_at": self.clock, "updated_at": self.clock, **changes,
        }  # fmt: skip
        with self.connect() as connection:
            known = connection.execute(
                "delete from delivery where instance = ? and entity = ? and business_key = ? returning revision",
                [row["instance"], entity, key],
            ).fetchone()
            row["revision"] = known[0] + 1 if known else 1
            _insert(connection, "delivery", row)

    # -- what came out ----------------------------------------------------------------------------

    def staged(self, entity: str = "documents") -> dict[str, Row]:
        found = self.rows(f'select * from "{MAPPINGS[entity].staging}"')
        staged = {row["business_key"]: row for row in found}
        assert len(staged) == len(found), "a key is staged twice"
        return staged

    def errors(self, entity: str = "documents") -> list[Row]:
        return self.rows(
            f'select * from "{MAPPINGS[entity].errors}" order by business_key, error_type, column_name'
        )

    def errors_of(self, key: str, entity: str = "documents") -> list[str]:
        """The types of a row's errors."""
        return [row["error_type"] for row in self.errors(entity) if row["business_key"] == key]
