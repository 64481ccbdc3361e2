-- 002_counterpoint_runbook.sql: where the runbook's queries run as printed.
--
-- Rendered from dagster_project/counterpoint/runbook.py; change it there. Run it in a database of its own
-- on Counterpoint's server, never in the company's: sqlcmd -d RUNBOOK -v COUNTERPOINT=COMPANY -i (file)

if object_id(N'dbo.PS_DOC_HDR', N'V') is not null
begin
    drop view dbo.PS_DOC_HDR;
end;
go

create view dbo.PS_DOC_HDR as
select h.*, (select sum(t.TOT) from [$(COUNTERPOINT)].dbo.PS_DOC_HDR_TOT as t where t.DOC_ID = h.DOC_ID) as TOT_AMT from [$(COUNTERPOINT)].dbo.PS_DOC_HDR as h;
go

if object_id(N'dbo.USER_ORDER_STAGING', N'V') is not null
begin
    drop view dbo.USER_ORDER_STAGING;
end;
go

create view dbo.USER_ORDER_STAGING as
select * from [$(COUNTERPOINT)].dbo.USER_ORDER_STAGING;
go

if object_id(N'dbo.USER_SYNC_LOG', N'V') is not null
begin
    drop view dbo.USER_SYNC_LOG;
end;
go

create view dbo.USER_SYNC_LOG as
select * from [$(COUNTERPOINT)].dbo.USER_SYNC_LOG;
go
