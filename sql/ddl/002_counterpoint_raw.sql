-- 002_counterpoint_raw.sql: what is extracted from the shop and from Counterpoint's database.
--
-- Rendered from dagster_project/counterpoint/raw_tables.py; change it there. Run it in the warehouse. Only
-- adds what is missing: it may be run again. `order-staging init` and every extract do the same.

if object_id(N'dbo.raw_counterpoint__woo_orders', N'U') is null
begin
    create table dbo.raw_counterpoint__woo_orders (
        [WOO_ORDER_ID]       bigint not null,
        [MODIFIED_AT]        datetime2(6) null,      -- last change in the shop, UTC; the next pull begins at the newest
        [LANDED_AT]          datetime2(6) not null,
        [PULL_BATCH]         nvarchar(50) not null,
        [WOO_CUST_ID]        bigint null,
        [WOO_ORDER_NO]       nvarchar(4000) null,
        [CUST_EMAIL]         nvarchar(4000) null,
        [ORD_DT]             nvarchar(4000) null,
        [ORD_DAT]            nvarchar(4000) null,
        [ORD_STATUS]         nvarchar(4000) null,
        [PAID_DT]            nvarchar(4000) null,
        [MODIFIED_DT_UTC]    nvarchar(4000) null,
        [CURNCY_COD]         nvarchar(4000) null,
        [PMT_METH]           nvarchar(4000) null,
        [PMT_METH_ID]        nvarchar(4000) null,
        [TRANSACTION_ID]     nvarchar(4000) null,
        [SHIP_VIA]           nvarchar(4000) null,
        [SHIP_METH_ID]       nvarchar(4000) null,
        [COUPON_CODES]       nvarchar(4000) null,
        [TOT_AMT]            nvarchar(4000) null,
        [SHIP_AMT]           nvarchar(4000) null,
        [TAX_AMT]            nvarchar(4000) null,
        [DISC_AMT]           nvarchar(4000) null,
        [SUBTOT]             nvarchar(4000) null,
        [FEE_AMT]            nvarchar(4000) null,
        [REFUND_AMT]         nvarchar(4000) null,
        [SHIP_NAM]           nvarchar(4000) null,
        [SHIP_FST_NAM]       nvarchar(4000) null,
        [SHIP_LST_NAM]       nvarchar(4000) null,
        [SHIP_ADRS_1]        nvarchar(4000) null,
        [SHIP_ADRS_2]        nvarchar(4000) null,
        [SHIP_CITY]          nvarchar(4000) null,
        [SHIP_STATE]         nvarchar(4000) null,
        [SHIP_ZIP_COD]       nvarchar(4000) null,
        [SHIP_CNTRY]         nvarchar(4000) null,
        [SHIP_PHONE]         nvarchar(4000) null,
        [BILL_NAM]           nvarchar(4000) null,
        [BILL_FST_NAM]       nvarchar(4000) null,
        [BILL_LST_NAM]       nvarchar(4000) null,
        [BILL_ADRS_1]        nvarchar(4000) null,
        [BILL_ADRS_2]        nvarchar(4000) null,
        [BILL_CITY]          nvarchar(4000) null,
        [BILL_STATE]         nvarchar(4000) null,
        [BILL_ZIP_COD]       nvarchar(4000) null,
        [BILL_CNTRY]         nvarchar(4000) null,
        [BILL_PHONE]         nvarchar(4000) null,
        [CUST_NOTE]          nvarchar(max) null,
        [LINE_ITEMS_JSON]    nvarchar(max) null,
        [LINE_DETAILS_JSON]  nvarchar(max) null,
        [FEE_LINES_JSON]     nvarchar(max) null,
        [TAX_LINES_JSON]     nvarchar(max) null,
        [LOST_TEXTS]         nvarchar(max) null,
        constraint pk_raw_counterpoint__woo_orders primary key clustered ([WOO_ORDER_ID])
    );
end;

