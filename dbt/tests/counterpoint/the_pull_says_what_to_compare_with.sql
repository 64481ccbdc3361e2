-- Without one context row per entity, all of one instance, every row would be staged as new and told twice.
select *
from {{ ref('int_counterpoint__pull_guard') }}
where contexts <> entities or instances <> 1
