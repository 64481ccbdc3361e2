"""Personal data in requests, events and mails is kept for a while; keys, ids and states are kept for good."""

import datetime as dt

import sqlalchemy as sa

from dagster_project.clock import Clock
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse

PURGED = "purged"


def purge(warehouse: Warehouse, clock: Clock, days: int) -> dict[str, int]:
    """Empty bodies, answers and field values older than `days`; unsettled requests stay whole.

    An unsettled request may still have to be repeated byte for byte.
    """
    before = clock.now() - dt.timedelta(days=days)
    requests, events, landed = tables.delivery_request, tables.delivery_event, tables.landing_error
    settled = sa.select(requests.c.request_id).where(requests.c.settled_at.is_not(None))
    with warehouse.begin() as connection:
        emptied_events = connection.execute(
            sa.update(events)
            .where(
                events.c.occurred_at < before,
                events.c.fields.is_not(None),
                sa.or_(events.c.request_id.is_(None), events.c.request_id.in_(settled)),
            )
            .values(fields=sa.null())
        ).rowcount
        emptied_requests = connection.execute(
            sa.update(requests)
            .where(requests.c.sent_at < before, requests.c.settled_at.is_not(None), requests.c.body != PURGED)
            .values(body=PURGED, answer=sa.null())
        ).rowcount
        cells = connection.execute(
            sa.update(landed)
            .where(landed.c.landed_at < before, landed.c.value.is_not(None))
            .values(value=sa.null())
        ).rowcount
        box = tables.mail_outbox
        mails = connection.execute(
            sa.update(box)
            .where(box.c.sent_at < before, box.c.text.is_not(None))
            .values(text=sa.null(), html=sa.null(), subject=PURGED, recipients="[]")
        ).rowcount
    return {"events": emptied_events, "requests": emptied_requests, "landing_errors": cells, "mails": mails}
