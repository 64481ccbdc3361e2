"""Orders of the shop into the raw tables: which to ask for, and what of the answer is new.

The next pull begins where the newest landed order was last changed, less an overlap, since an order may become
visible late. Everything a pull brings is landed in one transaction, so a pull that breaks off moves nothing on.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint.client import WooClient
from dagster_project.counterpoint.raw_tables import WOO_CHARGES, WOO_LINES, WOO_ORDERS, metadata
from dagster_project.counterpoint.woo_orders import Json, WooOrder, parse
from dagster_project.settings import Settings
from dagster_project.warehouse import raw
from dagster_project.warehouse.engine import Warehouse

OTHERWISE = ("pending", "on-hold", "processing", "completed", "cancelled", "refunded", "failed")
"""Asked for besides: an order we know may turn into any of them, and then somebody has to be told."""
_COMPARED = tuple(
    column.name
    for column in WOO_ORDERS.columns
    if column.name not in ("LANDED_AT", "PULL_BATCH", "MODIFIED_AT")
)


@dataclass(frozen=True)
class Pulled:
    """One order that a pull found, and what it is to us: NEW, CHANGED, SAME, OLDER or NOT WANTED."""

    order_id: int
    number: str
    status: str
    modified: str
    total: str
    what: str

    @property
    def lands(self) -> bool:
        """True when the raw tables change by it."""
        return self.what in ("NEW", "CHANGED")


@dataclass(frozen=True)
class Window:
    """What was asked for."""

    since: dt.datetime
    statuses: Sequence[str]


def pull(
    settings: Settings, warehouse: Warehouse, clock: Clock, *, days: int | None = None, dry_run: bool = False,
    client: WooClient | None = None,
) -> list[Pulled]:  # fmt: skip
    """Ask the shop for what changed and land it; return every order that came, in the order of ids.

    `days` begins so many days ago instead of at the watermark. A dry run lands nothing.
    """
    with warehouse.begin() as connection:
        raw.prepare(connection, metadata)
        window = window_of(connection, settings, clock.now(), days)
    client = client or WooClient.from_settings(settings, clock)
    said = client.orders(modified_after=window.since, statuses=window.statuses)
    with warehouse.begin() as connection:
        found = _judge(connection, _parsed(said, settings), _wanted(settings))
        if not dry_run:
            _land(connection, [order for order, pulled in found if pulled.lands], clock.now())
    return [pulled for _, pulled in found]


def extract(settings: Settings, warehouse: Warehouse, clock: Clock) -> Mapping[str, int]:
    """Pull, as a pipeline's extract; return how many orders came and how many were landed."""
    found = pull(settings, warehouse, clock)
    return {"woo_orders": sum(pulled.lands for pulled in found), "orders seen": len(found)}


def window_of(
    connection: Connection, settings: Settings, now: dt.datetime, days: int | None = None
) -> Window:
    """Return what to ask for: since the newest landed change less the overlap, at first WOO_PULL_DAYS back."""
    statuses = tuple(dict.fromkeys((*_wanted(settings), *OTHERWISE)))
    newest = connection.execute(sa.select(sa.func.max(WOO_ORDERS.c.MODIFIED_AT))).scalar()
    if days is not None or newest is None:
        return Window(now - dt.timedelta(days=settings.woo_pull_days if days is None else days), statuses)
    return Window(newest - dt.timedelta(minutes=settings.woo_overlap_minutes), statuses)


def _wanted(settings: Settings) -> list[str]:
    return [status.strip() for status in settings.woo_statuses.split(",") if status.strip()]


def _parsed(said: Iterable[Json], settings: Settings) -> list[WooOrder]:
    zone = ZoneInfo(settings.woo_time_zone)
    return [parse(order, zone) for order in said]


def _judge(
    connection: Connection, orders: Sequence[WooOrder], wanted: Sequence[str]
) -> list[tuple[WooOrder, Pulled]]:
    """Say what each order is to us. One we know is looked at in any status, another one when it is wanted."""
    known = _known(connection, [order.order["WOO_ORDER_ID"] for order in orders])
    return [(order, _pulled(order.order, known.get(order.order["WOO_ORDER_ID"]), wanted)) for order in orders]


def _known(connection: Connection, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    found = raw.select(connection, WOO_ORDERS, "WOO_ORDER_ID", ids)
    return {row.WOO_ORDER_ID: dict(row._mapping) for row in found}


def _pulled(order: Mapping[str, Any], known: Mapping[str, Any] | None, wanted: Sequence[str]) -> Pulled:
    if known is None:
        what = "NEW" if order["ORD_STATUS"] in wanted else "NOT WANTED"
    elif order["MODIFIED_DT_UTC"] < known["MODIFIED_DT_UTC"]:
        what = "OLDER"
    else:
        what = "SAME" if all(_same(order[name], known[name]) for name in _COMPARED) else "CHANGED"
    return Pulled(
        order["WOO_ORDER_ID"], order["WOO_ORDER_NO"], order["ORD_STATUS"], order["MODIFIED_DT_UTC"],
        order["TOT_AMT"], what,
    )  # fmt: skip


def _same(new: Any, old: Any) -> bool:
    return (new or None) == (old or None)


def _land(connection: Connection, orders: Sequence[WooOrder], now: dt.datetime) -> None:
    ids = [order.order["WOO_ORDER_ID"] for order in orders]
    batch = f"WOO_ORDERS_{now:%Y%m%d_%H%M%S}"
    rows = [
        {
            **{name: value if value != "" else None for name, value in order.order.items()},
            "MODIFIED_AT": _instant(order.order["MODIFIED_DT_UTC"]),
            "LANDED_AT": now,
            "PULL_BATCH": batch,
        }
        for order in orders
    ]
    raw.replace(connection, WOO_ORDERS, "WOO_ORDER_ID", rows, ids)
    raw.replace(connection, WOO_LINES, "WOO_ORDER_ID", [line for o in orders for line in o.lines], ids)
    raw.replace(connection, WOO_CHARGES, "WOO_ORDER_ID", [one for o in orders for one in o.charges], ids)


def _instant(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
