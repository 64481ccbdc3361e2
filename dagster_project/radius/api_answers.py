"""What Radius answered last about an order that cannot go on: read from the requests that the ledger keeps."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.ledger import KEY
from dagster_project.warehouse import rows, tables

LONGEST_RAW = 2_000
Ref = tuple[str, str]
"""Entity and key of an object."""


@dataclass(frozen=True)
class ApiAnswer:
    """One answer of the adapter: whom it was asked, what it said."""

    entity: str
    status: str
    error: str
    messages: tuple[str, ...]
    raw: str

    @classmethod
    def of(cls, text: str | None) -> "ApiAnswer | None":
        """Read what was kept of a request's answer: of several calls the last one. None when nothing was kept."""
        if not text:
            return None
        try:
            kept = json.loads(text)
        except ValueError:
            return cls("", "", text[:LONGEST_RAW], (), text[:LONGEST_RAW])
        calls = [one for one in (kept if isinstance(kept, list) else [kept]) if isinstance(one, Mapping)]
        return _read(calls[-1]) if calls else None


def _read(call: Mapping[str, Any]) -> ApiAnswer:
    status = call.get("status", call.get("outcome", ""))
    http = call.get("http")
    return ApiAnswer(
        entity=str(call.get("entity") or call.get("statement") or ""),
        status=f"{status}" if http in (None, 200) else f"{status} (HTTP {http})",
        error=str(call.get("error") or ""),
        messages=tuple(str(message) for message in call.get("messages") or ()),
        raw=json.dumps(call.get("payload", call.get("raw", "")), ensure_ascii=False, indent=1)[:LONGEST_RAW],
    )


def last_answers(connection: Connection, instance: str, refs: Iterable[Ref]) -> dict[Ref, ApiAnswer]:
    """Return what was answered to the last request about each object that was ever asked for."""
    wanted = [(instance, entity, key) for entity, key in dict.fromkeys(refs)]
    last: dict[Ref, sa.Row[Any]] = {}
    for event in rows.select_by_key(connection, tables.delivery_event, KEY, wanted):
        before = last.get((event.entity, event.business_key))
        if event.request_id and (before is None or event.event_id > before.event_id):
            last[(event.entity, event.business_key)] = event
    requests = _answers(connection, [event.request_id for event in last.values()])
    found = {ref: ApiAnswer.of(requests.get(event.request_id)) for ref, event in last.items()}
    return {ref: answer for ref, answer in found.items() if answer is not None}


def _answers(connection: Connection, request_ids: Sequence[str]) -> dict[str, str | None]:
    wanted = [(request_id,) for request_id in dict.fromkeys(request_ids)]
    found = rows.select_by_key(connection, tables.delivery_request, ("request_id",), wanted)
    return {row.request_id: row.answer for row in found}
