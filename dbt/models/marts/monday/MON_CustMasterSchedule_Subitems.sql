{{ config(tags=['settle']) }}
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set carried = [
  'parent_remote_id', 'remote_id', 'business_key', 'incarnation', 'state', 'verified_at', 'drift', 'updated_at',
  'instance', 'batch_id',
] %}

with context as (
  {{- context_of('monday', 'subitems', 'ledger_after') | indent(2) }}
),

told as (
  select
    parent.remote_id as parent_remote_id
    {%- for name in carried[1:] + ['told'] %},
    {{ plain('delivery.' ~ name) ~ ' as ' ~ name if name == 'business_key' else 'delivery.' ~ name }}
    {%- endfor %}
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  left join {{ source('ledger_after', 'delivery') }} as parent
    on delivery.instance = parent.instance
    and parent.entity = 'items'
    and {{ same_key('delivery.parent_key', 'parent.business_key') }}
  where {{ is_told('delivery') }} and delivery.state <> 'GONE'
),

unpacked as (
  {{- unpacked('told', 'told', carried, columns) | indent(2) }}
),

final as (
  select
    try_cast(unpacked.parent_remote_id as bigint) as {{ adapter.quote('parent_item_id') }},
    try_cast(unpacked.remote_id as bigint) as {{ adapter.quote('subitem_id') }},
    cast(unpacked.business_key as nvarchar(200)) as business_key,
    cast(unpacked.incarnation as int) as incarnation,
    cast(unpacked.state as nvarchar(20)) as state,
    cast(unpacked.verified_at as {{ instant() }}) as verified_at,
    cast(unpacked.drift as {{ long_text() }}) as drift,
    cast(unpacked.updated_at as {{ instant() }}) as updated_at,
    cast(unpacked.instance as nvarchar(200)) as instance,
    cast(unpacked.batch_id as nvarchar(64)) as batch_id
    {%- for column in columns %},
    unpacked.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from unpacked
)

select * from final
