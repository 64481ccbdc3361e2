-- depends_on: {{ ref('int_radius__guard') }}
{# What each order says against what it said when its chain was complete last, and why it needs a look besides. #}
{%- set mapped -%}
(
  select
    orders.*,
    looks.look_reason,
    coalesce(known.is_chain_touched, 0) as is_chain_touched
  from {{ ref('int_radius__orders_mapped') }} as orders
  left join {{ ref('int_radius__orders_to_look_at') }} as looks
    on {{ same_key('orders.business_key', 'looks.business_key') }}
  left join {{ ref('int_radius__orders_known') }} as known
    on {{ same_key('orders.business_key', 'known.business_key') }}
)
{%- endset -%}

{{ compared_with_told(
  'radius', 'orders', 'int_radius__orders_mapped', mapped, ref('told_radius__orders'),
  {'problem': 'nvarchar(50)', 'look_reason': 'nvarchar(400)', 'is_chain_touched': 'int'},
  'mapped.look_reason is not null or mapped.problem is not null',
) }}
