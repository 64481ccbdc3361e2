"""A small ERP, a warehouse it is extracted into, and a ledger that stands as the chain driver would leave it."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
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
from tests.dbt.world import World, _insert
from tests.radius.erp import BASE, ErpFile

INSTANCE = "radius:SANDBOX:erp"
(ORDERS,) = load_all("radius")
NAMES = [column.name for column in ORDERS.columns]
START = dt.datetime(2026, 11, 21, 9, 0)
Row = dict[str, Any]


class RadiusWorld(World):
    """One ERP file and one warehouse."""

    def __init__(self, home: Path) -> None:
        self.home, self.path, self.clock = home, home / "warehouse.duckdb", START
        self.erp = ErpFile(home / "erp.db")
        for code, group in ((BASE, "P4-LWS"), (f"16P4-{BASE}", ""), (f"1600-{BASE}", "Rollstock")):
            self.erp.item(code, group=group)
        self.settings = Settings(_env_file=None, order_staging_home=home, radius_database=self.erp.path)
        self.warehouse = Warehouse(f"duckdb:///{self.path}")
        with self.warehouse.begin() as connection:
            tables.metadata.create_all(connection)
            raw.prepare(connection, raws.metadata)

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

    def stage(self, *, tested: bool = True) -> None:
        """Read the ERP and stage it, with all tests; fails the test when one of them does."""
        self.later()
        self.extract()
        self.set_context()
        self.refresh("stage", "radius") if tested else self.untested("radius")

    def settle(self) -> None:
        """Build what people read after a delivery."""
        self.refresh("settle", "radius")

    # -- what the kernel does ---------------------------------------------------------------------

    def ledger(self, key: Any, entity: str = "orders", **changes: Any) -> None:
        """Put a ledger row in the place of one there may be; JSON columns are given as dictionaries."""
        self._put([(entity, str(key), changes)])

    def complete(self, *numbers: int, feet: str = "550050.000") -> None:
        """Tell the ledger that the chains of orders stand as the ERP shows them; the orders were staged before."""
        written: list[tuple[str, str, Row]] = []
        for number in numbers:
            seen = self.seen(number)
            for entity, key, remote_id, told in self.chain_of(number, seen, feet):
                written.append(
                    (entity, key, {"parent_key": str(number), "remote_id": remote_id, "told": told})
                )
            written.append(("orders", str(number), {"told": {name: as_told(seen[name]) for name in NAMES}}))
        self._put(written)

    def _put(self, written: Sequence[tuple[str, str, Row]]) -> None:
        with self.connect() as connection:
            for entity, key, columns in written:
                now = self.later()
                known = connection.execute(
                    "delete from delivery where instance = ? and entity = ? and business_key = ? returning revision",
                    [INSTANCE, entity, key],
                ).fetchone()
                row = {
                    "instance": INSTANCE, "entity": entity, "business_key": key, "incarnation": 1,
                    "state": "DELIVERED", "revision": known[0] + 1 if known else 1, "attempt": 0,
                    "mapping_version": "mapping 1", "created_at": now, "updated_at": now,
                    **{name: dump(v) if isinstance(v, Mapping) else v for name, v in columns.items()},
                }  # fmt: skip
                _insert(connection, "delivery", row)

    def refuse(self, number: int, **changes: Any) -> None:
        """Leave an order refused, as it says now."""
        seen = self.seen(number)
        tried = {name: as_told(seen[name]) for name in NAMES}
        later = {"next_attempt": self.clock + dt.timedelta(hours=24), "error_class": "fix elsewhere",
                 "error_code": "REQS_P4", "error_message": "the job requires no film"}  # fmt: skip
        self.ledger(number, state="REJECTED", tried=tried, **{**later, **changes})

    def seen(self, number: int) -> Row:
        """An order as it was staged."""
        (row,) = self.rows("select * from int_radius__orders_mapped where business_key = ?", str(number))
        return row

    def event(self, key: Any, entity: str = "orders", kind: str = "OUTCOME", **columns: Any) -> str:
        """Something happened; returns the event's id."""
        now = self.later()
        event_id = f"{now:%Y%m%d%H%M%S}"
        row = {
            "event_id": event_id, "occurred_at": now, "instance": INSTANCE, "entity": entity,
            "business_key": str(key), "incarnation": 1, "kind": kind, "run_id": "run", **columns,
        }  # fmt: skip
        with self.connect() as connection:
            _insert(connection, "delivery_event", row)
        return event_id

    def tell(
        self,
        key: str,
        entity: str,
        operation: str,
        outcome: str = "DELIVERED",
        answer: Any = None,
        **fields: Any,
    ) -> None:
        """Something was asked of the ERP for an object, and answered."""
        intent = self.event(
            key, entity, "INTENT", operation=operation, fields=dump(fields), intent_id=f"{self.clock}"
        )
        self.event(
            key,
            entity,
            operation=operation,
            outcome=outcome,
            intent_id=f"{self.clock}",
            request_id=f"request {intent}",
        )
        self.run("update delivery_event set intent_id = ? where intent_id like '2026-%'", f"intent {intent}")
        with self.connect() as connection:
            _insert(
                connection, "delivery_request",
                {"request_id": f"request {intent}", "instance": INSTANCE, "run_id": "run", "idempotency_key": intent,
                 "sent_at": self.clock, "operations": 1, "body": "[]", "answer": json.dumps(answer or [])},
            )  # fmt: skip

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
        self.ledger(
            number, state="HELD", error_class="business hold", error_code=code, hold_reason=reason,
            hold_since=self.clock, told=self.told_before(number), **changes,
        )  # fmt: skip

    def walked(self, number: int) -> None:
        """Leave an order complete as it was, as a walk does in which nothing is new."""
        self.ledger(number, told=self.told_before(number))

    def told_before(self, number: int) -> Row | None:
        """What an order was told, None when it never was."""
        told = self.rows(
            "select told from delivery where entity = 'orders' and business_key = ?", str(number)
        )
        return json.loads(told[0]["told"]) if told and told[0]["told"] else None

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
