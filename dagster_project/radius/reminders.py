"""Holds that last: recalled every day, and raised to the administrators when that does not help. Pure.

Days are those of the site's calendar: a hold that began on Monday is three days old on Thursday. A day's digest
goes out in the morning, so that everything that is due is told in one mail.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from dagster_project.delivery.states import State
from dagster_project.notifications.outbox import NextDue, Told
from dagster_project.radius import holds, mails
from dagster_project.radius.holds import hold_of
from dagster_project.radius.mails import Kind, Notice, Table
from dagster_project.radius.standing import Order
from dagster_project.settings import Settings

DIGEST_HOUR = 7
SUMMARY_HOUR = 20


def site_time(settings: Settings, moment: dt.datetime) -> dt.datetime:
    """Return a stored time as clocks at the site show it."""
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(settings.site_time_zone))


def days_held(settings: Settings, order: Order, now: dt.datetime) -> int:
    """Return how many days ago, by the site's calendar, the hold of an order began."""
    return (site_time(settings, now).date() - site_time(settings, order.since).date()).days


def held(orders: Iterable[Order]) -> list[Order]:
    """Return the orders on hold, those first that have been longest."""
    return sorted(
        (order for order in orders if order.record.state is State.HELD),
        key=lambda order: (order.since, order.number),
    )


def to_recall(
    settings: Settings, orders: Iterable[Order], now: dt.datetime
) -> tuple[list[Order], list[Order]]:
    """Return the orders that customer service is reminded of, and those that are raised to the administrators."""
    aged = [(order, days_held(settings, order, now)) for order in held(orders)]
    reminded = [o for o, days in aged if settings.hold_reminder_days <= days < settings.hold_escalation_days]
    return reminded, [o for o, days in aged if days >= settings.hold_escalation_days]


def entry(kind: Kind, order: Order) -> Notice:
    """Return one order's line in a digest, as the outbox remembers it: due once a day while the hold lasts."""
    episode = f"{order.since:%Y-%m-%dT%H:%M:%S.%f} {order.code}"
    return Notice(kind, order.number, episode, {}, body=order.reason)


def digest(settings: Settings, kind: Kind, orders: Sequence[Order], now: dt.datetime) -> Notice:
    """Return one mail about several orders."""
    days = settings.hold_reminder_days if kind is mails.HOLD_REMINDER else settings.hold_escalation_days
    words = {"orders": len(orders), "days": days, "escalation_days": settings.hold_escalation_days}
    return Notice(kind, "all", f"{now:%Y-%m-%d}", words, tables=[_table(settings, orders, now)])


def _table(settings: Settings, orders: Sequence[Order], now: dt.datetime, title: str = "") -> Table:
    columns = ("PolyTex SO", "Customer", "StarPak SO", "HOLD", "Since", "Days", "Waits for", "Why")
    rows = [
        (
            order.number, order.customer, order.numbers("so2_references", "so2_lines"), order.code,
            f"{site_time(settings, order.since):%Y-%m-%d %H:%M}", days_held(settings, order, now),
            hold_of(order.code).waits_for, order.reason,
        )
        for order in orders
    ]  # fmt: skip
    return Table(columns, rows, title)


def next_morning(settings: Settings) -> NextDue:
    """Return when a hold is recalled again: in the digest of the next day."""

    def due(_told: Told, now: dt.datetime) -> dt.datetime:
        tomorrow = site_time(settings, now).date() + dt.timedelta(days=1)
        morning = dt.datetime.combine(tomorrow, dt.time(DIGEST_HOUR), ZoneInfo(settings.site_time_zone))
        return morning.astimezone(dt.UTC).replace(tzinfo=None)

    return due


def is_digest_time(settings: Settings, now: dt.datetime) -> bool:
    """True once the day's digest may go."""
    return site_time(settings, now).hour >= DIGEST_HOUR


def waits_with_a_change(orders: Iterable[Order]) -> list[Order]:
    """Return the orders on hold whose chain was made before: a change waits to be carried through."""
    return [order for order in held(orders) if hold_of(order.code).after_changes]


def evening(settings: Settings, orders: Iterable[Order], now: dt.datetime) -> Notice | None:
    """Return the evening's summary, not yet in full; None before the evening, or when no change waits."""
    there = site_time(settings, now)
    if there.hour < SUMMARY_HOUR or not waits_with_a_change(orders):
        return None
    return Notice(mails.HOLD_SUMMARY, "evening", f"{there:%Y-%m-%d}", {})


def summary_in_full(settings: Settings, notice: Notice, orders: Iterable[Order], now: dt.datetime) -> Notice:
    """Return the evening's summary of changes that wait."""
    waiting = waits_with_a_change(orders)
    by_plant = {
        plant: [order for order in waiting if hold_of(order.code).plant == plant]
        for plant in (holds.POLYTEX, holds.STARPAK)
    }
    words = {
        "polytex": len(by_plant[holds.POLYTEX]), "starpak": len(by_plant[holds.STARPAK]),
        "at": f"{site_time(settings, now):%Y-%m-%d %H:%M %Z}",
    }  # fmt: skip
    found = [_table(settings, some, now, f"{plant}: {len(some)}") for plant, some in by_plant.items() if some]
    return replace(notice, words=words, tables=found)
