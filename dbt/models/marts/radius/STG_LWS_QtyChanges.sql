{{ config(tags=['stage']) }}
{# 2A: lines of plant-4 orders whose quantity differs from the one their job was confirmed with; also lines that came or
   went since. #}
with headers as (
  select
    SOrderNum,
    cast(SOrderNum as nvarchar(200)) as order_key
  from {{ source('raw_radius', 'raw_radius__so4_headers') }}
),

lines as (
  select
    lines.*,
    cast(concat(lines.SOrderNum, '/', lines.SOrderLineNum) as nvarchar(200)) as line_key,
    case when {{ is_a_bag('lines') }} then 1 else 0 end as is_bag
  from {{ source('raw_radius', 'raw_radius__so4_lines') }} as lines
),

told as (
  select * from {{ ref('int_radius__told_chain') }}
  where entity = 'so4_lines'
),

confirmed as (
  select
    {{ exact('order_key') }} as order_key,
    max(confirmation) as confirmation
  from told
  group by {{ exact('order_key') }}
),

differences as (
  select
    headers.order_key,
    headers.SOrderNum,
    lines.SOrderLineNum as so4_linenum,
    lines.ItemCode as itemcode,
    told.ordered_qty as old_qty,
    lines.OrderedQty as new_qty,
    confirmed.confirmation,
    case when told.business_key is null then 0 else 1 end as was_told
  from headers
  inner join confirmed on {{ same_key('headers.order_key', 'confirmed.order_key') }}
  inner join lines on headers.SOrderNum = lines.SOrderNum and lines.is_bag = 1
  left join told on {{ same_key('lines.line_key', 'told.business_key') }}
  where coalesce(told.ordered_qty, 0) <> coalesce(lines.OrderedQty, 0)
  union all
  select
    headers.order_key,
    headers.SOrderNum,
    try_cast(substring(told.business_key, {{ length_of('told.order_key') }} + 2, 50) as int) as so4_linenum,
    told.item as itemcode,
    told.ordered_qty as old_qty,
    cast(0 as decimal(18,3)) as new_qty,
    told.confirmation,
    1 as was_told
  from headers
  inner join told on {{ same_key('headers.order_key', 'told.order_key') }}
  left join lines on {{ same_key('told.business_key', 'lines.line_key') }}
  where lines.line_key is null and told.ordered_qty <> 0
),

final as (
  select
    cast(differences.order_key as nvarchar(200)) as business_key,
    cast(differences.SOrderNum as int) as sordernum,
    cast(differences.so4_linenum as int) as so4_linenum,
    cast(differences.itemcode as nvarchar(50)) as itemcode,
    cast(differences.old_qty as decimal(18,3)) as old_qty,
    cast(differences.new_qty as decimal(18,3)) as new_qty,
    cast(orders.job_p4 as nvarchar(50)) as job_p4,
    cast(differences.confirmation as bigint) as old_confirmation,
    cast(orders.confirmation as bigint) as new_confirmation,
    cast(differences.was_told as int) as was_told,
    cast(known.hold_code as nvarchar(100)) as held_as,
    cast(
      case
        when orders.confirmation > differences.confirmation then 'the next run: the job was reconfirmed'
        else concat('customer service: reconfirm job ', orders.job_p4)
      end as nvarchar(200)
    ) as waits_for
  from differences
  inner join {{ ref('int_radius__orders_mapped') }} as orders
    on {{ same_key('differences.order_key', 'orders.business_key') }}
  inner join {{ ref('int_radius__orders_known') }} as known
    on {{ same_key('differences.order_key', 'known.business_key') }}
  where known.state not in ('ARCHIVED', 'FORGOTTEN')
)

select * from final
