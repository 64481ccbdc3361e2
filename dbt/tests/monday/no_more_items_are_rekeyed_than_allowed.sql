-- A reload under new keys moves what was told; more than the allowed number is looked at first.
select *
from {{ ref('int_monday__staging_guard') }}
where rekeyed_items > max_rekeyed and allow_removals <> 1
