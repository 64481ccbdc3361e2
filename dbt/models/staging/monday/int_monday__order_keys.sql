{# The keys of the order list, NULL among them, with how many rows claim each and the order's number: worked out once
   for all who only ask whether a key is there. #}
with orders as (
  select
    {{ exact('order_key') }} as order_key,
    {{ as_text(adapter.quote('AAG ORDER NUMBER')) }} as order_number
  from {{ ref('stg_monday__orders') }}
),

final as (
  select
    {{ plain('order_key') }} as business_key,
    count(*) as source_rows,
    trim(min(order_number)) as order_number
  from orders
  group by order_key
)

select * from final
