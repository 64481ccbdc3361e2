"""Changes of the customer's reference that StarPak's orders were told: a mail for each, also when it changes back.

A change is an event of the ledger, and its event id is its episode. Telling the same again (the reference of a ship
request comes later) is none. What it was before the first change is what it was when the order was found.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.ledger import KEY
from dagster_project.radius import mails
from dagster_project.radius.mail_contents import details, numbers
from dagster_project.radius.mails import Notice
from dagster_project.radius.standing import NONE, Order
from dagster_project.warehouse import rows, tables

REFERENCES, FIELD = "so2_references", "custref"
LOOKED_BACK = dt.timedelta(days=30)
"""Whoever was not told within that time, because no run ended well, is not told any more."""
BLANK = "(blank)"


def notices_of_references(connection: Connection, instance: str, now: dt.datetime) -> list[Notice]:
    """Return a notice for each change that was told within the last days: not yet in full."""
    numbers_of_changed = _changed_since(connection, instance, now - LOOKED_BACK)
    if not numbers_of_changed:
        return []
    histories = _histories(connection, instance, numbers_of_changed)
    found = []
    for number in sorted(numbers_of_changed):
        before = NONE
        for event in histories[number]:
            new = json.loads(event.fields)[FIELD] or BLANK
            fresh = event.kind == "INTENT" and event.occurred_at >= now - LOOKED_BACK
            if fresh and new != before:
                found.append(_notice(number, event.event_id, before, new))
            before = new
    return found


def _changed_since(connection: Connection, instance: str, since: dt.datetime) -> set[str]:
    events = tables.delivery_event.c
    query = sa.select(events.business_key).where(
        events.instance == instance, events.entity == REFERENCES, events.kind == "OUTCOME",
        events.outcome == "DELIVERED", events.intent_id.is_not(None), events.occurred_at >= since,
    )  # fmt: skip
    return set(connection.execute(query).scalars())


def _histories(
    connection: Connection, instance: str, numbers_of_changed: set[str]
) -> Mapping[str, list[sa.Row[Any]]]:
    """Return by order what its reference was when it was found, and each time it was told, oldest first."""
    wanted = [(instance, REFERENCES, number) for number in sorted(numbers_of_changed)]
    events = list(rows.select_by_key(connection, tables.delivery_event, KEY, wanted))
    accepted = {event.intent_id for event in events if event.outcome == "DELIVERED"}
    told = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.occurred_at, event.event_id)):
        is_accepted = event.kind == "NOTE" or (event.kind == "INTENT" and event.intent_id in accepted)
        if is_accepted and FIELD in json.loads(event.fields or "{}"):
            told[event.business_key].append(event)
    return told


def _notice(number: str, event_id: str, old: str, new: str) -> Notice:
    shown = [("Old line number", old), ("New line number", new)]
    return Notice(mails.CUSTREF, number, event_id, {}, shown, body=f"{old} -> {new}")


def reference_in_full(notice: Notice, order: Order) -> Notice:
    """Return the notice of a change with all that is to be said about it."""
    box = [pair for pair in details(order) if pair[0] not in ("CustRef", "HOLD")]
    return replace(notice, words=numbers(order), details=[*box, *notice.details])
