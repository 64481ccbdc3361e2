{# Body of an ERR_ relation: what dbt refused itself, and what the destination refused and still stands. For an
   entity that has no parent. `judged` is its verdict model, `refused` what dbt refuses, one row per broken rule;
   `noun` and `key_name` begin the sentence: Order 4755 (record_uuid …). #}
{% macro error_rows(pipeline, entity, mapping_model, judged, refused, noun, key_name) %}
  {%- set meta = mapping_meta(mapping_model) -%}
  {%- set system = meta.get('system', 'monday') -%}
  {%- set filters = meta.get('filters', {}) -%}
  {%- set references = {} -%}
  {%- for name, column in meta.get('reference', {}).items() if name not in filters -%}
    {%- do references.update({name: column}) -%}
  {%- endfor -%}
  {%- set named = meta.get('reference', {}).values() | first %}

with context as (
  {{- context_of(pipeline, entity, 'ledger_after') | indent(2) }}
),

standing as (
  {{- standing_refusals(entity, judged) | indent(2) }}
),

found as (
  select
    refused.business_key,
    refused.error_class,
    refused.error_type,
    refused.column_name,
    refused.value,
    refused.message,
    refused.what_clears_it,
    cast(null as {{ instant() }}) as next_attempt,
    0 as attempts,
    refused.batch_name
    {%- for name in filters %},
    refused.{{ name }}
    {%- endfor %}
    {%- for name in references %},
    refused.{{ name }}
    {%- endfor %},
    refused.since,
    refused.row_json
  from {{ refused }} as refused
),

told as (
  select
    standing.business_key,
    coalesce(standing.error_class, 'unknown') as error_class,
    standing.error_code as error_type,
    standing.error_field as column_name,
    {{ json_member_named('standing.row_json', 'standing.error_field') }} as value,
    concat(
      {{ literal(noun ~ ' ') }}, {{ json_member('standing.row_json', named or '') }}, {{ literal(' (' ~ key_name ~ ' ') }}, standing.business_key, '): ',
      case when standing.error_field is null then '' else concat(standing.error_field, ' ') end,
      standing.error_message,
      '. Next: ', {{ refusal_clearance(system, 'standing') }}, '.'
    ) as message,
    {{ refusal_clearance(system, 'standing') }} as what_clears_it,
    standing.next_attempt,
    standing.attempt as attempts,
    {{ json_member('standing.row_json', meta.get('batch', '')) }} as batch_name
    {%- for name, column in filters.items() %},
    {{ json_member('standing.row_json', column) }} as {{ name }}
    {%- endfor %}
    {%- for name, column in references.items() %},
    {{ json_member('standing.row_json', column) }} as {{ name }}
    {%- endfor %},
    standing.updated_at as since,
    standing.row_json
  from standing
),

errors as (
  select * from found
  union all
  select * from told
),

final as (
  select
    cast(errors.business_key as nvarchar(200)) as business_key,
    cast(null as nvarchar(200)) as parent_key,
    cast(errors.error_class as nvarchar(100)) as error_class,
    cast(errors.error_type as nvarchar(200)) as error_type,
    cast(errors.column_name as nvarchar(200)) as column_name,
    cast(errors.value as {{ long_text() }}) as value,
    cast(errors.message as {{ long_text() }}) as message,
    cast(
      count(*) over (partition by errors.error_class, errors.error_type, errors.column_name) as bigint
    ) as shared_by,
    cast(errors.what_clears_it as nvarchar(400)) as what_clears_it,
    cast(errors.next_attempt as {{ instant() }}) as next_attempt,
    cast(errors.attempts as int) as attempts,
    cast(errors.batch_name as nvarchar(200)) as batch_name
    {%- for name, column in filters.items() %},
    cast(errors.{{ name }} as {{ filter_type(mapping_model, column) }}) as {{ name }}
    {%- endfor %}
    {%- for name, column in references.items() %},
    cast(errors.{{ name }} as nvarchar(200)) as {{ name }}
    {%- endfor %},
    cast(errors.since as {{ instant() }}) as since,
    cast(errors.row_json as {{ long_text() }}) as row_json
  from errors
)

select * from final
{% endmacro %}
