-- 001_ledger.sql: ledger, batches, runs, staging context and landing errors.
--
-- Rendered from dagster_project/warehouse/tables.py; change it there. Only adds, and only what is
-- missing: it may be run again. `order-staging init` runs the same statements. Times are UTC.

if object_id(N'dbo.delivery', N'U') is null
begin
    create table dbo.delivery (
        instance         nvarchar(100) not null,                                  -- system:environment:board, company or database id
        entity           nvarchar(50) not null,                                   -- kind of remote object within the system
        business_key     nvarchar(200) collate Latin1_General_100_BIN2 not null,  -- key of the row in the source
        incarnation      integer not null,                                        -- 1, and one more after each archive
        state            nvarchar(20) not null,                                   -- see delivery/states.py
        revision         bigint not null,                                         -- rises with every change; what a claim compares
        lease_run        nvarchar(64) null,                                       -- run that may send this row now
        lease_until      datetime2(6) null,
        attempt          integer not null,
        told             nvarchar(max) null,                                      -- JSON: the whole mapped row as the destination accepted it
        tried            nvarchar(max) null,                                      -- JSON: the whole mapped row as it was last refused, held or retired
        doubtful         nvarchar(max) null,                                      -- JSON list: fields sent without a definite answer
        mapping_version  nvarchar(64) null,
        schema_version   nvarchar(64) null,                                       -- fingerprint of the destination's schema when it was last refused
        source_version   nvarchar(64) null,                                       -- lineage only
        remote_id        nvarchar(100) null,
        parent_key       nvarchar(200) collate Latin1_General_100_BIN2 null,
        hold_reason      nvarchar(400) null,
        hold_since       datetime2(6) null,
        error_class      nvarchar(100) null,
        error_code       nvarchar(100) null,
        error_field      nvarchar(200) null,
        error_message    nvarchar(max) null,
        next_attempt     datetime2(6) null,                                       -- a refused row is staged again from then on
        verified_at      datetime2(6) null,
        drift            nvarchar(max) null,                                      -- JSON: field -> {told, found} where the destination disagrees
        batch_id         nvarchar(64) null,
        created_at       datetime2(6) not null,
        updated_at       datetime2(6) not null,
        constraint pk_delivery primary key clustered (instance, entity, business_key)
    );
end;

if object_id(N'dbo.delivery_event', N'U') is null
begin
    create table dbo.delivery_event (
        event_id      nvarchar(64) not null,                                   -- sorts by time
        occurred_at   datetime2(6) not null,
        instance      nvarchar(100) not null,
        entity        nvarchar(50) not null,
        business_key  nvarchar(200) collate Latin1_General_100_BIN2 not null,
        incarnation   integer not null,
        kind          nvarchar(20) not null,                                   -- INTENT, OUTCOME, NOTE
        intent_id     nvarchar(64) null,                                       -- an outcome names the intent it settles
        operation     nvarchar(100) null,                                      -- create, columns, rename, move, archive, ...
        outcome       nvarchar(20) null,                                       -- DELIVERED, HELD, REJECTED, RETRYABLE, UNKNOWN, GONE
        fields        nvarchar(max) null,                                      -- JSON: the values this operation tells
        request_id    nvarchar(64) null,
        position      integer null,                                            -- place of the operation in its request
        remote_id     nvarchar(100) null,
        message       nvarchar(max) null,
        run_id        nvarchar(64) null,
        batch_id      nvarchar(64) null,
        constraint pk_delivery_event primary key clustered (event_id)
    );
end;

if object_id(N'dbo.delivery_request', N'U') is null
begin
    create table dbo.delivery_request (
        request_id         nvarchar(64) not null,
        instance           nvarchar(100) not null,
        run_id             nvarchar(64) not null,
        idempotency_key    nvarchar(100) not null,
        sent_at            datetime2(6) not null,
        operations         integer not null,
        body               nvarchar(max) not null,  -- exactly what is sent, without headers
        answered_at        datetime2(6) null,
        answer             nvarchar(max) null,      -- what came back, or why nothing did
        vendor_request_id  nvarchar(100) null,
        settled_at         datetime2(6) null,       -- every operation has a definite outcome
        constraint pk_delivery_request primary key clustered (request_id)
    );
end;

if object_id(N'dbo.delivery_batch', N'U') is null
begin
    create table dbo.delivery_batch (
        batch_id               nvarchar(64) not null,
        instance               nvarchar(100) not null,
        system                 nvarchar(100) not null,
        run_id                 nvarchar(64) not null,
        name                   nvarchar(200) not null,  -- what the batch is for, e.g. the customer
        batch_type             nvarchar(100) not null,
        status                 nvarchar(40) not null,
        total_records          integer not null,
        successful_records     integer not null,
        failed_records         integer not null,
        parents_processed      integer not null,
        children_processed     integer not null,
        api_calls              integer not null,
        api_failures           integer not null,
        retries                integer not null,
        started_at             datetime2(6) not null,
        staged_at              datetime2(6) null,
        parents_completed_at   datetime2(6) null,
        children_completed_at  datetime2(6) null,
        ended_at               datetime2(6) null,
        error_summary          nvarchar(max) null,
        notes                  nvarchar(max) null,
        started_by             nvarchar(200) null,
        config_snapshot        nvarchar(max) null,      -- JSON: filters and settings of the run, without secrets
        constraint pk_delivery_batch primary key clustered (batch_id)
    );
end;

