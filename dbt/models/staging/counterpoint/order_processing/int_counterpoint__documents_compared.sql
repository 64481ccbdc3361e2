-- depends_on: {{ ref('int_counterpoint__processing_guard') }}
{# What each document should say against what was told, with what validation found. #}
{%- set mapped -%}
(
  select
    mapped.*,
    orders.is_applied,
    orders.parked_reason,
    coalesce(problems.problems, 0) as problems,
    changed.changed_fields as changed_in_shop
  from {{ ref('int_counterpoint__documents_mapped') }} as mapped
  inner join {{ ref('int_counterpoint__orders_resolved') }} as orders
    on {{ same_key('mapped.business_key', 'orders.business_key') }}
  left join (
    select
      {{ exact('business_key') }} as business_key,
      count(*) as problems
    from {{ ref('int_counterpoint__order_problems') }}
    group by {{ exact('business_key') }}
  ) as problems
    on {{ same_key('mapped.business_key', 'problems.business_key') }}
  left join {{ ref('int_counterpoint__orders_changed') }} as changed
    on {{ same_key('mapped.business_key', 'changed.business_key') }}
)
{%- endset -%}

{{ compared_with_told(
  'order_processing', 'documents', 'int_counterpoint__documents_mapped', mapped, ref('told_counterpoint__documents'),
  {'is_applied': 'int', 'parked_reason': 'nvarchar(400)', 'problems': 'int', 'changed_in_shop': long_text()},
  'mapped.changed_in_shop is not null',
) }}
