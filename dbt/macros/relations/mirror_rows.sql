{# Body of a mirror: what the destination holds by our word, unpacked from the ledger after a delivery. The remote
   id bears the name that analysts know. For an entity that has no parent. #}
{% macro mirror_rows(pipeline, entity, mapping_model) %}
  {%- set columns = mapping_columns(mapping_model) -%}
  {%- set remote = mapping_meta(mapping_model).get('mirror_ids', {}).get('remote_id', {}) -%}
  {%- set carried = [
    'remote_id', 'business_key', 'incarnation', 'state', 'verified_at', 'drift', 'updated_at', 'instance', 'batch_id'
  ] %}

with context as (
  {{- context_of(pipeline, entity, 'ledger_after') | indent(2) }}
),

told as (
  select
    {%- for name in carried + ['told'] %}
    {{ plain('delivery.' ~ name) ~ ' as ' ~ name if name == 'business_key' else 'delivery.' ~ name }}{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where {{ is_told('delivery') }} and delivery.state <> 'GONE'
),

unpacked as (
  {{- unpacked('told', 'told', carried, columns) | indent(2) }}
),

final as (
  select
    try_cast(unpacked.remote_id as {{ remote.data_type or 'bigint' }}) as {{ adapter.quote(remote.name or 'remote_id') }},
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
{% endmacro %}
