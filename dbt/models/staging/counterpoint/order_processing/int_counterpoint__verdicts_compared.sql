-- depends_on: {{ ref('int_counterpoint__processing_guard') }}
{# What the staging row should say about its order against what it says now: somebody may have emptied
   VALIDATION_ERROR to have the order looked at again. #}
{%- set columns = mapping_columns('int_counterpoint__verdicts_mapped') -%}
{%- set mapped -%}
(
  select
    mapped.*,
    case
      when {{ differs('mapped.' ~ adapter.quote('IS_VALIDATED'), 'found.was_validated', 'integer') }}
        or {{ differs('mapped.' ~ adapter.quote('VALIDATION_ERROR'), 'found.had_error') }} then 0
      else 1
    end as says_so_already
  from {{ ref('int_counterpoint__verdicts_mapped') }} as mapped
  inner join {{ ref('int_counterpoint__verdicts_found') }} as found
    on {{ same_key('mapped.business_key', 'found.business_key') }}
)
{%- endset -%}
{%- set told -%}
(
  select
    told.instance,
    told.business_key,
    told.revision,
    told.remote_id
    {%- for column in columns %},
    {% if column.name == 'IS_VALIDATED' -%}
    coalesce(found.was_validated, told.{{ adapter.quote(column.name) }})
    {%- elif column.name == 'VALIDATION_ERROR' -%}
    case when found.business_key is null then told.{{ adapter.quote(column.name) }} else found.had_error end
    {%- else -%}
    told.{{ adapter.quote(column.name) }}
    {%- endif %} as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ ref('told_counterpoint__verdicts') }} as told
  left join {{ ref('int_counterpoint__verdicts_found') }} as found
    on {{ same_key('told.business_key', 'found.business_key') }}
)
{%- endset -%}

{{ compared_with_told(
  'order_processing', 'verdicts', 'int_counterpoint__verdicts_mapped', mapped, told, {'says_so_already': 'int'},
) }}
