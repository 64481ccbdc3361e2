"""What operators decide about an order: queue, retry, remove, complete. Each leaves an event that says who.

A decision changes the ledger row of the order and nothing else: what was made for it stays known, so that an order
that is removed and queued again goes on where it stood.
"""

import getpass
from dataclasses import dataclass
from typing import Any

from dagster_project.delivery.ledger import Ledger
from dagster_project.delivery.operators import Operators
from dagster_project.delivery.outcomes import ErrorClass
from dagster_project.delivery.records import Record
from dagster_project.delivery.states import State
from dagster_project.radius import cells
from dagster_project.radius.database import ErpDatabase
from dagster_project.radius.holds import PO_BLOCKED

ORDERS = "orders"
ELIGIBLE = "ELIGIBLE"
REMOVED = "REMOVED_BY_USER"
QUEUE, RETRY, REMOVE, COMPLETE = "QUEUED", "RETRIED", "REMOVED", "MANUAL_COMPLETE"
"""Operations of the events that decisions leave."""
_OPEN = (0, 1, 2)
_ORDER = """
select h."PlantCode", h."SOSourceCode", h."SOrderStat", l."SOItemTypeCode", i."ProdGroupCode"
from "PUB"."PV_SOrder" h
left join "PUB"."PV_SOrderLine" l
  on l."CompNum" = h."CompNum" and l."PlantCode" = h."PlantCode" and l."SOrderNum" = h."SOrderNum"
left join "PUB"."PM_Item" i on i."CompNum" = l."CompNum" and i."ItemCode" = l."ItemCode"
where h."CompNum" = 2 and h."SOrderNum" = ?
"""


class Refused(Exception):
    """A decision cannot be made about this order; the message says why, and what can."""


@dataclass(frozen=True)
class Orders:
    """The orders of one instance, and who decides about them."""

    ledger: Ledger
    operators: Operators
    who: str

    @classmethod
    def of(cls, ledger: Ledger) -> "Orders":
        """The orders of a ledger; who runs this process decides."""
        return cls(ledger, Operators(ledger, ledger.clock), getpass.getuser())

    def queue(self, erp: ErpDatabase, number: int) -> None:
        """Have the next run take the order up first, whatever was decided or found about it. Raises Refused."""
        problem = why_not(erp, number)
        if problem is not None:
            raise Refused(problem)
        self._put(number, State.RETRY, f"{self.who} queued it", QUEUE, {"error_code": ELIGIBLE})

    def retry(self, number: int, *, recreate: bool = False) -> int:
        """Have the next run try a known order again; with `recreate` make anew what is gone of its objects.

        Returns how many objects are made anew. Raises Refused, also of an order that is complete.
        """
        known = self._known(number)
        gone = [r for r in self.ledger.children([str(number)]).values() if r.state is State.GONE]
        if known.state is State.DELIVERED and not gone:
            raise Refused(
                f"order {number} is complete: every run compares it with the ERP by itself; to have it walked "
                f"all the same: order-staging radius queue {number}"
            )
        if gone and not recreate:
            names = ", ".join(f"{record.entity} {record.key}" for record in gone)
            raise Refused(
                f"order {number} needs what is not in the ERP any more ({names}); "
                f"to have it made anew: order-staging radius retry {number} --recreate"
            )
        self._put(number, State.RETRY, f"{self.who} retries it", RETRY, {"error_code": ELIGIBLE})
        return self.operators.recreate(gone).changed

    def remove(self, erp: ErpDatabase, number: int) -> None:
        """Leave the order alone until somebody retries or queues it. Raises Refused."""
        if self._record(number) is None and (problem := why_not(erp, number)) is not None:
            raise Refused(problem)
        words = {
            "error_class": ErrorClass.BUSINESS_HOLD, "error_code": REMOVED,
            "error_message": f"{self.who} removed it; order-staging radius queue {number} brings it back",
        }  # fmt: skip
        self._put(number, State.FORGOTTEN, f"{self.who} removed it", REMOVE, words)

    def complete(self, number: int) -> None:
        """Note that a person completes the order; the run that follows tells what is blocked without a call.

        Raises Refused unless the order waits for that.
        """
        record = self._known(number)
        if record.state is not State.HELD or record.error_code != PO_BLOCKED:
            stands = f"{record.state} {record.error_code or ''}".strip()
            raise Refused(f"order {number} is {stands}; only {PO_BLOCKED} is completed by hand")
        note = {
            "kind": "NOTE", "entity": ORDERS, "business_key": record.key, "incarnation": record.incarnation,
            "operation": COMPLETE, "message": f"{self.who} completes it: {record.hold_reason}",
        }  # fmt: skip
        with self.ledger.warehouse.begin() as connection:
            self.ledger.events(connection, [note])

    def _put(self, number: int, state: State, note: str, operation: str, words: dict[str, Any]) -> None:
        if not self.operators.put(ORDERS, str(number), state, note, operation, words):
            raise Refused(f"order {number} is being sent or in doubt; try again after the next run")

    def _record(self, number: int) -> Record | None:
        return self.ledger.records([(ORDERS, str(number))]).get((ORDERS, str(number)))

    def _known(self, number: int) -> Record:
        record = self._record(number)
        if record is None:
            raise Refused(
                f"no run has taken order {number} up; to have it done: order-staging radius queue {number}"
            )
        return record


def why_not(erp: ErpDatabase, number: int) -> str | None:
    """Return why a number is no order that this workflow is for; None when it is one.

    The day of the order does not matter here: an operator may ask for an old one. Raises what ErpDatabase raises.
    """
    rows = erp.rows(_ORDER, [number])
    if not rows:
        return f"the ERP has no sales order {number}"
    plants = {cells.text(row["plantcode"]) for row in rows}
    if "4" not in plants:
        return (
            f"{number} is an order of plant {', '.join(sorted(p or '?' for p in plants))}, not of plant 4; "
            "queue the order of plant 4 that it was made for: its AddtCustRef is the purchase order of that "
            "order's job"
        )
    lines = [row for row in rows if cells.text(row["plantcode"]) == "4"]
    source, status = cells.text(lines[0]["sosourcecode"]), cells.whole(lines[0]["sorderstat"])
    if source != "LWS":
        return f"the source of order {number} is {source or 'blank'}, not LWS"
    if status not in _OPEN:
        return f"order {number} is not open in the ERP: its status is {status}"
    bags = [row for row in lines if cells.text(row["soitemtypecode"]) != "P4ART"]
    if not any(cells.text(row["prodgroupcode"]) == "P4-LWS" for row in bags):
        return f"no line of order {number} is a bag of product group P4-LWS"
    return None
