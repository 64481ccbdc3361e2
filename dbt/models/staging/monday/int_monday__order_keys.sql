{# The keys of the order list, NULL among them, with how many rows claim each: worked out once for all who only ask
   whether a key is there. #}
with orders as (
  select {{ exact('order_key') }} as order_key
  from {{ ref('stg_monday__orders') }}
),

final as (
  select
    {{ plain('order_key') }} as business_key,
    count(*) as source_rows
  from orders
  group by order_key
)

select * from final
