"""What a row becomes once its operations are answered. Pure: outcomes in, ledger columns out."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_project.delivery.destination import Kind, Operation, Row, Target
from dagster_project.delivery.outcomes import (
    Delivered,
    ErrorClass,
    Gone,
    Held,
    Outcome,
    Rejected,
    Retryable,
    Unknown,
)
from dagster_project.delivery.records import dump
from dagster_project.delivery.states import State

Answered = Sequence[tuple[Operation, Outcome]]

NAMES: Mapping[type, str] = {
    Delivered: "DELIVERED",
    Held: "HELD",
    Rejected: "REJECTED",
    Retryable: "RETRYABLE",
    Unknown: "UNKNOWN",
    Gone: "GONE",
}


@dataclass(frozen=True)
class Versions:
    """What a refusal depends on besides the row: it is sent again when one of them changes."""

    mapping: Mapping[str, str]
    schema: str
    retry_after: dt.timedelta


def conclude(target: Target, answered: Answered, versions: Versions, now: dt.datetime) -> dict[str, Any]:
    """Return the ledger columns of a row after its operations were answered.

    The worst answer names the state (unknown, gone, refused, retry); every accepted operation is merged
    into `told` all the same, so that a repair touches only the missing part.
    """
    worst = _worst([outcome for _, outcome in answered])
    accepted = [operation for operation, outcome in answered if isinstance(outcome, Delivered)]
    told = _told(target, accepted, complete=isinstance(worst, Delivered))
    doubtful = sorted({name for op, o in answered if isinstance(o, Unknown) for name in op.tells})
    columns: dict[str, Any] = {
        **_columns(target.row, versions, now, worst),
        "told": dump(told),
        "remote_id": _remote_id(target, answered),
        "doubtful": json.dumps(doubtful) if isinstance(worst, Unknown) else None,
        "attempt": 0 if isinstance(worst, Delivered) else target.attempt + 1,
    }
    if isinstance(worst, Delivered) and any(op.kind is Kind.ARCHIVE for op in accepted):
        columns["state"] = State.ARCHIVED
    return columns


def without_call(
    row: Row,
    verdict: Held | Rejected | Retryable,
    versions: Versions,
    now: dt.datetime,
    held_since: dt.datetime | None = None,
) -> dict[str, Any]:
    """Return the ledger columns of a row that was not sent, because we know the answer or cannot go on.

    A hold that lasts keeps the time it began, so that it ages.
    """
    columns = _columns(row, versions, now, verdict)
    if isinstance(verdict, Held) and held_since is not None:
        columns["hold_since"] = held_since
    return columns


def _columns(row: Row, versions: Versions, now: dt.datetime, outcome: Outcome) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "entity": row.entity, "business_key": row.key, "parent_key": row.parent_key,
        "mapping_version": versions.mapping.get(row.entity), "schema_version": versions.schema,
        "source_version": row.source_version, "hold_reason": None, "hold_since": None, "tried": None,
        "error_class": None, "error_code": None, "error_field": None, "error_message": None,
        "next_attempt": None,
    }  # fmt: skip
    match outcome:
        case Delivered():
            return {**columns, "state": State.DELIVERED}
        case Held(reason, code):
            return {**columns, "state": State.HELD, "hold_reason": reason, "hold_since": now,
                    "error_class": ErrorClass.BUSINESS_HOLD if code else None, "error_code": code}  # fmt: skip
        case Rejected(code, message, error_class, field):
            return {
                **columns, "state": State.REJECTED, "tried": dump(row.values), "error_class": error_class,
                "error_code": code, "error_field": field, "error_message": message,
                "next_attempt": now + versions.retry_after,
            }  # fmt: skip
        case Retryable(code, message):
            return {**columns, "state": State.RETRY, "error_class": ErrorClass.WAIT, "error_code": code,
                    "error_message": message}  # fmt: skip
        case Unknown(message):
            return {**columns, "state": State.IN_DOUBT, "error_class": ErrorClass.UNKNOWN,
                    "error_message": message}  # fmt: skip
        case Gone(message):
            return {**columns, "state": State.GONE, "error_class": ErrorClass.FIX_ELSEWHERE,
                    "error_code": "Gone", "error_message": message}  # fmt: skip


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    order = (Unknown, Gone, Rejected, Retryable, Held, Delivered)
    return min(outcomes, key=lambda outcome: order.index(type(outcome)), default=Delivered())


def _told(target: Target, accepted: Sequence[Operation], *, complete: bool) -> Mapping[str, Any] | None:
    if complete and not any(operation.kind is Kind.ARCHIVE for operation in accepted):
        return dict(target.row.values)
    told = dict(target.told or {})
    for operation in accepted:
        told.update(operation.tells)
    return told or None


def _remote_id(target: Target, answered: Answered) -> str | None:
    made = [o.remote_id for _, o in answered if isinstance(o, Delivered) and o.remote_id is not None]
    return made[0] if made else target.remote_id
