{{ config(tags=['settle']) }}
{# What was made for each order whose chain was complete once: the order as it was told, with the numbers of its chain as
   the ledger has them. #}
{%- set columns = mapping_columns('int_radius__orders_mapped') -%}
{%- set numbers = ['job_p4', 'po_p4', 'so_p2', 'shipreq_p2', 'job_p2'] -%}
{%- set carried = [
  'business_key', 'incarnation', 'state', 'verified_at', 'drift', 'updated_at', 'instance', 'batch_id'
] %}

with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

told as (
  select
    {%- for name in carried + ['told'] %}
    {{ plain('delivery.' ~ name) ~ ' as ' ~ name if name == 'business_key' else 'delivery.' ~ name }}{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where {{ is_told('delivery') }}
),

unpacked as (
  {{- unpacked('told', 'told', carried, columns) | indent(2) }}
),

final as (
  select
    try_cast(unpacked.business_key as bigint) as so4_number,
    cast(unpacked.business_key as nvarchar(200)) as business_key,
    cast(unpacked.incarnation as int) as incarnation,
    cast(unpacked.state as nvarchar(20)) as state,
    cast(unpacked.verified_at as {{ instant() }}) as verified_at,
    cast(unpacked.drift as {{ long_text() }}) as drift,
    cast(unpacked.updated_at as {{ instant() }}) as updated_at,
    cast(unpacked.instance as nvarchar(200)) as instance,
    cast(unpacked.batch_id as nvarchar(64)) as batch_id
    {%- for column in columns %},
    {% if column.name in numbers -%}
    cast(coalesce(chains.{{ column.name }}, unpacked.{{ adapter.quote(column.name) }}) as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- else -%}
    unpacked.{{ adapter.quote(column.name) }}
    {%- endif %}
    {%- endfor %}
  from unpacked
  left join {{ ref('int_radius__chain_numbers') }} as chains
    on {{ same_key('unpacked.business_key', 'chains.order_key') }}
)

select * from final
