-- 002_counterpoint.sql: what order-staging owns in Counterpoint's database.
--
-- Rendered from dagster_project/counterpoint/setup.py; change it there. Run it in the company's
-- database. It adds two tables, a unique index and views, and one column to USER_SYNC_LOG; tables of
-- the vendor stay as they are. It may be run again. USER_DOC_ID_RANGE gets its row, the document
-- ids assigned to web orders, from `order-staging counterpoint setup`.

if object_id(N'dbo.USER_ORDER_STAGING_EXT', N'U') is null
begin
    create table dbo.[USER_ORDER_STAGING_EXT] (
        [STAGING_ID]         integer not null,
        [SOURCE_SYSTEM]      varchar(50) null,
        [WOO_ORDER_ID]       integer null,
        [ORD_DT]             datetime2(6) null,
        [MODIFIED_DT_UTC]    datetime2(6) null,
        [PAID_DT]            datetime2(6) null,
        [WOO_CUST_ID]        integer null,
        [CURNCY_COD]         varchar(3) null,
        [PMT_METH_ID]        varchar(50) null,
        [TRANSACTION_ID]     varchar(100) null,
        [SHIP_METH_ID]       varchar(50) null,
        [COUPON_CODES]       varchar(400) null,
        [CUST_NOTE]          nvarchar(max) null,
        [FEE_AMT]            numeric(15, 4) null,
        [REFUND_AMT]         numeric(15, 4) null,
        [BILL_NAM]           varchar(40) null,
        [BILL_FST_NAM]       varchar(15) null,
        [BILL_LST_NAM]       varchar(25) null,
        [BILL_ADRS_1]        varchar(40) null,
        [BILL_ADRS_2]        varchar(40) null,
        [BILL_CITY]          varchar(20) null,
        [BILL_STATE]         varchar(10) null,
        [BILL_ZIP_COD]       varchar(15) null,
        [BILL_CNTRY]         varchar(20) null,
        [BILL_PHONE]         varchar(25) null,
        [BILL_EMAIL]         varchar(50) null,
        [SHIP_FST_NAM]       varchar(15) null,
        [SHIP_LST_NAM]       varchar(25) null,
        [LINE_DETAILS_JSON]  nvarchar(max) null,
        [TAX_LINES_JSON]     nvarchar(max) null,
        [FEE_LINES_JSON]     nvarchar(max) null,
        [MISFITS_JSON]       nvarchar(max) null,
        [VERDICT_DT]         datetime2(6) null,
        [PARKED_DT]          datetime2(6) null,
        [UPDATED_DT]         datetime2(6) null,
        [PARKED_REASON]      nvarchar(400) null,
        [CP_TKT_NO]          varchar(15) null,
        constraint pk_USER_ORDER_STAGING_EXT primary key clustered ([STAGING_ID])
    );
end;

if object_id(N'dbo.USER_DOC_ID_RANGE', N'U') is null
begin
    create table dbo.[USER_DOC_ID_RANGE] (
        [RANGE_NAM]   varchar(20) not null,
        [FST_DOC_ID]  bigint null,
        [LST_DOC_ID]  bigint null,
        [NXT_DOC_ID]  bigint null,
        constraint pk_USER_DOC_ID_RANGE primary key clustered ([RANGE_NAM])
    );
end;

if col_length(N'dbo.USER_SYNC_LOG', N'RECORDS_PROCESSED') is null
begin
    alter table dbo.[USER_SYNC_LOG] add [RECORDS_PROCESSED] integer not null default 0;
end;

if not exists (
    select 1 from sys.indexes
    where name = N'UQ_USER_ORDER_STAGING_WOO' and object_id = object_id(N'dbo.USER_ORDER_STAGING')
)
and exists (
    select 1 from dbo.USER_ORDER_STAGING group by SOURCE_SYSTEM, WOO_ORDER_ID having count(*) > 1
)
begin
    select SOURCE_SYSTEM, WOO_ORDER_ID, count(*) as STAGING_ROWS from dbo.USER_ORDER_STAGING
    group by SOURCE_SYSTEM, WOO_ORDER_ID having count(*) > 1;
    raiserror(N'USER_ORDER_STAGING holds web orders more than once: see the result', 16, 1);
end;

if not exists (
    select 1 from sys.indexes
    where name = N'UQ_USER_ORDER_STAGING_WOO' and object_id = object_id(N'dbo.USER_ORDER_STAGING')
)
begin
    create unique index UQ_USER_ORDER_STAGING_WOO on dbo.USER_ORDER_STAGING (SOURCE_SYSTEM, WOO_ORDER_ID);
end;

if object_id(N'dbo.USER_ORDERS_PENDING', N'V') is not null
begin
    drop view dbo.USER_ORDERS_PENDING;
end;

