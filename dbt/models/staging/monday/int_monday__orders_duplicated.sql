{# Keys that more than one row of the order list claims: none of those rows can be told. #}
with orders as (
  select {{ exact('order_key') }} as business_key
  from {{ ref('stg_monday__orders') }}
),

final as (
  select
    business_key,
    count(*) as source_rows
  from orders
  where business_key is not null
  group by business_key
  having count(*) > 1
)

select * from final