if object_id(N'dbo.delivery_run', N'U') is null
begin
    create table dbo.delivery_run (
        run_id      nvarchar(64) not null,
        system      nvarchar(100) not null,
        instance    nvarchar(100) not null,
        status      nvarchar(40) not null,   -- RUNNING, COMPLETED, COMPLETED_WITH_ERRORS, FAILED, BLOCKED
        started_at  datetime2(6) not null,
        ended_at    datetime2(6) null,
        report      nvarchar(max) null,      -- JSON: counters by entity and outcome
        error       nvarchar(max) null,
        constraint pk_delivery_run primary key clustered (run_id)
    );
end;

if object_id(N'dbo.scope_lock', N'U') is null
begin
    create table dbo.scope_lock (
        instance         nvarchar(100) not null,
        run_id           nvarchar(64) not null,
        host             nvarchar(200) not null,
        pid              integer not null,
        process_started  bigint not null,         -- a reused pid is another process
        until            datetime2(6) not null,
        constraint pk_scope_lock primary key clustered (instance)
    );
end;

if object_id(N'dbo.destination_pause', N'U') is null
begin
    create table dbo.destination_pause (
        system  nvarchar(100) not null,
        since   datetime2(6) not null,
        why     nvarchar(max) not null,
        constraint pk_destination_pause primary key clustered (system)
    );
end;

if object_id(N'dbo.destination_contact', N'U') is null
begin
    create table dbo.destination_contact (
        instance  nvarchar(100) not null,
        since     datetime2(6) not null,   -- when creating was first allowed for this instance
        how       nvarchar(20) not null,   -- ADOPTED, START_EMPTY or FOUND_EMPTY
        constraint pk_destination_contact primary key clustered (instance)
    );
end;

if object_id(N'dbo.destination_left_over', N'U') is null
begin
    create table dbo.destination_left_over (
        instance   nvarchar(100) not null,
        entity     nvarchar(50) not null,
        remote_id  nvarchar(100) collate Latin1_General_100_BIN2 not null,  -- an object no source row was matched to
        since      datetime2(6) not null,                                   -- when an adoption looked at it last
        constraint pk_destination_left_over primary key clustered (instance, entity, remote_id)
    );
end;

if object_id(N'dbo.api_usage', N'U') is null
begin
    create table dbo.api_usage (
        instance  nvarchar(100) not null,
        day       nvarchar(10) not null,   -- UTC, YYYY-MM-DD
        calls     integer not null,
        constraint pk_api_usage primary key clustered (instance, day)
    );
end;

if object_id(N'dbo.staging_context', N'U') is null
begin
    create table dbo.staging_context (
        system             nvarchar(100) not null,
        entity             nvarchar(50) not null,
        instance           nvarchar(100) not null,  -- whose ledger rows the next staging compares with
        run_id             nvarchar(64) not null,
        mapping_version    nvarchar(64) not null,
        schema_version     nvarchar(64) null,       -- null when the destination was not asked before staging
        max_removed_share  numeric(9, 6) not null,  -- 0.2 = a fifth of the told keys
        max_rekeyed        integer not null,
        allow_removals     integer not null,        -- 1: the operator overrode both guards
        set_at             datetime2(6) not null,
        constraint pk_staging_context primary key clustered (system, entity)
    );
end;

if object_id(N'dbo.landing_error', N'U') is null
begin
    create table dbo.landing_error (
        table_name   nvarchar(200) not null,
        row_number   bigint not null,                                     -- 1 is the first row after the header
        row_key      nvarchar(200) collate Latin1_General_100_BIN2 null,
        column_name  nvarchar(200) not null,
        value        nvarchar(max) null,
        reason       nvarchar(400) not null,
        file_name    nvarchar(400) null,
        landed_at    datetime2(6) not null
    );
end;

if object_id(N'dbo.landing', N'U') is null
begin
    create table dbo.landing (
        table_name    nvarchar(200) not null,  -- a source table that landing made, and may replace
        file_name     nvarchar(400) not null,
        row_count     bigint not null,
        column_count  integer not null,
        bad_cells     bigint not null,         -- rows of landing_error
        landed_at     datetime2(6) not null,
        constraint pk_landing primary key clustered (table_name)
    );
end;

if object_id(N'dbo.ledger_schema', N'U') is null
begin
    create table dbo.ledger_schema (
        version      integer not null,
        applied_at   datetime2(6) not null,
        description  nvarchar(400) not null,
        constraint pk_ledger_schema primary key clustered (version)
    );
end;

if not exists (
    select 1 from sys.indexes
    where name = N'ix_delivery_event_key' and object_id = object_id(N'dbo.delivery_event')
)
begin
    create index ix_delivery_event_key on dbo.delivery_event (instance, entity, business_key);
end;

if not exists (
    select 1 from sys.indexes
    where name = N'ix_delivery_event_request' and object_id = object_id(N'dbo.delivery_event')
)
begin
    create index ix_delivery_event_request on dbo.delivery_event (request_id);
end;

if not exists (
    select 1 from sys.indexes
    where name = N'ix_delivery_batch_run' and object_id = object_id(N'dbo.delivery_batch')
)
begin
    create index ix_delivery_batch_run on dbo.delivery_batch (run_id);
end;

if not exists (select 1 from dbo.ledger_schema where version = 1)
begin
    insert into dbo.ledger_schema (version, applied_at, description)
    values (1, sysutcdatetime(), N'ledger, batches, runs, staging context and landing errors');
end;
