{{ config(severity='warn') }}
-- The order list states a total beside the sizes; where they disagree somebody should look, and the sizes go.
with orders as (
  select
    orders.order_key,
    {{ parsed_integer('orders.' ~ adapter.quote('TOTAL QTY'), 'int') }} as stated_total,
    {{ row_total(size_cells('orders'), 'wanted') }} as sum_of_sizes
  from {{ ref('stg_monday__orders') }} as orders
)

select order_key, stated_total, sum_of_sizes
from orders
where coalesce(stated_total, 0) <> sum_of_sizes
