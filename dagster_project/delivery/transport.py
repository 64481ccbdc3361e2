"""What travels to a destination at once: rows with what is asked for them, and requests of several such rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.delivery.destination import Answer, Intent, Operation, Target


@dataclass(frozen=True)
class Plan:
    """A row with what is asked for it. The operations of a row travel in one request."""

    target: Target
    operations: Sequence[Operation]


@dataclass(frozen=True)
class Request:
    """A request whose intents are committed: it may be sent, and repeated byte for byte."""

    request_id: str
    idempotency_key: str
    body: str
    plans: Sequence[Plan]
    intents: Sequence[Intent]


@dataclass(frozen=True)
class Reply:
    """What came back for a request; `settled` when none of its operations is left in doubt."""

    request_id: str
    answer: Answer
    settled: bool
