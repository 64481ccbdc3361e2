{{ config(severity='warn') }}
-- The order list states a total beside the sizes; where they disagree somebody should look, and the sizes go.
{%- set sizes = [] -%}
{%- for size in size_columns() -%}
  {%- set cell = 'orders.' ~ adapter.quote(size) -%}
  {%- do sizes.append('case when ' ~ cell ~ ' > 0 then cast(' ~ cell ~ ' as bigint) else 0 end') -%}
{%- endfor %}

with orders as (
  select
    orders.order_key,
    {{ parsed_integer('orders.' ~ adapter.quote('TOTAL QTY'), 'int') }} as stated_total,
    {{ sum_of(sizes) }} as sum_of_sizes
  from {{ ref('stg_monday__orders') }} as orders
)

select order_key, stated_total, sum_of_sizes
from orders
where coalesce(stated_total, 0) <> sum_of_sizes
