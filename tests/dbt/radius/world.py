"""A small ERP, a warehouse it is extracted into, and a ledger that stands as the chain driver would leave it."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project.delivery.mapping import load_all
from dagster_project.delivery.records import dump
from dagster_project.delivery.staging import as_told
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.extract import extract
from dagster_project.settings import Settings
from dagster_project.warehouse import raw, tables
from dagster_project.warehouse.engine import Warehouse
from tests.dbt.world import World, _insert, _succeeded
from tests.radius.erp import BASE, ErpFile

INSTANCE = "radius:SANDBOX:erp"
(ORDERS,) = load_all("radius")
NAMES = [column.name for column in ORDERS.columns]
START = dt.datetime(2026, 11, 21, 9, 0)
WITHOUT = ("--exclude-resource-type", "unit_test")
Row = dict[str, Any]


class RadiusWorld(World):
    """One ERP file and one warehouse."""

    def __init__(self, home: Path, shared: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.shared, self.path, self.clock = home, shared, home / "warehouse.duckdb", START
        self.erp = ErpFile(home / "erp.db")
        for code, group in ((BASE, "P4-LWS"), (f"16P4-{BASE}", ""), (f"1600-{BASE}", "Rollstock")):
            self.erp.item(code, group=group)
        self.settings = Settings(_env_file=None, order_staging_home=home, radius_database=self.erp.path)
        self.warehouse = Warehouse(f"duckdb:///{self.path}")
        with self.warehouse.begin() as connection:
            tables.metadata.create_all(connection)
            raw.prepare(connection, raws.metadata)
        self.warehouse.release()

    def set_context(self, **changes: Any) -> None:
        context = {
            "system": "radius", "entity": "orders", "instance": INSTANCE, "run_id": "run",
            "mapping_version": "mapping 1", "schema_version": None, "max_removed_share": 0.5, "max_rekeyed": 500,
            "allow_removals": 0, "set_at": self.clock, **changes,
        }  # fmt: skip
        with self.connect() as connection:
            connection.execute("delete from staging_context")
            _insert(connection, "staging_context", context)

    # -- a run ------------------------------------------------------------------------------------

    def extract(self) -> None:
        """Read the ERP."""
        extract(self.settings, self.warehouse, INSTANCE)
        self.warehouse.release()

    def stage(self, *, tested: bool = True) -> None:
        """Read the ERP and stage it, with all tests; fails the test when one of them does."""
        self.later()
        self.extract()
        self.set_context()
        without = WITHOUT if tested else (*WITHOUT, "--exclude-resource-type", "test")
        _succeeded(self.dbt("build", "--select", "tag:radius,tag:stage", *without))

    def settle(self) -> None:
        """Build what people read after a delivery."""
        _succeeded(self.dbt("build", "--select", "tag:radius,tag:settle", *WITHOUT))

    # -- what the kernel does ---------------------------------------------------------------------

    def ledger(self, key: Any, entity: str = "orders", **changes: Any) -> None:
        """Put a ledger row in the place of one there may be; JSON columns are given as dictionaries."""
        changes = {name: dump(v) if isinstance(v, Mapping) else v for name, v in changes.items()}
        now = self.later()
        row = {
            "instance": INSTANCE, "entity": entity, "business_key": str(key), "incarnation": 1,
            "state": "DELIVERED", "revision": 1, "attempt": 0, "mapping_version": "mapping 1", "created_at": now,
            "updated_at": now, **changes,
        }  # fmt: skip
        with self.connect() as connection:
            known = connection.execute(
                "delete from delivery where instance = ? and entity = ? and business_key = ? returning revision",
                [INSTANCE, entity, str(key)],
            ).fetchone()
            row["revision"] = known[0] + 1 if known else 1
            _insert(connection, "delivery", row)

    def complete(self, number: int, feet: str = "550050.000", **changes: Any) -> None:
        """Tell the ledger that an order's chain stands as the ERP shows it; the order was staged before."""
        seen = self.rows("select * from int_radius__orders_mapped where business_key = ?", str(number))[0]
        chain = self.chain_of(number, seen, feet)
        for entity, key, remote_id, told in chain:
            self.ledger(key, entity, parent_key=str(number), remote_id=remote_id, told=told)
        told = {name: as_told(seen[name]) for name in NAMES}
        self.ledger(number, told=told, **changes)

    def chain_of(self, number: int, seen: Row, feet: str) -> list[tuple[str, str, str | None, Row]]:
        """Entity, key, remote id and values of everything in the chain of an order with one line."""
        order, film = str(number), f"16P4-{seen['base_item']}"
        key = f"{order}/P4-PF/{film}"
        line = {"item": seen["base_item"], "ordered_qty": str(seen["total_qty"]), "req_date": "2026-03-01",
                "confirmation": seen["confirmation"]}  # fmt: skip
        bought = {"job": seen["job_p4"], "item": film, "quantity": feet, "required_date": "2026-02-26",
                  "dim_a": "36.0000", "so4_line": 1}  # fmt: skip
        sold = {"item": film.replace("16P4", "1600"), "quantity": feet, "required_date": "2026-02-26"}
        return [
            ("so2_references", order, seen["so_p2"], {"custref": seen["custref"]}),
            ("jobs_p4", order, seen["job_p4"], {"order": order}),
            ("so4_lines", f"{order}/1", None, line),
            ("po_lines", key, f"{seen['po_p4']}/1", bought),
            ("so2_lines", key, f"{seen['so_p2']}/1", sold),
            ("ship_request_lines", key, f"{seen['shipreq_p2']}/1", {"quantity": feet}),
            ("jobs_p2", order, seen["job_p2"], {"order": order}),
        ]

    def hold(self, number: int, code: str, reason: str = "because", **changes: Any) -> None:
        """Leave an order in a hold, keeping what it was told."""
        told = self.rows(
            "select told from delivery where entity = 'orders' and business_key = ?", str(number)
        )
        self.ledger(
            number, state="HELD", error_class="business hold", error_code=code, hold_reason=reason,
            hold_since=self.clock, told=json.loads(told[0]["told"]) if told and told[0]["told"] else None, **changes,
        )  # fmt: skip

    # -- what came out ----------------------------------------------------------------------------

    def staged(self, _entity: str = "orders") -> dict[str, Row]:
        return self.by_key(ORDERS.staging)

    def errors(self, _entity: str = "orders") -> list[Row]:
        return self.rows(f'select * from "{ORDERS.errors}" order by business_key, error_type, column_name')

    def by_key(self, relation: str) -> dict[str, Row]:
        """The rows of a relation by their order; each order once."""
        found = self.rows(f'select * from "{relation}"')
        by_key = {row["business_key"]: row for row in found}
        assert len(by_key) == len(found), "a key is there twice"
        return by_key
