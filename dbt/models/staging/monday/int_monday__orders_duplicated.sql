{# Keys that more than one row of the order list claims: none of those rows can be told. Grouped exactly, but the key
   keeps its collation: on SQL Server a union with keys of another one is refused. #}
with orders as (
  select order_key
  from {{ ref('stg_monday__orders') }}
  where order_key is not null
),

final as (
  select
    min(orders.order_key) as business_key,
    count(*) as source_rows
  from orders
  group by {{ exact('orders.order_key') }}
  having count(*) > 1
)

select * from final
