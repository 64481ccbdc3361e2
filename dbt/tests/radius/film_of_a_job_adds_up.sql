-- Integrity: summing requirements by group and item loses no feet and no requirement.
with summed as (
  select
    sum(required_qty) as feet,
    sum(requirement_count) as requirements
  from {{ ref('int_radius__requirements') }}
),

jobs as (
  select
    SOrderNum,
    JobCode,
    row_number() over (partition by SOrderNum order by TableRecId desc, {{ exact('JobCode') }} desc) as place
  from {{ source('raw_radius', 'raw_radius__jobs_p4') }}
),

stands as (
  select
    sum(requirements.RequiredQty) as feet,
    count(requirements.RequirementId) as requirements
  from jobs
  inner join {{ source('raw_radius', 'raw_radius__requirements') }} as requirements
    on {{ same_key('jobs.JobCode', 'requirements.JobCode') }} and {{ is_open_requirement('requirements') }}
  where jobs.place = 1
)

select
  summed.feet,
  stands.feet as feet_there
from summed
cross join stands
where coalesce(summed.feet, 0) <> coalesce(stands.feet, 0)
  or coalesce(summed.requirements, 0) <> coalesce(stands.requirements, 0)
