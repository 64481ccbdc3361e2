-- Integrity between order list and mapped items, in counts and sums: a lookup list with a name twice would double
-- orders.
with orders as (
  select
    count(*) as order_lines,
    coalesce(sum(cast({{ parsed_integer(adapter.quote('TOTAL QTY'), 'int') }} as bigint)), 0) as ordered
  from {{ ref('stg_monday__orders') }}
),

mapped as (
  select
    count(*) as items,
    coalesce(sum(cast({{ adapter.quote('TOTAL QTY') }} as bigint)), 0) as pieces
  from {{ ref('int_monday__items_mapped') }}
)

select
  orders.order_lines,
  mapped.items,
  mapped.pieces,
  orders.ordered
from orders
cross join mapped
where orders.order_lines <> mapped.items or orders.ordered <> mapped.pieces
