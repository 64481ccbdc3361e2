"""Customer service: items are approved, orders of plant 4 are entered, changed and held."""

from datetime import date, timedelta

from sandbox.radius.codes import AUTHORISED, COMPLETE, CREDIT_HELD, HELD
from sandbox.radius.entering import write_derived, write_estimate, write_item, write_line, write_order
from sandbox.radius.jobs import jobs_of
from sandbox.radius.office import NoSuchThing, Office, set_columns
from sandbox.radius.requirements import required_date
from sandbox.radius.session import Session

_CLOSED_REQUIREMENT = 90


class CustomerService(Office):
    def add_item(
        self, item: str, status: str = "APP", ratio: float = 2.5, setup: float = 500, width: float = 36.0
    ) -> str:
        """A bag, with what production knows of it: feet each, feet of spoilage, width of the web in inches."""
        with self._acting("add_item", item) as session:
            write_item(session, item, status, DimA=width)
            write_estimate(session, item, ratio, setup, width)
        return item

    def add_derived_items(self, item: str, status: str = "APP") -> list[str]:
        """Printed film and roll of a bag, as somebody else makes them."""
        with self._acting("add_derived_items", item, status=status) as session:
            return write_derived(session, item, status)

    def set_item_status(self, item: str, status: str = "") -> None:
        """APP, WAIT, PEND, INAC, or blank."""
        with self._acting("set_item_status", item, status=status) as session:
            set_columns(session, f"item {item}", "PM_Item", {"ItemStatusCode": status}, ItemCode=item)

    def approve_item(self, item: str) -> None:
        self.set_item_status(item, "APP")

    def unapprove_item(self, item: str) -> None:
        """Back to WAIT."""
        self.set_item_status(item, "WAIT")

    def approve_waiting_items(self) -> list[str]:
        """A mass approval: everything that waits; their codes."""
        with self._acting("approve_waiting_items", "WAIT") as session:
            found = [row["ItemCode"] for row in session.all("PM_Item", ItemStatusCode="WAIT")]
            session.update("PM_Item", {"ItemStatusCode": "APP"}, ItemStatusCode="WAIT")
        return found

    def add_order(
        self, item: str, quantity: float = 150_000, custref: str = "4554 0041 A", days: int = 40
    ) -> int:
        """An authorised SO4 of today with one line, required in so many days; its number."""
        with self._acting("add_order", item, quantity=quantity) as session:
            number = write_order(session, date.today(), custref)
            write_line(session, number, 1, item, quantity, date.today() + timedelta(days=days))
        return number

    def add_line(self, order: int, item: str, quantity: float = 50_000, days: int = 40) -> int:
        """One more line on an SO4; its number. A job knows of it when it is reconfirmed."""
        with self._acting("add_line", order, item=item, quantity=quantity) as session:
            lines = session.all("PV_SOrderLine", PlantCode="4", SOrderNum=order)
            number = max((line["SOrderLineNum"] for line in lines), default=0) + 1
            write_line(session, order, number, item, quantity, date.today() + timedelta(days=days))
        return number

    def remove_line(self, order: int, line: int) -> None:
        """Its requirements stay until the job is reconfirmed."""
        with self._acting("remove_line", f"{order}/{line}") as session:
            if session.delete("PV_SOrderLine", PlantCode="4", SOrderNum=order, SOrderLineNum=line) == 0:
                raise NoSuchThing(f"order {order} line {line}")

    def change_quantity(self, order: int, quantity: float, line: int = 1) -> None:
        """Bags of an SO4 line; the job knows nothing of it until it is reconfirmed."""
        with self._acting("change_quantity", f"{order}/{line}", quantity=quantity) as session:
            _change_line(session, order, line, {"OrderedQty": quantity, "OutstandingQty": quantity})

    def change_item(self, order: int, item: str, line: int = 1) -> None:
        """Another bag on an SO4 line; the job knows nothing of it until it is reconfirmed."""
        with self._acting("change_item", f"{order}/{line}", item=item) as session:
            _change_line(session, order, line, {"ItemCode": item})

    def change_date(self, order: int, required: str, line: int = 1) -> None:
        """Another required date (yyyy-mm-dd) of an SO4 line; open requirements of its job follow at once."""
        with self._acting("change_date", f"{order}/{line}", required=required) as session:
            _change_line(session, order, line, {"ReqDate": date.fromisoformat(required)})
            needed = required_date({"ReqDate": required})
            for job in jobs_of(session, "4", order):
                session.update(
                    "PV_Req", {"RequiredDate": needed}, JobCode=job, SOrderNum=order, SOrderLineNum=line
                )

    def change_custref(self, order: int, custref: str = "") -> None:
        with self._acting("change_custref", order, custref=custref) as session:
            set_columns(session, f"order {order}", "PV_SOrder", {"CustRef": custref}, SOrderNum=order)

    def hold(self, order: int) -> None:
        """Of either plant: held by a person."""
        self._set_status("hold", order, HELD)

    def credit_hold(self, order: int) -> None:
        """Of either plant: a real credit hold."""
        self._set_status("credit_hold", order, CREDIT_HELD)

    def release(self, order: int) -> None:
        """Of either plant: authorised."""
        self._set_status("release", order, AUTHORISED)

    def complete(self, order: int) -> None:
        """Of either plant: shipped and done."""
        self._set_status("complete", order, COMPLETE)

    def cancel(self, order: int) -> None:
        """An SO4 is called off: complete, with nothing outstanding, its requirements closed. Jobs and PO stay."""
        with self._acting("cancel", order) as session:
            set_columns(session, f"order {order}", "PV_SOrder", {"SOrderStat": COMPLETE}, SOrderNum=order)
            session.update("PV_SOrderLine", {"OutstandingQty": 0, "Completed": 1}, SOrderNum=order)
            session.update("PV_Req", {"ReqStatus": _CLOSED_REQUIREMENT}, SOrderNum=order)

    def _set_status(self, deed: str, order: int, status: int) -> None:
        with self._acting(deed, order) as session:
            set_columns(session, f"order {order}", "PV_SOrder", {"SOrderStat": status}, SOrderNum=order)


def _change_line(session: Session, order: int, line: int, values: dict[str, object]) -> None:
    """Raises NoSuchThing."""
    key = {"PlantCode": "4", "SOrderNum": order, "SOrderLineNum": line}
    set_columns(session, f"order {order} line {line}", "PV_SOrderLine", values, **key)
