"""The control columns of the relations analysts read, with types and descriptions: one table for all systems.

dbt's contracts are rendered from it, and no mapped column may take one of these names.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dagster_project.delivery.destination import Change, StagedAs
from dagster_project.delivery.mapping_document import block
from dagster_project.delivery.mapping_vocabulary import LONG_TEXT
from dagster_project.delivery.outcomes import ErrorClass

INSTANT = "{{ 'datetime2(6)' if target.type == 'sqlserver' else 'timestamp' }}"

CHANGES = tuple(change.value for change in Change)
STATUSES = tuple(status.value for status in StagedAs)
ERROR_CLASSES = tuple(known.value for known in ErrorClass)


class Control(NamedTuple):
    """A column that we add to a relation; `values` is the closed set it takes, if there is one."""

    name: str
    data_type: str
    description: str
    values: tuple[str, ...] = ()


FILTERS = "FILTERS"
"""Stands in a table where the mapping's filters, and in ERR_ its reference columns, are put."""

_KEY = Control("business_key", "nvarchar(200)", "Identity of the row in the source.")
_PARENT = Control(
    "parent_key", "nvarchar(200)", "Identity of the row it belongs to; empty when it belongs to none."
)
_INSTANCE = Control(
    "instance",
    "nvarchar(200)",
    "Destination the row went to: system, environment and the board, company or database.",
)
_INCARNATION = Control(
    "incarnation", "int", "1 for the first object made for this key, one more after each archive and return."
)
_REVISION = Control("revision", "bigint", "Count of changes of the ledger row; empty when there is none yet.")
_REMOTE = Control(
    "remote_id", "nvarchar(100)", "Id the destination gave; empty when nothing was made there yet."
)
_UPDATED = Control("updated_at", INSTANT, "When the ledger last changed this row (UTC).")
_BATCH = Control("batch_name", "nvarchar(200)", "Batch the row is reported in.")
_FILTERS = Control(FILTERS, "", "")

CONTROLS: dict[str, tuple[Control, ...]] = {
    "told": (
        _INSTANCE,
        _KEY,
        _PARENT,
        _INCARNATION,
        Control(
            "state", "nvarchar(20)", "Where the row stands in the ledger, for instance DELIVERED or RETRY."
        ),
        _REVISION,
        _REMOTE,
        _UPDATED,
    ),
    "staging": (
        _KEY,
        _PARENT,
        Control(
            "previous_key",
            "nvarchar(200)",
            "Key under which the row was told before the source gave it another.",
        ),
        Control(
            "change_type",
            "nvarchar(20)",
            "How the row differs from what was told: NEW, CHANGED, CANCELLED, REMOVED, REKEYED (same "
            "values under another key), or UNCHANGED for a row that is here only because its last "
            "attempt is not settled.",
            CHANGES,
        ),
        Control(
            "stg_status",
            "nvarchar(20)",
            "PENDING will be sent, RETRY is tried again, IN_DOUBT was sent without a definite answer, "
            "HELD waits for a decision of the business, BLOCKED waits for the row it belongs to.",
            STATUSES,
        ),
        Control("stg_reason", "nvarchar(400)", "Why the row is held or blocked."),
        Control(
            "changed_fields",
            LONG_TEXT,
            'JSON with old and new value of every field that differs: {"STYLE": {"old": …, "new": …}}; empty '
            "for a new row.",
        ),
        _REVISION,
        _REMOTE,
        Control("stg_retry_count", "int", "Attempts made so far."),
        Control("stg_error_class", "nvarchar(100)", "What the last failed attempt asks of the operator."),
        Control("stg_error_message", LONG_TEXT, "What the destination said at the last failed attempt."),
        _BATCH,
        _FILTERS,
        Control("source_version", "nvarchar(64)", "Version of the source row, for lineage only."),
        Control("staged_at", INSTANT, "When the row was staged (UTC)."),
    ),
    "errors": (
        Control(
            "business_key",
            "nvarchar(200)",
            "Identity of the row; empty when the source row has no usable one.",
        ),
        _PARENT,
        Control(
            "error_class",
            "nvarchar(100)",
            "Who can clear it and how: the first thing to look at.",
            ERROR_CLASSES,
        ),
        Control("error_type", "nvarchar(200)", "The rule that was broken, or the destination's error code."),
        Control("column_name", "nvarchar(200)", "Column the error is about."),
        Control("value", LONG_TEXT, "The value that was refused."),
        Control("message", LONG_TEXT, "What is wrong with which row and column, and the next step."),
        Control(
            "shared_by", "bigint", "How many rows have the same error class, type and column: a common cause."
        ),
        Control("what_clears_it", "nvarchar(400)", "What makes the row go on its way again."),
        Control("next_attempt", INSTANT, "When it is tried again by itself (UTC); empty when it is not."),
        Control("attempts", "int", "Attempts made so far; 0 when it was refused before any call."),
        _BATCH,
        _FILTERS,
        Control("since", INSTANT, "Since when the row stands here (UTC)."),
        Control("row_json", LONG_TEXT, "The whole row as JSON."),
    ),
    "mirror": (
        _KEY,
        _INCARNATION,
        Control(
            "state", "nvarchar(20)", "Where the row stands in the ledger, for instance DELIVERED or RETRY."
        ),
        Control("verified_at", INSTANT, "When it was last read back from the destination (UTC)."),
        Control(
            "drift", LONG_TEXT, "JSON of the fields in which the destination disagrees: told and found value."
        ),
        _UPDATED,
        _INSTANCE,
        Control("batch_id", "nvarchar(64)", "Batch that last delivered the row."),
    ),
}
MIRROR_IDS = {
    "remote_id": "Id the destination gave the object.",
    "parent_remote_id": "Id the destination gave the object it belongs to.",
}
"""Roles a mirror id can have; its name and type stand in the mapping."""

WITH_MAPPED = ("told", "staging", "mirror")
"""Relations that repeat every mapped column after their control columns."""


def control_columns(meta: Mapping[str, Any]) -> dict[str, str]:
    """Return control column → relation, names case-folded, for the relations that hold mapped columns."""
    taken = {
        control.name.casefold(): str(meta.get(role, role))
        for role in WITH_MAPPED
        if role in meta
        for control in CONTROLS[role]
    }
    staging, mirror = str(meta.get("staging")), str(meta.get("mirror"))
    taken |= {str(name).casefold(): staging for name in block(meta.get("filters"))}
    ids = block(meta.get("mirror_ids")).values()
    return taken | {str(block(said).get("name")).casefold(): mirror for said in ids}
