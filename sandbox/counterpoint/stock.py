"""Stock by item and location. Only real buckets are written; QTY_AVAIL follows by itself."""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sandbox.counterpoint.item_rows import empty_inventory
from sandbox.counterpoint.item_tables import INVENTORY


def move_stock(connection: Connection, item_no: str, location: str, **buckets: Decimal) -> None:
    """Add to buckets such as QTY_COMMIT; the row is made when the location never had the item."""
    here = sa.and_(INVENTORY.c.ITEM_NO == item_no, INVENTORY.c.LOC_ID == location)
    if connection.execute(sa.select(INVENTORY.c.ITEM_NO).where(here)).first() is None:
        connection.execute(INVENTORY.insert(), empty_inventory(item_no, location))
    changes = {name: INVENTORY.c[name] + by for name, by in buckets.items()}
    connection.execute(sa.update(INVENTORY).where(here).values(changes))
