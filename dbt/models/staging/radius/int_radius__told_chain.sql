{# What the objects of each order's chain were told last, unpacked from the ledger: lines of the order itself and the
   requirement run they were confirmed with, lines of purchase order, plant-2 order and ship request, and the customer's
   reference of the plant-2 order. #}
{%- set carried = ['order_key', 'entity', 'business_key', 'state', 'remote_id'] %}

with context as (
  {{- context_of('radius', 'orders') | indent(2) }}
),

told as (
  select
    {{ plain('delivery.parent_key') }} as order_key,
    delivery.entity,
    {{ plain('delivery.business_key') }} as business_key,
    delivery.state,
    delivery.remote_id,
    delivery.told
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance
  where delivery.entity in ('so2_references', 'so4_lines', 'po_lines', 'so2_lines', 'ship_request_lines')
    and delivery.parent_key is not null
    and {{ is_told('delivery') }}
),

final as (
  {{- unpacked('told', 'told', carried, chain_columns()) | indent(2) }}
)

select * from final
