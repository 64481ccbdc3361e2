"""Orders that failed: told to the administrators once while the failure is the same, with what Radius answered.

What is refused is told at once. What goes wrong in passing (no answer, a lock) is tried again by the next run, and
told when that does not help either.
"""

from collections.abc import Collection, Iterable, Mapping

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
from dagster_project.radius.standing import ORDERS, Order, derived, filled
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
    """Return what has to be told of orders that failed."""
    found = failed(orders)
    passing = [order.number for order in found if order.record.state is State.RETRY]
    first_time = passing and _failed_once(connection, instance, passing)
    told = filled(connection, instance, [order for order in found if order.number not in (first_time or ())])
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
        mails.FAILURE, order.number, digest(step, order.reason, *said),
        {"step": step, "reason": order.reason, **numbers(order)}, [*details(order), *box],
        answer=answer.raw if answer else "", body=order.reason,
    )  # fmt: skip
