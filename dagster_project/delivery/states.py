"""The states of a ledger row, and which of them mean that a live remote object exists."""

from enum import StrEnum


class State(StrEnum):
    """`delivery.state`. Operators see these words in `status`, `trace` and the marts."""

    SENDING = "SENDING"  # leased by a run; with an expired lease, a leftover
    DELIVERED = "DELIVERED"
    RETRY = "RETRY"  # not done, or to be sent again: staged whatever the difference says
    IN_DOUBT = "IN_DOUBT"  # sent, no definite answer
    HELD = "HELD"
    REJECTED = "REJECTED"
    GONE = "GONE"  # the remote object disappeared without us
    AMBIGUOUS = "AMBIGUOUS"  # at adoption: it could be any of several remote objects
    ARCHIVED = "ARCHIVED"  # retired by us; the key's return is the next incarnation
    FORGOTTEN = "FORGOTTEN"  # an operator gave the key up: it is shown, not delivered


RETIRED = frozenset({State.ARCHIVED, State.FORGOTTEN})


class RunStatus(StrEnum):
    """`delivery_run.status` and the end of `delivery_batch.status`."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    NO_RECORDS = "NO_RECORDS"
