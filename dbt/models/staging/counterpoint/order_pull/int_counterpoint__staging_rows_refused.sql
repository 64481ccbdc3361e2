{# Orders that cannot be staged, one row per broken rule, and orders that changed after their document was made. #}
{%- set columns = mapping_columns('int_counterpoint__staging_rows_mapped') %}

with refused as (
  select
    judged.business_key,
    judged.broken_rules,
    judged.is_applied,
    judged.changed_fields,
    judged.staged_at,
    judged.{{ adapter.quote('PULL_BATCH') }} as batch_name
    {{- filter_columns('int_counterpoint__staging_rows_mapped', 'judged') }},
    {{ json_row('judged', columns) }} as row_json
  from {{ ref('int_counterpoint__staging_rows_judged') }} as judged
  where judged.placement = 'REFUSED' and judged.is_refused_here = 1
),

mapped_rules as (
  {{- unlisted(
    '(select business_key, broken_rules from refused where is_applied = 0)',
    'broken_rules', ['business_key'], ['rule', 'column', 'value']
  ) | indent(2) }}
),

rules as (
  select
    refused.*,
    mapped_rules.listed_rule as rule_name,
    mapped_rules.listed_column as column_name,
    mapped_rules.listed_value as value
  from refused
  inner join mapped_rules on {{ same_key('refused.business_key', 'mapped_rules.business_key') }}
  where refused.is_applied = 0
  union all
  select
    refused.*,
    'changed_after_document' as rule_name,
    cast(null as nvarchar(200)) as column_name,
    refused.changed_fields as value
  from refused
  where refused.is_applied = 1
),

explained as (
  select
    rules.*,
    {{ of_rule('counterpoint', 'rules.rule_name', 0) }} as error_class,
    {{ of_rule('counterpoint', 'rules.rule_name', 1) }} as what_is_wrong,
    {{ of_rule('counterpoint', 'rules.rule_name', 2) }} as what_clears_it,
    concat(coalesce(rules.order_number, 'without number'), ' (shop id ', rules.business_key, ')') as named
  from rules
),

final as (
  select
    explained.business_key,
    explained.error_class,
    explained.rule_name as error_type,
    explained.column_name,
    explained.value,
    {{ refusal_sentence('Order', 'explained') }} as message,
    explained.what_clears_it,
    explained.batch_name
    {%- for name in mapping_meta('int_counterpoint__staging_rows_mapped').get('filters', {}) %},
    explained.{{ name }}
    {%- endfor %},
    explained.staged_at as since,
    explained.row_json
  from explained
)

select * from final