if object_id(N'dbo.raw_counterpoint__woo_lines', N'U') is null
begin
    create table dbo.raw_counterpoint__woo_lines (
        [WOO_ORDER_ID]  bigint not null,
        [LIN_SEQ_NO]    integer not null,
        [LINE_ID]       bigint null,
        [SKU]           nvarchar(4000) null,
        [DESCR]         nvarchar(4000) null,
        [QUANTITY]      numeric(19, 4) null,
        [SUBTOTAL]      numeric(19, 4) null,
        [TOTAL]         numeric(19, 4) null,
        [TAX]           numeric(19, 4) null,
        [PRICE]         numeric(19, 4) null,
        constraint pk_raw_counterpoint__woo_lines primary key clustered ([WOO_ORDER_ID], [LIN_SEQ_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__woo_charges', N'U') is null
begin
    create table dbo.raw_counterpoint__woo_charges (
        [WOO_ORDER_ID]  bigint not null,
        [SEQ_NO]        integer not null,
        [KIND]          nvarchar(10) not null,  -- TAX, SHIPPING, FEE, COUPON or REFUND
        [CODE]          nvarchar(4000) null,
        [LABEL]         nvarchar(4000) null,
        [AMOUNT]        numeric(19, 4) null,
        [TAX_AMOUNT]    numeric(19, 4) null,    -- tax on it; for a TAX the part on shipping
        constraint pk_raw_counterpoint__woo_charges primary key clustered ([WOO_ORDER_ID], [SEQ_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__order_staging', N'U') is null
begin
    create table dbo.raw_counterpoint__order_staging (
        [STAGING_ID]        bigint not null,
        [BATCH_ID]          nvarchar(50) null,
        [WOO_ORDER_ID]      bigint null,
        [WOO_ORDER_NO]      nvarchar(50) null,
        [CUST_NO]           nvarchar(15) null,
        [CUST_EMAIL]        nvarchar(100) null,
        [ORD_STATUS]        nvarchar(20) null,
        [PMT_METH]          nvarchar(50) null,
        [SHIP_VIA]          nvarchar(100) null,
        [SHIP_NAM]          nvarchar(40) null,
        [SHIP_ADRS_1]       nvarchar(40) null,
        [SHIP_ADRS_2]       nvarchar(40) null,
        [SHIP_CITY]         nvarchar(20) null,
        [SHIP_STATE]        nvarchar(3) null,
        [SHIP_ZIP_COD]      nvarchar(15) null,
        [SHIP_CNTRY]        nvarchar(3) null,
        [SHIP_PHONE]        nvarchar(25) null,
        [VALIDATION_ERROR]  nvarchar(500) null,
        [CP_DOC_ID]         nvarchar(15) null,
        [SOURCE_SYSTEM]     nvarchar(50) null,
        [ORD_DAT]           datetime null,
        [SUBTOT]            numeric(15, 4) null,
        [SHIP_AMT]          numeric(15, 4) null,
        [TAX_AMT]           numeric(15, 4) null,
        [DISC_AMT]          numeric(15, 4) null,
        [TOT_AMT]           numeric(15, 4) null,
        [IS_VALIDATED]      integer null,
        [IS_APPLIED]        integer null,
        [APPLIED_DT]        nvarchar(19) null,
        [CREATED_DT]        nvarchar(19) null,
        [LINE_ITEMS_JSON]   nvarchar(max) null,
        constraint pk_raw_counterpoint__order_staging primary key clustered ([STAGING_ID])
    );
end;

if object_id(N'dbo.raw_counterpoint__order_extra', N'U') is null
begin
    create table dbo.raw_counterpoint__order_extra (
        [STAGING_ID]      bigint not null,
        [WOO_CUST_ID]     bigint null,
        [ORD_DT]          nvarchar(19) null,
        [PAID_DT]         nvarchar(19) null,
        [PARKED_DT]       nvarchar(19) null,
        [CURNCY_COD]      nvarchar(3) null,
        [PMT_METH_ID]     nvarchar(50) null,
        [TRANSACTION_ID]  nvarchar(100) null,
        [SHIP_METH_ID]    nvarchar(50) null,
        [COUPON_CODES]    nvarchar(400) null,
        [SHIP_FST_NAM]    nvarchar(15) null,
        [SHIP_LST_NAM]    nvarchar(25) null,
        [BILL_NAM]        nvarchar(40) null,
        [BILL_FST_NAM]    nvarchar(15) null,
        [BILL_LST_NAM]    nvarchar(25) null,
        [BILL_ADRS_1]     nvarchar(40) null,
        [BILL_ADRS_2]     nvarchar(40) null,
        [BILL_CITY]       nvarchar(20) null,
        [BILL_STATE]      nvarchar(10) null,
        [BILL_ZIP_COD]    nvarchar(15) null,
        [BILL_CNTRY]      nvarchar(20) null,
        [BILL_PHONE]      nvarchar(25) null,
        [PARKED_REASON]   nvarchar(400) null,
        [CP_TKT_NO]       nvarchar(15) null,
        [FEE_AMT]         numeric(15, 4) null,
        [REFUND_AMT]      numeric(15, 4) null,
        [CUST_NOTE]       nvarchar(max) null,
        [FEE_LINES_JSON]  nvarchar(max) null,
        [TAX_LINES_JSON]  nvarchar(max) null,
        [MISFITS_JSON]    nvarchar(max) null,
        constraint pk_raw_counterpoint__order_extra primary key clustered ([STAGING_ID])
    );
end;

if object_id(N'dbo.raw_counterpoint__order_lines', N'U') is null
begin
    create table dbo.raw_counterpoint__order_lines (
        [STAGING_ID]  bigint not null,
        [LIN_SEQ_NO]  integer not null,
        [SKU]         nvarchar(4000) null,
        [DESCR]       nvarchar(4000) null,
        [QUANTITY]    nvarchar(4000) null,
        [PRICE]       nvarchar(4000) null,
        [TOTAL]       nvarchar(4000) null,
        [SUBTOTAL]    nvarchar(4000) null,
        [TAX]         nvarchar(4000) null,
        [PROBLEM]     nvarchar(400) null,   -- why LINE_ITEMS_JSON or this line cannot be read
        constraint pk_raw_counterpoint__order_lines primary key clustered ([STAGING_ID], [LIN_SEQ_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__order_taxes', N'U') is null
begin
    create table dbo.raw_counterpoint__order_taxes (
        [STAGING_ID]       bigint not null,
        [SEQ_NO]           integer not null,
        [LABEL]            nvarchar(4000) null,
        [RATE_CODE]        nvarchar(4000) null,
        [RATE]             nvarchar(4000) null,
        [AMOUNT]           nvarchar(4000) null,
        [SHIPPING_AMOUNT]  nvarchar(4000) null,
        constraint pk_raw_counterpoint__order_taxes primary key clustered ([STAGING_ID], [SEQ_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__customers', N'U') is null
begin
    create table dbo.raw_counterpoint__customers (
        [CUST_NO]       nvarchar(15) not null,
        [NAM]           nvarchar(40) null,
        [EMAIL_ADRS_1]  nvarchar(50) null,
        [TAX_COD]       nvarchar(10) null,
        constraint pk_raw_counterpoint__customers primary key clustered ([CUST_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__customer_map', N'U') is null
begin
    create table dbo.raw_counterpoint__customer_map (
        [MAP_ID]       bigint not null,
        [CUST_NO]      nvarchar(15) null,
        [WOO_USER_ID]  bigint null,
        [IS_ACTIVE]    integer null,
        constraint pk_raw_counterpoint__customer_map primary key clustered ([MAP_ID])
    );
end;

if object_id(N'dbo.raw_counterpoint__items', N'U') is null
begin
    create table dbo.raw_counterpoint__items (
        [ITEM_NO]       nvarchar(20) not null,
        [DESCR]         nvarchar(250) null,
        [STAT]          nvarchar(1) null,
        [ITEM_TYP]      nvarchar(1) null,
        [TRK_METH]      nvarchar(1) null,
        [CATEG_COD]     nvarchar(10) null,
        [SUBCAT_COD]    nvarchar(10) null,
        [IS_TXBL]       nvarchar(1) null,
        [ITEM_VEND_NO]  nvarchar(15) null,
        [BARCOD]        nvarchar(20) null,
        [STK_UNIT]      nvarchar(15) null,
        [ALT_1_UNIT]    nvarchar(15) null,
        [ALT_2_UNIT]    nvarchar(15) null,
        [ALT_3_UNIT]    nvarchar(15) null,
        [ALT_4_UNIT]    nvarchar(15) null,
        [ALT_5_UNIT]    nvarchar(15) null,
        [ALT_1_NUMER]   numeric(15, 4) null,
        [ALT_1_DENOM]   numeric(15, 4) null,
        [ALT_2_NUMER]   numeric(15, 4) null,
        [ALT_2_DENOM]   numeric(15, 4) null,
        [ALT_3_NUMER]   numeric(15, 4) null,
        [ALT_3_DENOM]   numeric(15, 4) null,
        [ALT_4_NUMER]   numeric(15, 4) null,
        [ALT_4_DENOM]   numeric(15, 4) null,
        [ALT_5_NUMER]   numeric(15, 4) null,
        [ALT_5_DENOM]   numeric(15, 4) null,
        [REG_PRC]       numeric(19, 4) null,
        [PRC_1]         numeric(19, 4) null,
        [LST_COST]      numeric(19, 4) null,
        constraint pk_raw_counterpoint__items primary key clustered ([ITEM_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__ship_via_codes', N'U') is null
begin
    create table dbo.raw_counterpoint__ship_via_codes (
        [SHIP_VIA_COD]  nvarchar(10) not null,
        constraint pk_raw_counterpoint__ship_via_codes primary key clustered ([SHIP_VIA_COD])
    );
end;

if object_id(N'dbo.raw_counterpoint__pay_codes', N'U') is null
begin
    create table dbo.raw_counterpoint__pay_codes (
        [PAY_COD]  nvarchar(10) not null,
        constraint pk_raw_counterpoint__pay_codes primary key clustered ([PAY_COD])
    );
end;

if object_id(N'dbo.raw_counterpoint__tax_codes', N'U') is null
begin
    create table dbo.raw_counterpoint__tax_codes (
        [TAX_COD]   nvarchar(10) not null,
        [SEQ_NO]    integer not null,
        [AUTH_COD]  nvarchar(10) null,
        [RUL_COD]   nvarchar(10) null,
        [RATE_PCT]  numeric(9, 4) null,
        constraint pk_raw_counterpoint__tax_codes primary key clustered ([TAX_COD], [SEQ_NO])
    );
end;

if object_id(N'dbo.raw_counterpoint__fulfilment', N'U') is null
begin
    create table dbo.raw_counterpoint__fulfilment (
        [STAGING_ID]  bigint not null,
        [DOC_ID]      nvarchar(15) null,
        [TKT_NO]      nvarchar(15) null,
        [IS_SHIPPED]  integer not null,   -- 1: released, invoiced or posted
        [SHIPPED_ON]  datetime null,
        constraint pk_raw_counterpoint__fulfilment primary key clustered ([STAGING_ID])
    );
end;

if object_id(N'dbo.raw_counterpoint__refreshed', N'U') is null
begin
    create table dbo.raw_counterpoint__refreshed (
        [TABLE_NAME]    nvarchar(200) not null,
        [FINGERPRINT]   nvarchar(64) not null,   -- of the rows; unchanged rows are not written
        [ROW_COUNT]     bigint not null,
        [REFRESHED_AT]  datetime2(6) not null,
        constraint pk_raw_counterpoint__refreshed primary key clustered ([TABLE_NAME])
    );
end;
