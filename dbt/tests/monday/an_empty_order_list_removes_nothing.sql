-- An order list without rows is a failed load, not the end of all orders, unless the operator says so.
select *
from {{ ref('int_monday__staging_guard') }}
where source_rows = 0 and told_items > 0 and allow_removals <> 1
