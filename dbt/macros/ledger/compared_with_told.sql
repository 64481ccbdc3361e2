{# Body of a compared model of an entity without parent: what each row should say against what was told. Only rows
   that need a look are kept: different, new, broken, or not simply delivered; and keys in doubt whose source row is
   gone, which have no values.
   `mapped` and `told` are relations (or selects in brackets); `carried` names further columns of `mapped`, with
   their types; `look_when` is a condition on `mapped` under which a row needs a look besides; `counts_when` has
   conditions by column under which what that column says differently counts. #}
{% macro compared_with_told(pipeline, entity, mapping_model, mapped, told, carried={}, look_when='1 = 0', counts_when={}) %}
  {%- set columns = mapping_columns(mapping_model) -%}
  {%- set compared = compared_columns(mapping_model) -%}
  {%- set different = any_counting_differs('mapped', 'told', compared, counts_when) %}

with context as (
  {{- context_of(pipeline, entity) | indent(2) }}
),

unsettled as (
  {{- unsettled_rows(entity) | indent(2) }}
),

tried as (
  {{- tried_rows('unsettled', mapping_model) | indent(2) }}
),

mapped as (
  select * from {{ mapped }} as mapped_rows
),

told as (
  select told_rows.*
  from {{ told }} as told_rows
  inner join context on told_rows.instance = context.instance
),

present as (
  select
    mapped.business_key,
    cast(null as nvarchar(200)) as previous_key,
    1 as in_source,
    mapped.broken_rules
    {%- for name in carried %},
    mapped.{{ name }}
    {%- endfor %},
    case when told.business_key is null then 0 else 1 end as is_told,
    case when told.business_key is null or {{ different }} then 1 else 0 end as is_different,
    unsettled.state as ledger_state,
    case
      when unsettled.may_stand = 1 and not {{ any_differs('mapped', 'tried', columns) }} then 1
      else 0
    end as refusal_stands,
    coalesce(unsettled.revision, told.revision) as revision,
    coalesce(unsettled.remote_id, told.remote_id) as remote_id,
    unsettled.attempt,
    unsettled.error_class,
    unsettled.error_message,
    case
      when told.business_key is not null and {{ different }}
        then {{ json_changes('told', 'mapped', compared) }}
    end as changed_fields
    {%- for column in columns %},
    mapped.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from mapped
  left join told on {{ same_key('mapped.business_key', 'told.business_key') }}
  left join unsettled on {{ same_key('mapped.business_key', 'unsettled.business_key') }}
  left join tried on {{ same_key('mapped.business_key', 'tried.business_key') }}
  where told.business_key is null
    or {{ different }}
    or unsettled.business_key is not null
    or mapped.broken_rules is not null
    or {{ look_when }}
),

missing as (
  select
    unsettled.business_key,
    cast(null as nvarchar(200)) as previous_key,
    0 as in_source,
    cast(null as {{ long_text() }}) as broken_rules
    {%- for name, kind in carried.items() %},
    cast(null as {{ kind }}) as {{ name }}
    {%- endfor %},
    0 as is_told,
    1 as is_different,
    unsettled.state as ledger_state,
    0 as refusal_stands,
    unsettled.revision,
    unsettled.remote_id,
    unsettled.attempt,
    unsettled.error_class,
    unsettled.error_message,
    cast(null as {{ long_text() }}) as changed_fields
    {%- for column in columns %},
    cast(null as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from unsettled
  left join mapped on {{ same_key('unsettled.business_key', 'mapped.business_key') }}
  where mapped.business_key is null and unsettled.state in ('SENDING', 'IN_DOUBT')
),

compared as (
  select * from present
  union all
  select * from missing
),

final as (
  select
    compared.*,
    context.set_at as staged_at
  from compared
  cross join context
)

select * from final
{% endmacro %}
