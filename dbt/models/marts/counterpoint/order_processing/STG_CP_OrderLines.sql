{{ config(tags=['stage']) }}
{# The lines of staged orders as rows; they are told with their order, in its column LINES. #}
{%- set columns = mapping_columns('int_counterpoint__order_lines_mapped') -%}
{%- set filters = mapping_meta('int_counterpoint__documents_mapped').get('filters', {}) %}

with orders as (
  select * from {{ ref('STG_CP_Orders') }}
),

lines as (
  select * from {{ ref('int_counterpoint__order_lines_mapped') }}
),

final as (
  select
    lines.business_key,
    lines.parent_key,
    orders.previous_key,
    orders.change_type,
    orders.stg_status,
    orders.stg_reason,
    cast(null as {{ long_text() }}) as changed_fields,
    orders.revision,
    orders.remote_id,
    orders.stg_retry_count,
    orders.stg_error_class,
    orders.stg_error_message,
    orders.batch_name
    {%- for name in filters %},
    orders.{{ name }}
    {%- endfor %},
    orders.source_version,
    orders.staged_at
    {%- for column in columns %},
    lines.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from lines
  inner join orders on {{ same_key('lines.parent_key', 'orders.business_key') }}
)

select * from final
