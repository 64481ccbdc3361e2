"""Purchasing and shipping: goods come in, orders are closed or called off."""

from sandbox.radius.codes import PO_CANCELLED, PO_COMPLETE, PO_CONFIRMED, PO_OPEN
from sandbox.radius.office import NoSuchThing, Office, set_columns


class Purchasing(Office):
    def receive_po(self, po: int, line: int = 1, quantity: float | None = None) -> None:
        """Film comes in on a PO line: all that was ordered, or so much."""
        with self._acting("receive_po", f"{po}/{line}", quantity=quantity) as session:
            key = {"POrderNum": po, "POrderLineNum": line}
            before = session.find("PV_POrderLine", **key)
            if before is None:
                raise NoSuchThing(f"purchase order {po} line {line}")
            received = before["OrderedQty"] if quantity is None else quantity
            values = {"ReceivedQty": received, "OutstandingQty": max(before["OrderedQty"] - received, 0)}
            set_columns(session, f"purchase order {po}", "PV_POrderLine", values, **key)

    def close_po(self, po: int) -> None:
        """Complete (8)."""
        self._set_po("close_po", po, PO_COMPLETE)

    def cancel_po(self, po: int) -> None:
        """Cancelled (9)."""
        self._set_po("cancel_po", po, PO_CANCELLED)

    def reopen_po(self, po: int) -> None:
        """Open (0) again, with nothing received."""
        with self._acting("reopen_po", po) as session:
            set_columns(session, f"purchase order {po}", "PV_POrder", {"POrderStat": PO_OPEN}, POrderNum=po)
            session.update("PV_POrderLine", {"ReceivedQty": 0}, POrderNum=po)

    def confirm_po(self, po: int) -> None:
        """Confirmed (2)."""
        self._set_po("confirm_po", po, PO_CONFIRMED)

    def delete_ship_request(self, ship_request: int) -> None:
        with self._acting("delete_ship_request", ship_request) as session:
            session.delete("PV_ShipReqLine", ShipReqNum=ship_request)
            if session.delete("PV_ShipReq", ShipReqNum=ship_request) == 0:
                raise NoSuchThing(f"ship request {ship_request}")

    def change_so2_quantity(self, order: int, quantity: float, line: int = 1) -> None:
        """Somebody changes an SO2 line by hand."""
        with self._acting("change_so2_quantity", f"{order}/{line}", quantity=quantity) as session:
            key = {"PlantCode": "2", "SOrderNum": order, "SOrderLineNum": line}
            values = {"OrderedQty": quantity, "OutstandingQty": quantity}
            set_columns(session, f"order {order} line {line}", "PV_SOrderLine", values, **key)

    def change_po_quantity(self, po: int, quantity: float, line: int = 1) -> None:
        """Somebody changes a PO line by hand."""
        with self._acting("change_po_quantity", f"{po}/{line}", quantity=quantity) as session:
            key = {"POrderNum": po, "POrderLineNum": line}
            values = {"OrderedQty": quantity, "OutstandingQty": quantity}
            set_columns(session, f"purchase order {po} line {line}", "PV_POrderLine", values, **key)

    def _set_po(self, deed: str, po: int, status: int) -> None:
        with self._acting(deed, po) as session:
            set_columns(session, f"purchase order {po}", "PV_POrder", {"POrderStat": status}, POrderNum=po)
