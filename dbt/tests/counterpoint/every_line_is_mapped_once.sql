-- Integrity between the lines of staged orders as they were read and as they are mapped, in counts and sums: a unit or
-- an item listed twice would double lines.
with read_lines as (
  select
    count(*) as line_count,
    sum({{ parsed_number('lines.TOTAL', 'decimal(15,4)') }}) as line_total
  from {{ source('raw_counterpoint', 'raw_counterpoint__order_lines') }} as lines
  inner join {{ ref('stg_counterpoint__order_staging') }} as orders on lines.STAGING_ID = orders.staging_id
  where lines.PROBLEM is null and orders.is_applied = 0
),

mapped_lines as (
  select
    count(*) as line_count,
    sum(lines.total_number) as line_total
  from {{ ref('int_counterpoint__order_lines_mapped') }} as mapped
  inner join {{ ref('int_counterpoint__lines_resolved') }} as lines
    on {{ same_key('mapped.business_key', 'lines.business_key') }}
)

select
  read_lines.line_count as lines_read,
  mapped_lines.line_count as lines_mapped,
  read_lines.line_total as total_read,
  mapped_lines.line_total as total_mapped
from read_lines
cross join mapped_lines
where read_lines.line_count <> mapped_lines.line_count
  or coalesce(read_lines.line_total, 0) <> coalesce(mapped_lines.line_total, 0)
