-- Integrity between staged orders and their lines, in counts and sums: every order has lines, and lines and fees are
-- its subtotal to the cent that the shop may be off.
with lines as (
  select
    {{ exact('parent_key') }} as parent_key,
    count(*) as line_count,
    sum({{ adapter.quote('EXT_PRC') }}) as line_total
  from {{ ref('STG_CP_OrderLines') }}
  group by {{ exact('parent_key') }}
)

select
  orders.business_key,
  orders.{{ adapter.quote('SUBTOT') }} as subtotal,
  orders.{{ adapter.quote('FEE_AMT') }} as fees,
  lines.line_count,
  lines.line_total
from {{ ref('STG_CP_Orders') }} as orders
left join lines on {{ same_key('orders.business_key', 'lines.parent_key') }}
where orders.stg_status <> 'IN_DOUBT'
  and (
    lines.parent_key is null
    or {{ off_by_more_than_a_cent('lines.line_total + coalesce(orders.' ~ adapter.quote('FEE_AMT') ~ ', 0)', 'orders.' ~ adapter.quote('SUBTOT')) }}
  )
