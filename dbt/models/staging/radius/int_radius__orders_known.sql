{{ config(materialized='view') }}
{# Orders as the ledger knows them: where each stands, in which hold, and whether something of its chain was changed or
   left open since it was walked last. #}
with context as (
  {{- context_of('radius', 'orders') | indent(2) }}
),

orders as (
  select
    {{ plain('delivery.business_key') }} as business_key,
    delivery.state,
    case when delivery.state = 'HELD' then delivery.error_code end as hold_code,
    delivery.hold_since,
    delivery.error_class,
    delivery.updated_at
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
),

chains as (
  select
    {{ exact('delivery.parent_key') }} as parent_key,
    max(delivery.updated_at) as touched_at,
    max(case when delivery.state in ('RETRY', 'IN_DOUBT', 'SENDING', 'HELD') then 1 else 0 end) as is_open
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance
  where delivery.entity <> 'orders' and delivery.parent_key is not null
  group by {{ exact('delivery.parent_key') }}
),

final as (
  select
    orders.business_key,
    orders.state,
    orders.hold_code,
    orders.hold_since,
    orders.error_class,
    orders.updated_at,
    coalesce(chains.is_open, 0) as is_chain_open,
    case when chains.touched_at > orders.updated_at then 1 else 0 end as is_chain_touched
  from orders
  left join chains on {{ same_key('orders.business_key', 'chains.parent_key') }}
)

select * from final
