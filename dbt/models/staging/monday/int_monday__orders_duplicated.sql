{# Keys that more than one row of the order list claims: none of those rows can be told. #}
with orders as (
  select {{ exact('order_key') }} as order_key
  from {{ ref('stg_monday__orders') }}
),

counted as (
  select
    order_key,
    count(*) as source_rows
  from orders
  where order_key is not null
  group by order_key
),

final as (
  select
    {{ plain('order_key') }} as business_key,
    source_rows
  from counted
  where source_rows > 1
)

select * from final
