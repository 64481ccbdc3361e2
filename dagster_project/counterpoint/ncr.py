"""Documents through NCR's REST API: the vendor gives out numbers and keeps the books, and knows no claim.

A document and its staging row are two writes here. What was posted without a definite answer is looked for by the
mark in its note, after a quiet time, since the API may make a document and answer with an error all the same.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from dagster_project.clock import Clock
from dagster_project.counterpoint import sets
from dagster_project.counterpoint.answers import opened
from dagster_project.counterpoint.claims import standing, verdict_on
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.documents import Document
from dagster_project.counterpoint.ncr_client import BrokeDown, NcrClient
from dagster_project.counterpoint.payloads import document_body
from dagster_project.counterpoint.reading import named_by_note, named_by_staging
from dagster_project.counterpoint.tables import ORDER_STAGING
from dagster_project.delivery.outcomes import (
    AccessRefused,
    Delivered,
    DeliveryError,
    MustWait,
    NoDefiniteAnswer,
    Outcome,
    Rejected,
    RequestRefused,
    Retryable,
    Unknown,
)
from dagster_project.settings import Settings

_STAGING = sets.name_of(ORDER_STAGING)


class NcrDocuments:
    """Enters documents by POST /Document; the backend `ncr`."""

    numbers_are_ours = False

    def __init__(self, client: NcrClient, database: CounterpointDatabase, quiet_seconds: float) -> None:
        self.client = client
        self.quiet_seconds = quiet_seconds
        self._database = database
        self._broke_down: set[int] = set()

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        database: CounterpointDatabase,
        clock: Clock,  # noqa: ARG003
    ) -> "NcrDocuments":
        """Build the backend; makes no call."""
        return cls(NcrClient.from_settings(settings), database, settings.ncr_quiet_seconds)

    def compose(self, documents: Sequence[Document]) -> str:
        """Return the body of a request: one POST per document."""
        return json.dumps(
            [{"staging_id": document.staging_id, "post": document_body(document)} for document in documents],
            ensure_ascii=False,
            sort_keys=True,
        )

    def send(self, body: str) -> list[Outcome]:
        """Post the documents one after the other; a document whose order is closed already is not posted.

        Raises what the first post raises when nothing was done; later it becomes the outcome of the rest.
        """
        asked: list[dict[str, Any]] = json.loads(body)
        closed = self._closed([said["staging_id"] for said in asked])
        outcomes: list[Outcome] = []
        for said in asked:
            staging_id = said["staging_id"]
            if staging_id in closed:
                outcomes.append(closed[staging_id])
                continue
            try:
                outcomes.append(self._enter(staging_id, json.dumps(said["post"], ensure_ascii=False)))
            except (MustWait, AccessRefused, NoDefiniteAnswer) as error:
                if not outcomes:
                    raise
                return outcomes + [_rest(error)] * (len(asked) - len(outcomes))
        return outcomes

    def _closed(self, staging_ids: Sequence[int]) -> Mapping[int, Outcome]:
        with opened(self._database) as connection:
            rows = standing(connection, staging_ids)
        free = {n for n, row in rows.items() if not (row.applied or row.doc_id or row.parked)}
        return {n: verdict_on(n, rows.get(n)) for n in staging_ids if n not in free}

    def _enter(self, staging_id: int, post: str) -> Outcome:
        try:
            entered = self.client.post_document(post)
        except RequestRefused as error:
            return Rejected(error.code, str(error), error.error_class)
        except BrokeDown as error:
            return self._after_a_breakdown(staging_id, error)
        try:
            with opened(self._database) as connection:
                mark_applied(connection, staging_id, entered.order)
        except DeliveryError as error:  # the probe finds the document by its note, and completes the row
            return Unknown(f"document {entered.order} was made, its staging row not marked: {error}")
        return Delivered(entered.order)

    def _after_a_breakdown(self, staging_id: int, error: BrokeDown) -> Outcome:
        """Once it is in doubt. Twice, the document being nowhere: the API does not take this order."""
        if staging_id not in self._broke_down:
            self._broke_down.add(staging_id)
            return Unknown(str(error))
        with opened(self._database) as connection:
            if self.find(connection, [staging_id]):
                return Unknown(str(error))
        return Rejected("ERROR_UNKNOWN", str(error))

    def find(self, connection: Connection, staging_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return what was made of staging rows, by the row or by the note; complete the rows found by note."""
        named = dict(named_by_staging(connection, staging_ids))
        unnamed = [staging_id for staging_id in staging_ids if staging_id not in named]
        by_note = named_by_note(connection, unnamed) if unnamed else {}
        for staging_id, doc_ids in by_note.items():
            if len(doc_ids) == 1:
                mark_applied(connection, staging_id, doc_ids[0])
        return {**named, **by_note}


def mark_applied(connection: Connection, staging_id: int, doc_id: str) -> None:
    """Say in the staging row what became of it; a row that says so already stays."""
    sets.run(
        connection,
        f"update {_STAGING} set IS_APPLIED = 1, APPLIED_DT = ?, CP_DOC_ID = ?, IS_VALIDATED = 1, "
        "VALIDATION_ERROR = null where STAGING_ID = ? and (IS_APPLIED = 0 or IS_APPLIED is null)",
        (sets.now(connection), doc_id, staging_id),
    )


def _rest(error: DeliveryError) -> Outcome:
    """What orders become that were not reached, and the one whose answer was lost."""
    if isinstance(error, NoDefiniteAnswer):
        return Unknown(str(error))
    return Retryable("NotSent", str(error))
