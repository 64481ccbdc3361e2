"""What each operation of an answered request came to: aliases and errors, read against the body we sent."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dagster_project.delivery.destination import Intent, Kind
from dagster_project.delivery.outcomes import AccessRefused, Delivered, Outcome, Unknown
from dagster_project.monday.answers import Reply
from dagster_project.monday.documents import alias, variable
from dagster_project.monday.errors import ApiError, outcome_of, stops
from dagster_project.monday.layout import NAME_COLUMN, Layout

REPORTED_TYPES = {"color": "status", "numeric": "numbers"}


def outcomes_of(
    reply: Reply, body: str, intents: Sequence[Intent], layouts: Mapping[str, Layout]
) -> list[Outcome]:
    """Return an outcome per intent, in body order.

    An alias that is missing without an error is Unknown. Raises AccessRefused when every alias was
    refused for a reason that stops all others too.
    """
    refused = [reply.errors_of(alias(position))[:1] for position in range(len(intents))]
    if len(intents) > 1 and all(
        errors and stops(errors[0], intent.kind) for errors, intent in zip(refused, intents, strict=True)
    ):
        raise AccessRefused(str(refused[0][0]))
    variables = json.loads(body)["variables"]
    return [
        _outcome(reply, position, intent, variables, layouts.get(intent.entity))
        for position, intent in enumerate(intents)
    ]


def _outcome(
    reply: Reply, position: int, intent: Intent, variables: Mapping[str, Any], layout: Layout | None
) -> Outcome:
    made = reply.data.get(alias(position))
    if isinstance(made, dict) and made.get("id") is not None:
        return Delivered(str(made["id"]) if intent.kind is Kind.CREATE else None)
    errors = reply.errors_of(alias(position))
    if errors:
        field = _field(errors[0], variables, position, layout) if layout else None
        return outcome_of(errors[0], intent.kind, field)
    others = "; ".join(str(error) for error in reply.errors if error.alias is None)
    return Unknown(f"the answer says nothing about {intent.entity} {intent.key}. {others}".strip())


def _field(error: ApiError, variables: Mapping[str, Any], position: int, layout: Layout) -> str | None:
    """Name the mapped column of an error: the vendor tells the column, or type and value, or nothing."""
    named = error.data.get("column_id")
    if named is not None and (field := layout.field_of(str(named))):
        return field
    raw = variable(variables, "column_values", position)
    sent: Mapping[str, Any] = json.loads(raw) if raw else {}
    single = variable(variables, "column_id", position)
    if error.code == "ItemNameTooLongException" or single == NAME_COLUMN:
        return layout.name.field
    suspects = [column for column in sent if column in error.message] or _alike(error, sent, layout)
    if not suspects and len(sent) == 1:
        suspects = list(sent)
    return layout.field_of(suspects[0]) if len(suspects) == 1 else None


def _alike(error: ApiError, sent: Mapping[str, Any], layout: Layout) -> list[str]:
    """Columns we sent whose type, and whose value where that is told, are those of the error."""
    said_type = str(error.data.get("column_type", "")).removesuffix("Column").casefold()
    board_type = REPORTED_TYPES.get(said_type, said_type)
    value = error.data.get("column_value")
    columns = [p.column for p in layout.places if p.column in sent and p.type == board_type]
    holding = [column for column in columns if value is not None and _holds(sent[column], str(value))]
    return holding or columns


def _holds(sent: Any, value: str) -> bool:
    written = json.dumps(sent, ensure_ascii=False)
    return value in (sent, written) or json.dumps(value, ensure_ascii=False) in written
