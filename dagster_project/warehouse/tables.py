"""The tables Python owns, as SQLAlchemy Core metadata: the ledger, what landing leaves behind, and alerts.

Everything else in the warehouse is dbt's. `sql/ddl/` is rendered from this module for SQL Server, and a
test keeps the two in step. Times are UTC without zone. Texts that are JSON say so in their comment.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Unicode,
    UnicodeText,
)
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeEngine

metadata = MetaData()

Instant = DateTime().with_variant(mssql.DATETIME2(6), "mssql")  # type: ignore[no-untyped-call]
LongText = UnicodeText().with_variant(mssql.NVARCHAR(), "mssql")  # a dialect not yet connected says ntext
BINARY = "Latin1_General_100_BIN2"


def _exact(length: int) -> TypeEngine[str]:
    """A text that identifies: 'AB1' and 'ab1' are two, whatever collation the SQL Server database has."""
    return Unicode(length).with_variant(mssql.NVARCHAR(length, collation=BINARY), "mssql")


Key = _exact(200)
Instance = Unicode(100)  # with entity and key within the 900 bytes of a clustered index
Entity = Unicode(50)
Name = Unicode(200)
Code = Unicode(100)
Id = Unicode(64)

# A text for people is cut when it is too long; anything that identifies is refused instead.
FREE: dict[str, Any] = {"free_text": True}

delivery = Table(
    "delivery",
    metadata,
    Column(
        "instance", Instance, primary_key=True, comment="system:environment:board, company or database id"
    ),
    Column("entity", Entity, primary_key=True, comment="kind of remote object within the system"),
    Column("business_key", Key, primary_key=True, comment="key of the row in the source"),
    Column("incarnation", Integer, nullable=False, comment="1, and one more after each archive"),
    Column("state", Unicode(20), nullable=False, comment="see delivery/states.py"),
    Column("revision", BigInteger, nullable=False, comment="rises with every change; what a claim compares"),
    Column("lease_run", Id, comment="run that may send this row now"),
    Column("lease_until", Instant),
    Column("attempt", Integer, nullable=False),
    Column("told", LongText, comment="JSON: the whole mapped row as the destination accepted it"),
    Column("tried", LongText, comment="JSON: the whole mapped row as it was last refused, held or retired"),
    Column("doubtful", LongText, comment="JSON list: fields sent without a definite answer"),
    Column("mapping_version", Id),
    Column("schema_version", Id, comment="fingerprint of the destination's schema when it was last refused"),
    Column("source_version", Id, comment="lineage only"),
    Column("remote_id", Code),
    Column("parent_key", Key),
    Column("hold_reason", Unicode(400), info=FREE),
    Column("hold_since", Instant),
    Column("error_class", Code),
    Column("error_code", Code, info=FREE),
    Column("error_field", Name, info=FREE),
    Column("error_message", LongText),
    Column("next_attempt", Instant, comment="a refused row is staged again from then on"),
    Column("verified_at", Instant),
    Column("drift", LongText, comment="JSON: field -> {told, found} where the destination disagrees"),
    Column("batch_id", Id),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

delivery_event = Table(
    "delivery_event",
    metadata,
    Column("event_id", Id, primary_key=True, comment="sorts by time"),
    Column("occurred_at", Instant, nullable=False),
    Column("instance", Instance, nullable=False),
    Column("entity", Entity, nullable=False),
    Column("business_key", Key, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("kind", Unicode(20), nullable=False, comment="INTENT, OUTCOME, NOTE"),
    Column("intent_id", Id, comment="an outcome names the intent it settles"),
    Column("operation", Code, comment="create, columns, rename, move, archive, ..."),
    Column("outcome", Unicode(20), comment="DELIVERED, HELD, REJECTED, RETRYABLE, UNKNOWN, GONE"),
    Column("fields", LongText, comment="JSON: the values this operation tells"),
    Column("request_id", Id),
    Column("position", Integer, comment="place of the operation in its request"),
    Column("remote_id", Code),
    Column("message", LongText),
    Column("run_id", Id),
    Column("batch_id", Id),
    Index("ix_delivery_event_key", "instance", "entity", "business_key"),
    Index("ix_delivery_event_request", "request_id"),
)

delivery_request = Table(
    "delivery_request",
    metadata,
    Column("request_id", Id, primary_key=True),
    Column("instance", Instance, nullable=False),
    Column("run_id", Id, nullable=False),
    Column("idempotency_key", Code, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("operations", Integer, nullable=False),
    Column("body", LongText, nullable=False, comment="exactly what is sent, without headers"),
    Column("answered_at", Instant),
    Column("answer", LongText, comment="what came back, or why nothing did"),
    Column("vendor_request_id", Code),
    Column("settled_at", Instant, comment="every operation has a definite outcome"),
)

delivery_batch = Table(
    "delivery_batch",
    metadata,
    Column("batch_id", Id, primary_key=True),
    Column("instance", Instance, nullable=False),
    Column("system", Code, nullable=False),
    Column("run_id", Id, nullable=False),
    Column("name", Name, nullable=False, comment="what the batch is for, e.g. the customer", info=FREE),
    Column("batch_type", Code, nullable=False),
    Column("status", Unicode(40), nullable=False),
    Column("total_records", Integer, nullable=False),
    Column("successful_records", Integer, nullable=False),
    Column("failed_records", Integer, nullable=False),
    Column("parents_processed", Integer, nullable=False),
    Column("children_processed", Integer, nullable=False),
    Column("api_calls", Integer, nullable=False),
    Column("api_failures", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("staged_at", Instant),
    Column("parents_completed_at", Instant),
    Column("children_completed_at", Instant),
    Column("ended_at", Instant),
    Column("error_summary", LongText),
    Column("notes", LongText),
    Column("started_by", Name, info=FREE),
    Column("config_snapshot", LongText, comment="JSON: filters and settings of the run, without secrets"),
    Index("ix_delivery_batch_run", "run_id"),
)

delivery_run = Table(
    "delivery_run",
    metadata,
    Column("run_id", Id, primary_key=True),
    Column("system", Code, nullable=False),
    Column("instance", Instance, nullable=False),
    Column(
        "status",
        Unicode(40),
        nullable=False,
        comment="RUNNING, COMPLETED, COMPLETED_WITH_ERRORS, FAILED, BLOCKED",
    ),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("report", LongText, comment="JSON: counters by entity and outcome"),
    Column("error", LongText),
)

scope_lock = Table(
    "scope_lock",
    metadata,
    Column("instance", Instance, primary_key=True),
    Column("run_id", Id, nullable=False),
    Column("host", Name, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", BigInteger, nullable=False, comment="a reused pid is another process"),
    Column("until", Instant, nullable=False),
)

destination_pause = Table(
    "destination_pause",
    metadata,
    Column("system", Code, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("why", LongText, nullable=False),
)

destination_contact = Table(
    "destination_contact",
    metadata,
    Column("instance", Instance, primary_key=True),
    Column("since", Instant, nullable=False, comment="when creating was first allowed for this instance"),
    Column("how", Unicode(20), nullable=False, comment="ADOPTED, START_EMPTY or FOUND_EMPTY"),
)

destination_left_over = Table(
    "destination_left_over",
    metadata,
    Column("instance", Instance, primary_key=True),
    Column("entity", Entity, primary_key=True),
    Column("remote_id", _exact(100), primary_key=True, comment="an object no source row was matched to"),
    Column("since", Instant, nullable=False, comment="when an adoption looked at it last"),
)

api_usage = Table(
    "api_usage",
    metadata,
    Column("instance", Instance, primary_key=True),
    Column("day", Unicode(10), primary_key=True, comment="UTC, YYYY-MM-DD"),
    Column("calls", Integer, nullable=False),
)

staging_context = Table(
    "staging_context",
    metadata,
    Column("system", Code, primary_key=True),
    Column("entity", Entity, primary_key=True),
    Column("instance", Instance, nullable=False, comment="whose ledger rows the next staging compares with"),
    Column("run_id", Id, nullable=False),
    Column("mapping_version", Id, nullable=False),
    Column("schema_version", Id, comment="null when the destination was not asked before staging"),
    Column("max_removed_share", Numeric(9, 6), nullable=False, comment="0.2 = a fifth of the told keys"),
    Column("max_rekeyed", Integer, nullable=False),
    Column("allow_removals", Integer, nullable=False, comment="1: the operator overrode both guards"),
    Column("set_at", Instant, nullable=False),
)

landing_error = Table(
    "landing_error",
    metadata,
    Column("table_name", Name, nullable=False),
    Column("row_number", BigInteger, nullable=False, comment="1 is the first row after the header"),
    Column("row_key", Key, info=FREE),
    Column("column_name", Name, nullable=False),
    Column("value", LongText),
    Column("reason", Unicode(400), nullable=False, info=FREE),
    Column("file_name", Unicode(400), info=FREE),
    Column("landed_at", Instant, nullable=False),
)

landing = Table(
    "landing",
    metadata,
    Column("table_name", Name, primary_key=True, comment="a source table that landing made, and may replace"),
    Column("file_name", Unicode(400), nullable=False, info=FREE),
    Column("row_count", BigInteger, nullable=False),
    Column("column_count", Integer, nullable=False),
    Column("bad_cells", BigInteger, nullable=False, comment="rows of landing_error"),
    Column("landed_at", Instant, nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("signature", Key, primary_key=True, comment="what makes two the same trouble"),
    Column("system", Code, nullable=False, comment="pipeline it is about"),
    Column("topic", Code, nullable=False, comment="health, failed orders, ...; told together"),
    Column("subject", Unicode(400), nullable=False, info=FREE),
    Column("body", LongText, comment="what was found, and what to do"),
    Column("since", Instant, nullable=False),
    Column("over_at", Instant, comment="null while the trouble lasts"),
    Column("due_at", Instant, comment="told from then on; null: no more"),
    Column("told", Integer, nullable=False, comment="how often people were told since it began"),
    Column("mail_id", Id, comment="the mail that told it last"),
    Index("ix_alert_topic", "system", "topic"),
    info={"since": 3},
)

mail_outbox = Table(
    "mail_outbox",
    metadata,
    Column(
        "mail_id", Id, primary_key=True, comment="part of the Message-ID, so that a mail sent twice is one"
    ),
    Column("system", Code, nullable=False),
    Column("state", Unicode(20), nullable=False, comment="WAITING, SENT"),
    Column("recipients", LongText, nullable=False, comment="JSON list of addresses"),
    Column("subject", Unicode(400), nullable=False, info=FREE),
    Column("text", LongText),
    Column("html", LongText),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("next_attempt", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("last_error", LongText),
    info={"since": 3},
)

project_view = Table(
    "project_view",
    metadata,
    Column("view_name", Name, primary_key=True, comment="a view or a seed that dbt made"),
    Column("made_of", Id, nullable=False, comment="fingerprint of the project and the sources' columns"),
    Column(
        "definition", Id, nullable=False, comment="fingerprint of a view's definition, or of a seed's rows"
    ),
    info={"since": 5},
)

ledger_schema = Table(
    "ledger_schema",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", Instant, nullable=False),
    Column("description", Unicode(400), nullable=False),
)
