-- 005_views.sql: what views were made of, so that they are made anew only when that changed.
--
-- Rendered from dagster_project/warehouse/tables.py; change it there. Only adds, and only what is
-- missing: it may be run again. `order-staging init` runs the same statements. Times are UTC.

if object_id(N'dbo.project_view', N'U') is null
begin
    create table dbo.project_view (
        view_name   nvarchar(200) not null,  -- a view or a seed that dbt made
        made_of     nvarchar(64) not null,   -- fingerprint of the project and the sources' columns
        definition  nvarchar(64) not null,   -- fingerprint of a view's definition, or of a seed's rows
        constraint pk_project_view primary key clustered (view_name)
    );
end;

if not exists (select 1 from dbo.ledger_schema where version = 5)
begin
    insert into dbo.ledger_schema (version, applied_at, description)
    values (5, sysutcdatetime(), N'what views were made of, so that they are made anew only when that changed');
end;
