-- A half-loaded order list would archive what it forgot: more than the allowed share stops the run.
select *
from {{ ref('int_monday__staging_guard') }}
where removed_items > max_removed_share * told_items and allow_removals <> 1
