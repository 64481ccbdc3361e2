"""Orders that failed: told to the administrators once while the failure is the same, with what Radius answered.

What is refused is told at once. What goes wrong in passing (no answer, a lock) is tried again by the next run, and
told when that does not help either.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.states import State
from dagster_project.radius import mails
from dagster_project.radius import raw_tables as raws
from dagster_project.radius.api_answers import ApiAnswer, Ref, last_answers
from dagster_project.radius.holds import step_of
from dagster_project.radius.mail_contents import details, digest, numbers
from dagster_project.radius.mails import Notice
from dagster_project.radius.operating import ELIGIBLE
from dagster_project.radius.standing import ORDERS, Order, derived, filled, made_for
from dagster_project.warehouse import tables

SHARED_STEPS = frozenset({"items", "item_prices"})


def failed(orders: Iterable[Order]) -> list[Order]:
    """Return those that failed; what an operator queued has only not been tried yet."""
    return [
        order
        for order in orders
        if order.record.state is State.REJECTED
        or (order.record.state is State.RETRY and order.record.error_code != ELIGIBLE)
    ]


def notices_of_failures(connection: Connection, instance: str, orders: Iterable[Order]) -> list[Notice]:
    """Return what has to be told of orders that failed: not yet in full."""
    found = failed(orders)
    passing = [order.number for order in found if order.record.state is State.RETRY]
    first_time = passing and _failed_once(connection, instance, passing)
    told = _with_suspects(connection, instance, [o for o in found if o.number not in (first_time or ())])
    answers = last_answers(connection, instance, [ref for order in told for ref in _suspects(order)])
    return [_notice(order, _answer(order, answers)) for order in told]


def _failed_once(connection: Connection, instance: str, numbers: Collection[str]) -> set[str]:
    """Return those, of these orders, whose last outcome but one was no failure."""
    events = tables.delivery_event.c
    query = (
        sa.select(events.business_key, events.outcome)
        .where(
            events.instance == instance, events.entity == ORDERS, events.kind == "OUTCOME",
            events.business_key.in_(sorted(numbers)),
        )
        .order_by(events.event_id)
    )  # fmt: skip
    outcomes: dict[str, list[str]] = {}
    for key, outcome in connection.execute(query):
        outcomes.setdefault(key, []).append(outcome)
    return {
        key for key in numbers if (outcomes.get(key, [])[-2:-1] or [""])[0] not in ("RETRYABLE", "REJECTED")
    }


def _with_suspects(connection: Connection, instance: str, found: Iterable[Order]) -> list[Order]:
    """Return orders with what has to be known of them to say at which object each stopped."""
    orders = list(found)
    shared = {order.number for order in orders if order.code in SHARED_STEPS}
    own = made_for(connection, instance, [order for order in orders if order.number not in shared])
    lines = filled(connection, instance, [order for order in orders if order.number in shared])
    known = {order.number: order for order in (*own, *lines)}
    return [known[order.number] for order in orders]


def _suspects(order: Order) -> list[Ref]:
    """The objects at which an order may have stopped: those of its step that are not there."""
    step = order.code
    refs = [(step, one.key) for one in order.made.get(step, ()) if one.state is not State.DELIVERED]
    if step in SHARED_STEPS:
        refs += [(step, code) for code in derived(order.rows(raws.SO4_LINES))]
    return refs


def _answer(order: Order, answers: Mapping[Ref, ApiAnswer]) -> ApiAnswer | None:
    return next((answers[ref] for ref in _suspects(order) if ref in answers), None)


def _notice(order: Order, answer: ApiAnswer | None) -> Notice:
    step = step_of(order.code)
    said = (answer.entity, answer.status, answer.error, *answer.messages[:1]) if answer else ()
    box = [("Step", step), ("Error class", order.record.error_class)]
    if answer is not None:
        box += [
            ("API entity", answer.entity), ("API status", answer.status), ("API error", answer.error),
            ("API messages", "; ".join(answer.messages)),
        ]  # fmt: skip
    return Notice(
        mails.FAILURE, order.number, digest(step, order.reason, *said), {"step": step, "reason": order.reason},
        box, answer=answer.raw if answer else "", body=order.reason,
    )  # fmt: skip


def failure_in_full(notice: Notice, order: Order) -> Notice:
    """Return the notice of a failure with all that is to be said about it."""
    return replace(
        notice, words={**notice.words, **numbers(order)}, details=[*details(order), *notice.details]
    )
