{# Orders that validation refuses, one row per finding; orders whose document nobody here knows of; orders that the
   shop changed after their document was made. #}
{%- set columns = mapping_columns('int_counterpoint__documents_mapped') -%}
{%- set rules = order_rules() %}

with refused as (
  select
    judged.business_key,
    judged.is_applied,
    judged.changed_in_shop,
    judged.staged_at,
    judged.{{ adapter.quote('PULL_BATCH') }} as batch_name
    {{- filter_columns('int_counterpoint__documents_mapped', 'judged') }},
    {{ json_row('judged', columns) }} as row_json
  from {{ ref('int_counterpoint__documents_judged') }} as judged
  where judged.placement = 'REFUSED' and judged.is_refused_here = 1
),

findings as (
  select
    problems.business_key,
    problems.error_class,
    problems.rule_name,
    problems.column_name,
    problems.value,
    problems.phrase,
    problems.detail,
    problems.what_clears_it
  from {{ ref('int_counterpoint__order_problems') }} as problems
  union all
  select
    refused.business_key,
    {{ of_rule('counterpoint', "'changed_after_document'", 0) }} as error_class,
    'changed_after_document' as rule_name,
    cast(null as nvarchar(200)) as column_name,
    refused.changed_in_shop as value,
    'Changed after document' as phrase,
    refused.changed_in_shop as detail,
    {{ of_rule('counterpoint', "'changed_after_document'", 2) }} as what_clears_it
  from refused
  where refused.is_applied = 1 and refused.changed_in_shop is not null
  union all
  select
    refused.business_key,
    {{ literal(rules.applied[1]) }} as error_class,
    'applied' as rule_name,
    'IS_APPLIED' as column_name,
    '1' as value,
    {{ literal(rules.applied[0]) }} as phrase,
    'it has a document that was not made from here' as detail,
    {{ literal(rules.applied[2]) }} as what_clears_it
  from refused
  where refused.is_applied = 1 and refused.changed_in_shop is null
),

final as (
  select
    refused.business_key,
    findings.error_class,
    findings.rule_name as error_type,
    findings.column_name,
    findings.value,
    concat(
      'Order ', coalesce(refused.order_number, 'without number'), ' (STAGING_ID ', refused.business_key, '): ',
      findings.phrase, ': ', left(findings.detail, 400), '. Next: ', findings.what_clears_it, '.'
    ) as message,
    findings.what_clears_it,
    refused.batch_name
    {%- for name in mapping_meta('int_counterpoint__documents_mapped').get('filters', {}) %},
    refused.{{ name }}
    {%- endfor %},
    refused.staged_at as since,
    refused.row_json
  from refused
  inner join findings on {{ same_key('refused.business_key', 'findings.business_key') }}
)

select * from final
