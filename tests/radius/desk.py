"""The ledger as runs leave it, an ERP that was extracted, and a mailbox: what mails are made of."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dagster_project.clock import new_id
from dagster_project.delivery.records import dump
from dagster_project.delivery.states import State
from dagster_project.notifications.alerts import Alerts
from dagster_project.radius.ended import ended
from dagster_project.radius.extract import extract
from dagster_project.settings import Settings
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse
from sandbox.mailbox.server import RunningMailbox
from tests.conftest import FakeClock
from tests.radius.erp import BASE, ErpFile

INSTANCE = "radius:SANDBOX:erp"
FILM, ROLL = f"16P4-{BASE}", f"1600-{BASE}"


@dataclass
class Desk:
    """What a run leaves behind, written by hand, and what people get to read of it."""

    settings: Settings
    warehouse: Warehouse
    clock: FakeClock
    mailbox: RunningMailbox
    erp: ErpFile
    instance: str = INSTANCE

    # -- what runs leave in the ledger ----------------------------------------------------------------

    def put(self, entity: str, key: str, state: State = State.DELIVERED, **columns: Any) -> None:
        """Write a ledger row anew."""
        now = self.clock.now()
        row = {
            "instance": self.instance, "entity": entity, "business_key": key, "incarnation": 1, "state": state,
            "revision": 1, "attempt": 0, "created_at": now, "updated_at": now, **columns,
        }  # fmt: skip
        ledger = tables.delivery
        with self.warehouse.begin() as connection:
            connection.execute(
                sa.delete(ledger).where(
                    ledger.c.instance == self.instance,
                    ledger.c.entity == entity,
                    ledger.c.business_key == key,
                )
            )
            rows.insert(connection, ledger, [row])

    def hold(self, number: int, code: str, reason: str = "because", since: dt.datetime | None = None) -> None:
        """An order is found on hold."""
        self.put(
            "orders", str(number), State.HELD, hold_reason=reason, hold_since=since or self.clock.now(),
            error_class="business hold", error_code=code,
        )  # fmt: skip

    def finish(self, number: int) -> None:
        """An order is complete."""
        self.put("orders", str(number), told=dump({"sordernum": number}))

    def fail(self, number: int, step: str, message: str, state: State = State.REJECTED) -> None:
        """An order failed, and the run wrote down that it did."""
        error_class = "fix the row" if state is State.REJECTED else "wait"
        self.put(
            "orders", str(number), state, error_class=error_class, error_code=step, error_message=message
        )
        self.event("orders", str(number), "OUTCOME", operation=step, message=message,
                   outcome="REJECTED" if state is State.REJECTED else "RETRYABLE")  # fmt: skip

    def made(self, number: int, entity: str, remote_id: str, key: str | None = None, **told: Any) -> None:
        """An object was made for an order."""
        self.put(entity, key or str(number), parent_key=str(number), remote_id=remote_id, told=dump(told))

    def chain(self, number: int, feet: str = "550050", sold: str | None = None) -> None:
        """Everything was made for an order's only line; the numbers are those of the ERP by hand."""
        line = f"{number}/P4-PF/{FILM}"
        po, so2 = number - 10_000, number + 5_000
        self.made(number, "so2_references", str(so2), custref="4554 0041 A")
        self.made(number, "jobs_p4", str(number + 650_000))
        self.made(number, "so4_lines", f"{number}/1", f"{number}/1", item=BASE, ordered_qty="150000",
                  confirmation=number * 1_000)  # fmt: skip
        self.made(number, "po_lines", f"{po}/1", line, item=FILM, quantity=feet)
        self.made(number, "so2_lines", f"{so2}/1", line, item=ROLL, quantity=sold or feet)
        self.made(number, "ship_request_lines", f"{number + 320_000}/1", line, quantity=sold or feet)
        self.made(number, "jobs_p2", str(number + 660_000))

    def event(self, entity: str, key: str, kind: str, **event: Any) -> str:
        """Something happened; returns the event's id."""
        event_id = new_id()
        row = {"event_id": event_id, "occurred_at": self.clock.now(), "instance": self.instance,
               "entity": entity, "business_key": key, "incarnation": 1, "kind": kind, **event}  # fmt: skip
        with self.warehouse.begin() as connection:
            rows.insert(connection, tables.delivery_event, [row])
        return event_id

    def tell(
        self, entity: str, key: str, answer: str | None = None, outcome: str = "DELIVERED", **fields: Any
    ) -> None:
        """Something was asked of the ERP, and answered."""
        intent, request = new_id(), new_id()
        shared = {"operation": "set:reference", "request_id": request, "intent_id": intent}
        self.event(entity, key, "INTENT", **shared, fields=dump(fields))
        self.event(entity, key, "OUTCOME", **shared, outcome=outcome)
        now = self.clock.now()
        with self.warehouse.begin() as connection:
            rows.insert(
                connection, tables.delivery_request,
                [{"request_id": request, "instance": self.instance, "run_id": "r", "idempotency_key": request,
                  "sent_at": now, "operations": 1, "body": "{}", "answered_at": now, "answer": answer}],
            )  # fmt: skip

    # -- what people see ------------------------------------------------------------------------------

    def seen(self) -> None:
        """The ERP is extracted."""
        extract(self.settings, self.warehouse, self.instance)

    def run_ends(self, settings: Settings | None = None) -> list[dict[str, Any]]:
        """A run ends, as each does; returns the mails that came since the run before."""
        before = len(self.mailbox.control.mails())
        self.hand_over(settings)
        return self.mailbox.control.mails()[before:]

    def hand_over(self, settings: Settings | None = None) -> list[str]:
        """The same, and what could not be handed over, in sentences."""
        said = settings or self.settings
        ended(said, self.warehouse, self.clock, self.instance)
        return Alerts(said, self.warehouse, self.clock, "radius").send()

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.time += dt.timedelta(**time)
