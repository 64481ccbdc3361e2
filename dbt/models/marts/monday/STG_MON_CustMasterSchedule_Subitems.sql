{{ config(tags=['stage']) }}
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set filters = mapping_meta('int_monday__items_mapped').get('filters', {}) -%}
{%- set batch = mapping_meta('int_monday__items_mapped').get('batch') %}

with judged as (
  select * from {{ ref('int_monday__subitems_judged') }}
),

final as (
  select
    cast(judged.business_key as nvarchar(200)) as business_key,
    cast(judged.parent_key as nvarchar(200)) as parent_key,
    cast(judged.previous_key as nvarchar(200)) as previous_key,
    cast(judged.change_type as nvarchar(20)) as change_type,
    cast(judged.stg_status as nvarchar(20)) as stg_status,
    cast(judged.stg_reason as nvarchar(400)) as stg_reason,
    cast(judged.changed_fields as {{ long_text() }}) as changed_fields,
    cast(judged.revision as bigint) as revision,
    cast(judged.remote_id as nvarchar(100)) as remote_id,
    cast(coalesce(judged.attempt, 0) as int) as stg_retry_count,
    cast(judged.error_class as nvarchar(100)) as stg_error_class,
    cast(judged.error_message as {{ long_text() }}) as stg_error_message,
    cast(judged.source_customer as nvarchar(200)) as batch_name
    {%- for name, column in filters.items() %},
    cast(judged.{{ name }} as {{ filter_type('int_monday__items_mapped', column) }}) as {{ name }}
    {%- endfor %},
    cast(null as nvarchar(64)) as source_version,
    cast(judged.staged_at as {{ instant() }}) as staged_at
    {%- for column in columns %},
    cast(judged.{{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from judged
  where judged.placement = 'STAGED'
)

select * from final
