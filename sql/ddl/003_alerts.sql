-- 003_alerts.sql: alerts and the mails that tell them.
--
-- Rendered from dagster_project/warehouse/tables.py; change it there. Only adds, and only what is
-- missing: it may be run again. `order-staging init` runs the same statements. Times are UTC.

if object_id(N'dbo.alert', N'U') is null
begin
    create table dbo.alert (
        signature  nvarchar(200) collate Latin1_General_100_BIN2 not null,  -- what makes two the same trouble
        system     nvarchar(100) not null,                                  -- pipeline it is about
        topic      nvarchar(100) not null,                                  -- health, failed orders, ...; told together
        subject    nvarchar(400) not null,
        body       nvarchar(max) null,                                      -- what was found, and what to do
        since      datetime2(6) not null,
        over_at    datetime2(6) null,                                       -- null while the trouble lasts
        due_at     datetime2(6) null,                                       -- told from then on; null: no more
        told       integer not null,                                        -- how often people were told since it began
        mail_id    nvarchar(64) null,                                       -- the mail that told it last
        constraint pk_alert primary key clustered (signature)
    );
end;

if object_id(N'dbo.mail_outbox', N'U') is null
begin
    create table dbo.mail_outbox (
        mail_id       nvarchar(64) not null,   -- part of the Message-ID, so that a mail sent twice is one
        system        nvarchar(100) not null,
        state         nvarchar(20) not null,   -- WAITING, SENT
        recipients    nvarchar(max) not null,  -- JSON list of addresses
        subject       nvarchar(400) not null,
        text          nvarchar(max) null,
        html          nvarchar(max) null,
        attempts      integer not null,
        created_at    datetime2(6) not null,
        next_attempt  datetime2(6) not null,
        sent_at       datetime2(6) null,
        last_error    nvarchar(max) null,
        constraint pk_mail_outbox primary key clustered (mail_id)
    );
end;

if not exists (
    select 1 from sys.indexes
    where name = N'ix_alert_topic' and object_id = object_id(N'dbo.alert')
)
begin
    create index ix_alert_topic on dbo.alert (system, topic);
end;

if not exists (select 1 from dbo.ledger_schema where version = 3)
begin
    insert into dbo.ledger_schema (version, applied_at, description)
    values (3, sysutcdatetime(), N'alerts and the mails that tell them');
end;
