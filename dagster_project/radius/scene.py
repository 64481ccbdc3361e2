"""What stands in the ERP around one order when its rows are planned, and how this site wants things done. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dagster_project.delivery.destination import Fields, Target
from dagster_project.radius.facts import COMPLETE, Order, PurchaseLine, Sale, SaleLine, ShipLine
from dagster_project.radius.rules import day_of, number_of, on_time, sent_day


@dataclass(frozen=True)
class Scene:
    """What stands in the ERP around one order, and how this site wants things done."""

    order: Order | None
    purchases: Sequence[PurchaseLine]
    sales: Sequence[Sale]
    sale_lines: Sequence[SaleLine]
    ship_lines: Sequence[ShipLine]
    today: dt.date
    lead_days: int
    direct_sql: bool

    def purchase_line(self, remote_id: str | None) -> PurchaseLine | None:
        """The line of this id."""
        return next((line for line in self.purchases if line.remote_id == remote_id), None)

    def sale_line(self, remote_id: str | None) -> SaleLine | None:
        """The line of this id."""
        return next((line for line in self.sale_lines if line.remote_id == remote_id), None)

    def ship_line(self, remote_id: str | None) -> ShipLine | None:
        """The line of this id."""
        return next((line for line in self.ship_lines if line.remote_id == remote_id), None)

    def sale(self, number: int) -> Sale | None:
        """The plant-2 order of this number."""
        return next((sale for sale in self.sales if sale.number == number), None)

    def sale_of(self, po: int) -> Sale | None:
        """The open plant-2 order that serves a purchase order."""
        return next((s for s in self.sales if s.po == str(po) and s.status != COMPLETE), None)

    def sent(self, values: Fields) -> dt.date:
        """When film of these values has to be there."""
        return sent_day(day_of(values.get("required_date")), self.lead_days, self.today)

    def in_time(self, there: dt.date | None, values: Fields) -> bool:
        """True when a date of the ERP is the one that is wanted."""
        return on_time(there, day_of(values.get("required_date")), self.lead_days, self.today)


def quantity_to_say(target: Target, there: Decimal) -> Decimal:
    """Return the quantity that a change says: the wanted one if it is to be told, else what people made of it."""
    return number_of(target.row.values["quantity"]) if "quantity" in target.resend else there
