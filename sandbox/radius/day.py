"""A day of people in the ERP, hour by hour, once: what the demo plays around the runs of the workflow.

An hour that was played already is over: playing the day again changes nothing.
"""

from collections.abc import Callable
from typing import Any

from sandbox.radius.looking import chain
from sandbox.radius.people import People
from sandbox.radius.session import Row, Session

Deeds = list[str]
"""What was done, in sentences."""


class Day:
    """People at work on the orders there are."""

    def __init__(self, people: People) -> None:
        self.people = people

    def play(self, hour: str) -> Deeds:
        """Do what is done in an hour of HOURS, unless it was; return it in sentences."""
        with self.people.erp.changing("people") as session:
            if session.all("sandbox_audit", deed="hour", object=hour):
                return []
            session.note("hour", hour)
        return HOURS[hour](self)

    def morning(self) -> Deeds:
        """Items are approved, held orders released, and one estimate gets its right film."""
        approved = self.people.approve_waiting_items()
        said = [f"{len(approved)} items approved"]
        for scene in self.people.scenes():
            number = scene["SOrderNum"]
            if scene["scene"] in ("order_held", "order_credit_held"):
                self.people.release(number)
                said.append(f"SO {number} released")
            elif scene["scene"] == "wrong_film":
                film = f"16P4-{self._order(number)['lines'][0]['ItemCode']}"
                self.people.change_film(number, film)
                said.append(f"estimate of SO {number} takes {film}")
        return said

    def noon(self) -> Deeds:
        """Customers change their minds: more bags, fewer bags, another CustRef, a later date; a PO is received."""
        more, fewer, renamed, later, received = self._complete()[:5]
        self.people.change_quantity(more, self._quantity(more) * 6 // 5)
        self.people.change_quantity(fewer, self._quantity(fewer) // 2)
        self.people.change_custref(renamed, "4554 0099 B")
        self.people.change_date(later, "2030-06-28")
        po = self._chain(received)["purchase_orders"][0]["POrderNum"]
        self.people.receive_po(po)
        self.people.change_quantity(received, self._quantity(received) * 2)
        return [
            f"SO {more}: a fifth more", f"SO {fewer}: half as many", f"SO {renamed}: CustRef 4554 0099 B",
            f"SO {later}: required 2030-06-28", f"SO {received}: twice as many, but PO {po} is received",
        ]  # fmt: skip

    def afternoon(self) -> Deeds:
        """Customer service reconfirms the plant-4 jobs of orders whose quantity changed."""
        return self._reconfirm(self.people.reconfirm_p4, "4", lambda order, _: order)

    def evening(self) -> Deeds:
        """Plant 2 reconfirms its jobs."""
        return self._reconfirm(self.people.reconfirm_p2, "2", lambda _, sold: sold)

    def _reconfirm(
        self, reconfirm: Callable[[int], str], plant: str, pick: Callable[[int, int], int]
    ) -> Deeds:
        with self.people.erp.reading() as session:
            changed = [int(str(row["object"]).split("/")[0]) for row in _deeds(session, "change_quantity")]
        said = []
        for order in dict.fromkeys(changed):
            sold = self._chain(order)["sales_orders_p2"][0]["SOrderNum"]
            said.append(f"job {reconfirm(pick(order, sold))} of plant {plant} reconfirmed for SO {order}")
        return said

    def _complete(self) -> list[int]:
        """Orders of one line whose whole chain is there, the oldest first."""
        with self.people.erp.reading() as session:
            numbers = [row["SOrderNum"] for row in session.all("PV_SOrder", PlantCode="4")]
            return [n for n in sorted(numbers) if _is_whole(chain(session, n))]

    def _chain(self, order: int) -> dict[str, Any]:
        return self.people.show(order)

    def _order(self, order: int) -> Row:
        found: Row = self._chain(order)["order"][0]
        return found

    def _quantity(self, order: int) -> int:
        return int(self._order(order)["lines"][0]["OrderedQty"])


def _deeds(session: Session, deed: str) -> list[Row]:
    return session.all("sandbox_audit", deed=deed)


def _is_whole(found: dict[str, Any]) -> bool:
    lines = found["order"][0]["lines"]
    return (
        len(lines) == len(found["requirements"]) == len(found["ship_requests"]) == len(found["jobs_p2"]) == 1
    )


HOURS: dict[str, Callable[[Day], Deeds]] = {
    "morning": Day.morning, "noon": Day.noon, "afternoon": Day.afternoon, "evening": Day.evening,
}  # fmt: skip
