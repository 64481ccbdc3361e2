{# Film that the newest job of each order still requires, requirements of one group and item summed: one row becomes one
   line of the purchase order. #}
with jobs as (
  select
    SOrderNum,
    JobCode,
    row_number() over (partition by SOrderNum order by TableRecId desc, {{ exact('JobCode') }} desc) as place
  from {{ source('raw_radius', 'raw_radius__jobs_p4') }}
),

requirements as (
  select * from {{ source('raw_radius', 'raw_radius__requirements') }}
),

summed as (
  select
    jobs.SOrderNum,
    {{ exact('jobs.JobCode') }} as JobCode,
    {{ exact('requirements.ReqGroupCode') }} as ReqGroupCode,
    {{ exact('requirements.ItemCode') }} as ItemCode,
    sum(requirements.RequiredQty) as required_qty,
    min(requirements.RequiredDate) as required_date,
    max(requirements.RequirementId) as confirmation,
    min(requirements.SOrderLineNum) as so4_linenum,
    count(*) as requirement_count
  from jobs
  inner join requirements on {{ same_key('jobs.JobCode', 'requirements.JobCode') }}
  where jobs.place = 1 and {{ is_open_requirement('requirements') }}
  group by
    jobs.SOrderNum,
    {{ exact('jobs.JobCode') }},
    {{ exact('requirements.ReqGroupCode') }},
    {{ exact('requirements.ItemCode') }}
),

final as (
  select
    cast(concat(summed.SOrderNum, '/', summed.ReqGroupCode, '/', summed.ItemCode) as nvarchar(200)) as requirement_key,
    summed.SOrderNum,
    {{ plain('summed.JobCode') }} as JobCode,
    {{ plain('summed.ReqGroupCode') }} as ReqGroupCode,
    {{ plain('summed.ItemCode') }} as ItemCode,
    summed.required_qty,
    summed.required_date,
    summed.confirmation,
    summed.so4_linenum,
    summed.requirement_count
  from summed
)

select * from final
