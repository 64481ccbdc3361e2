-- 004_radius_raw.sql: what is extracted from the ERP's database for the LWS workflow.
--
-- Rendered from dagster_project/radius/raw_tables.py; change it there. Run it in the warehouse. Only adds
-- what is missing: it may be run again. `order-staging init` and every extract do the same.

if object_id(N'dbo.raw_radius__so4_headers', N'U') is null
begin
    create table dbo.raw_radius__so4_headers (
        [SOrderNum]     integer not null,
        [SOrderDate]    date null,
        [CustReqDate]   date null,
        [CustCode]      nvarchar(50) null,
        [SOSourceCode]  nvarchar(50) null,
        [CustRef]       nvarchar(200) null,
        [SOrderStat]    integer null,
        constraint pk_raw_radius__so4_headers primary key clustered ([SOrderNum])
    );
end;

if object_id(N'dbo.raw_radius__so4_lines', N'U') is null
begin
    create table dbo.raw_radius__so4_lines (
        [SOrderNum]       integer not null,
        [SOrderLineNum]   integer not null,
        [ItemCode]        nvarchar(50) null,
        [SOItemTypeCode]  nvarchar(50) null,
        [OrderedQty]      numeric(18, 3) null,
        [ReqDate]         date null,
        constraint pk_raw_radius__so4_lines primary key clustered ([SOrderNum], [SOrderLineNum])
    );
end;

if object_id(N'dbo.raw_radius__items', N'U') is null
begin
    create table dbo.raw_radius__items (
        [ItemCode]        nvarchar(50) not null,
        [ItemStatusCode]  nvarchar(50) null,
        [ProdGroupCode]   nvarchar(50) null,
        constraint pk_raw_radius__items primary key clustered ([ItemCode])
    );
end;

if object_id(N'dbo.raw_radius__jobs_p4', N'U') is null
begin
    create table dbo.raw_radius__jobs_p4 (
        [SOrderNum]   integer not null,
        [JobCode]     nvarchar(50) not null,
        [TableRecId]  bigint null,            -- the highest of the job's links; the newest job holds
        constraint pk_raw_radius__jobs_p4 primary key clustered ([SOrderNum], [JobCode])
    );
end;

if object_id(N'dbo.raw_radius__requirements', N'U') is null
begin
    create table dbo.raw_radius__requirements (
        [RequirementId]  bigint not null,
        [JobCode]        nvarchar(50) null,
        [ItemCode]       nvarchar(50) null,
        [ReqGroupCode]   nvarchar(50) null,
        [RequiredQty]    numeric(18, 3) null,
        [POResQty]       numeric(18, 3) null,
        [InProdResQty]   numeric(18, 3) null,
        [RequiredDate]   date null,
        [ReqStatus]      integer null,
        [SOrderNum]      integer null,
        [SOrderLineNum]  integer null,
        [DimA]           numeric(18, 4) null,  -- width of the web in inches
        constraint pk_raw_radius__requirements primary key clustered ([RequirementId])
    );
end;

if object_id(N'dbo.raw_radius__po_lines', N'U') is null
begin
    create table dbo.raw_radius__po_lines (
        [POrderNum]      integer not null,
        [POrderLineNum]  integer not null,
        [JobCode]        nvarchar(50) null,    -- the purchase order's reference to its job
        [POrderStat]     integer null,
        [POLineStatus]   integer null,
        [ItemCode]       nvarchar(50) null,
        [OrderedQty]     numeric(18, 3) null,
        [ReceivedQty]    numeric(18, 3) null,
        [ReqDate]        date null,
        constraint pk_raw_radius__po_lines primary key clustered ([POrderNum], [POrderLineNum])
    );
end;

if object_id(N'dbo.raw_radius__so2_headers', N'U') is null
begin
    create table dbo.raw_radius__so2_headers (
        [SOrderNum]    integer not null,
        [POrderNum]    integer null,
        [SOrderStat]   integer null,
        [CustRef]      nvarchar(200) null,
        [CustReqDate]  date null,
        constraint pk_raw_radius__so2_headers primary key clustered ([SOrderNum])
    );
end;

if object_id(N'dbo.raw_radius__so2_lines', N'U') is null
begin
    create table dbo.raw_radius__so2_lines (
        [SOrderNum]      integer not null,
        [SOrderLineNum]  integer not null,
        [ItemCode]       nvarchar(50) null,
        [OrderedQty]     numeric(18, 3) null,
        [ReqDate]        date null,
        constraint pk_raw_radius__so2_lines primary key clustered ([SOrderNum], [SOrderLineNum])
    );
end;

if object_id(N'dbo.raw_radius__job_lines_p2', N'U') is null
begin
    create table dbo.raw_radius__job_lines_p2 (
        [JobCode]        nvarchar(50) not null,
        [JobLineNum]     integer not null,
        [SOrderNum]      integer not null,
        [ItemCode]       nvarchar(50) null,
        [OrderedQty]     numeric(18, 3) null,
        [JobLineStatus]  integer null,
        [TableRecId]     bigint null,            -- of the job's link; the newest job holds
        constraint pk_raw_radius__job_lines_p2 primary key clustered ([JobCode], [JobLineNum], [SOrderNum])
    );
end;

if object_id(N'dbo.raw_radius__ship_request_lines', N'U') is null
begin
    create table dbo.raw_radius__ship_request_lines (
        [ShipReqNum]      integer not null,
        [ShipReqLineNum]  integer not null,
        [SOrderNum]       integer null,
        [SOrderLineNum]   integer null,
        [ItemCode]        nvarchar(50) null,
        [ShipQty]         numeric(18, 3) null,
        [ShippingRef]     nvarchar(200) null,
        constraint pk_raw_radius__ship_request_lines primary key clustered ([ShipReqNum], [ShipReqLineNum])
    );
end;

if object_id(N'dbo.raw_radius__contents', N'U') is null
begin
    create table dbo.raw_radius__contents (
        table_name   nvarchar(100) not null,
        fingerprint  nvarchar(64) null,       -- of what the ERP brought
        row_count    integer null,
        constraint pk_raw_radius__contents primary key clustered (table_name)
    );
end;
