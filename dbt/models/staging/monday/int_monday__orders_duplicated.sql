{# Keys that more than one row of the order list claims: none of those rows can be told. Those without a key are counted
   like one key and left out after that: asked of every row, DuckDB would make each key twice. #}
with orders as (
  select {{ exact('order_key') }} as order_key
  from {{ ref('stg_monday__orders') }}
),

counted as (
  select
    order_key,
    count(*) as source_rows
  from orders
  group by order_key
),

final as (
  select
    {{ plain('order_key') }} as business_key,
    source_rows
  from counted
  where case when order_key is null then 0 else source_rows end > 1
)

select * from final