exec sp_executesql N'create view dbo.USER_ORDERS_PENDING as
select
    s.STAGING_ID,
    s.WOO_ORDER_ID,
    coalesce(s.CUST_NO, ''UNMAPPED'') as CUST_NO,
    s.ORD_DAT,
    s.TOT_AMT,
    s.IS_VALIDATED,
    s.BATCH_ID,
    s.CREATED_DT,
    datediff(hour, s.CREATED_DT, sysdatetime()) as AGE_HOURS
from dbo.USER_ORDER_STAGING as s
left join dbo.USER_ORDER_STAGING_EXT as e on e.STAGING_ID = s.STAGING_ID
where s.IS_APPLIED = 0 and s.VALIDATION_ERROR is null and e.PARKED_DT is null';

if object_id(N'dbo.USER_ORDERS_FAILED', N'V') is not null
begin
    drop view dbo.USER_ORDERS_FAILED;
end;

exec sp_executesql N'create view dbo.USER_ORDERS_FAILED as
select
    s.STAGING_ID,
    s.WOO_ORDER_ID,
    s.CUST_NO,
    s.CUST_EMAIL,
    s.TOT_AMT,
    s.VALIDATION_ERROR,
    s.CREATED_DT,
    datediff(hour, s.CREATED_DT, sysdatetime()) as AGE_HOURS,
    case when datediff(hour, s.CREATED_DT, sysdatetime()) > 24 then ''CRITICAL'' when datediff(hour, s.CREATED_DT, sysdatetime()) > 6 then ''WARNING'' else ''INFO'' end as PRIORITY
from dbo.USER_ORDER_STAGING as s
where s.IS_APPLIED = 0 and s.VALIDATION_ERROR is not null';

if object_id(N'dbo.USER_ORDERS_PARKED', N'V') is not null
begin
    drop view dbo.USER_ORDERS_PARKED;
end;

exec sp_executesql N'create view dbo.USER_ORDERS_PARKED as
select
    s.STAGING_ID,
    s.WOO_ORDER_ID,
    s.CUST_NO,
    s.TOT_AMT,
    e.PARKED_DT,
    e.PARKED_REASON
from dbo.USER_ORDER_STAGING as s
inner join dbo.USER_ORDER_STAGING_EXT as e on e.STAGING_ID = s.STAGING_ID
where s.IS_APPLIED = 0 and e.PARKED_DT is not null';

if object_id(N'dbo.USER_PROCESSING_HISTORY', N'V') is not null
begin
    drop view dbo.USER_PROCESSING_HISTORY;
end;

exec sp_executesql N'create view dbo.USER_PROCESSING_HISTORY as
select
    l.LOG_ID,
    l.SYNC_ID,
    l.OPERATION_TYPE,
    l.START_TIME,
    l.END_TIME,
    l.DURATION_SECONDS,
    l.RECORDS_INPUT,
    l.RECORDS_PROCESSED,
    l.RECORDS_FAILED,
    l.SUCCESS,
    l.ERROR_MESSAGE
from dbo.USER_SYNC_LOG as l
where l.OPERATION_TYPE in (''order_pull'', ''order_processing'', ''fulfillment_status_sync'')';

if object_id(N'dbo.USER_DOCUMENTS_LAST_DAY', N'V') is not null
begin
    drop view dbo.USER_DOCUMENTS_LAST_DAY;
end;

exec sp_executesql N'create view dbo.USER_DOCUMENTS_LAST_DAY as
select
    h.DOC_ID,
    h.TKT_NO,
    h.CUST_NO,
    h.TKT_DT,
    t.TOT as TOT_AMT,
    s.WOO_ORDER_ID,
    s.STAGING_ID,
    s.APPLIED_DT
from dbo.USER_ORDER_STAGING as s
inner join dbo.PS_DOC_HDR as h on cast(h.DOC_ID as varchar(15)) = s.CP_DOC_ID
left join dbo.PS_DOC_HDR_TOT as t on t.DOC_ID = h.DOC_ID and t.TOT_TYP = ''O''
where s.APPLIED_DT >= dateadd(day, -1, sysdatetime())';

if object_id(N'dbo.USER_WEEKLY_PERFORMANCE', N'V') is not null
begin
    drop view dbo.USER_WEEKLY_PERFORMANCE;
end;

exec sp_executesql N'create view dbo.USER_WEEKLY_PERFORMANCE as
select
    l.OPERATION_TYPE,
    avg(datediff(second, l.START_TIME, l.END_TIME)) as AVG_SECONDS,
    max(datediff(second, l.START_TIME, l.END_TIME)) as MAX_SECONDS,
    count(*) as TOTAL_RUNS,
    sum(l.RECORDS_PROCESSED) as RECORDS_PROCESSED,
    sum(l.RECORDS_FAILED) as RECORDS_FAILED
from dbo.USER_SYNC_LOG as l
where l.START_TIME >= dateadd(day, -7, sysdatetime())
group by l.OPERATION_TYPE';
