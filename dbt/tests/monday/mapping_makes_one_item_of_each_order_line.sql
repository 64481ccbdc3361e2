-- Integrity between order list and mapped items, in counts and sums: a lookup list with a name twice would double
-- orders.
with counted as (
  select
    (select count(*) from {{ ref('stg_monday__orders') }}) as order_lines,
    (select count(*) from {{ ref('int_monday__items_mapped') }}) as items,
    (select sum(cast({{ adapter.quote('TOTAL QTY') }} as bigint)) from {{ ref('int_monday__items_mapped') }}) as pieces,
    (
      select sum(cast({{ parsed_integer(adapter.quote('TOTAL QTY'), 'int') }} as bigint))
      from {{ ref('stg_monday__orders') }}
    ) as ordered
)

select *
from counted
where order_lines <> items or coalesce(pieces, 0) <> coalesce(ordered, 0)
