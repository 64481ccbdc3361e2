"""What a refusal by the adapter means for a row: a hold by its name, another try, or a definite no. Pure."""

import re
from collections.abc import Mapping

from dagster_project.delivery.outcomes import ErrorClass, Held, Outcome, Rejected, Retryable
from dagster_project.radius import holds
from dagster_project.radius.answers import Reply
from dagster_project.radius.rules import is_transient

_ANYTHING = re.compile("")
_HOLDS: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "p2_job_create": ((_ANYTHING, holds.JOB_P2_SO_ON_HOLD),),
    "sales_order_update": ((re.compile(r"reserved quantity|reconfirm", re.I), holds.DECREASED),),
    "purchase_order_update": ((re.compile(r"received|complete|cancelled|closed", re.I), holds.PO_BLOCKED),),
    "ship_request_create": ((re.compile(r"line \d+ does not exist", re.I), holds.SHIPREQ_P2_WAIT_LINES),),
    "ship_request_add": ((re.compile(r"line \d+ does not exist", re.I), holds.SHIPREQ_P2_WAIT_LINES),),
}
"""Refusals that people end, not us: what the words have to say, and the state's name."""
_EXISTS = re.compile(r"already exists|duplicate", re.I)


def outcome_of(call: str, entity: str, reply: Reply) -> Outcome:
    """Return what becomes of the rows of a call that was refused."""
    words = reply.words
    if is_transient(words):
        return Retryable("Busy", f"{entity}: {words}")
    if call == "p4_job_create" and reply.messages:
        return Held(f"plant 4 makes no job of it: {words}", holds.JOB_P4_HOLD)
    for pattern, code in _HOLDS.get(call, ()):
        if pattern.search(words):
            return Held(f"{entity}: {words}", code)
    return Rejected(
        call,
        f"{entity} answers status {reply.status} (HTTP {reply.http}): {words}. "
        "Mend it in the ERP; the order is tried again after that, or by: order-staging radius retry",
        ErrorClass.FIX_ELSEWHERE,
    )


def says_it_exists(reply: Reply) -> bool:
    """True when what was to be made is there already."""
    return bool(_EXISTS.search(reply.words))


def made_nothing(reply: Reply) -> bool:
    """True for an order processing that found nothing to make a job of: no refusal, and no result either."""
    output = reply.payload.get("Output") if isinstance(reply.payload, Mapping) else None
    return isinstance(output, Mapping) and output.get("Results") == []
