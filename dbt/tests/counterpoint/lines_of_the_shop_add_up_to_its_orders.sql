{{ config(severity='warn') }}
-- Integrity between orders and lines as they were pulled: lines and fees are the subtotal. Validation refuses these
-- orders one by one; many at once say that the shop reckons in another way.
with lines as (
  select
    WOO_ORDER_ID,
    sum(TOTAL) as line_total
  from {{ source('raw_counterpoint', 'raw_counterpoint__woo_lines') }}
  group by WOO_ORDER_ID
),

fees as (
  select
    WOO_ORDER_ID,
    sum(AMOUNT) as fee_total
  from {{ source('raw_counterpoint', 'raw_counterpoint__woo_charges') }}
  where KIND = 'FEE'
  group by WOO_ORDER_ID
)

select
  orders.business_key,
  orders.{{ adapter.quote('SUBTOT') }} as subtotal,
  coalesce(lines.line_total, 0) + coalesce(fees.fee_total, 0) as lines_and_fees
from {{ ref('int_counterpoint__staging_rows_mapped') }} as orders
left join lines on orders.{{ adapter.quote('WOO_ORDER_ID') }} = lines.WOO_ORDER_ID
left join fees on orders.{{ adapter.quote('WOO_ORDER_ID') }} = fees.WOO_ORDER_ID
where {{ off_by_more_than_a_cent('orders.' ~ adapter.quote('SUBTOT'), 'coalesce(lines.line_total, 0) + coalesce(fees.fee_total, 0)') }}
