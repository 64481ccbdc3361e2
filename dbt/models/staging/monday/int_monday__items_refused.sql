{# Items that dbt itself refuses, one row per broken rule: rows without a usable key, cells that could not be landed,
   rules of the mapping. Found anew each run; what the board refused joins them in ERR_MON_CustMasterSchedule. #}
{%- set columns = mapping_columns('int_monday__items_mapped') -%}
{%- set meta = mapping_meta('int_monday__items_mapped') -%}
{%- set reference = adapter.quote('AAG ORDER NUMBER') %}

with judged as (
  select *
  from {{ ref('int_monday__items_judged') }}
  where placement = 'REFUSED'
    and (source_rows <> 1 or broken_rules is not null or unlanded_cells > 0)
),

refused as (
  select
    judged.business_key,
    judged.broken_rules,
    judged.source_rows,
    judged.staged_at,
    judged.{{ reference }} as order_number,
    judged.{{ adapter.quote(meta.get('batch', 'SOURCE CUSTOMER NAME')) }} as batch_name
    {{- filter_columns('int_monday__items_mapped', 'judged') }},
    {{ json_row('judged', columns) }} as row_json
  from judged
),

unlanded as (
  select
    {{ plain('landing_error.row_key') }} as row_key,
    landing_error.column_name,
    max(landing_error.value) as value
  from {{ source('ledger', 'landing_error') }} as landing_error
  where landing_error.table_name = 'ORDERS_UNIFIED'
    and landing_error.column_name in ({{ unlandable_columns('int_monday__items_mapped') }})
  group by landing_error.row_key, landing_error.column_name
),

mapped_rules as (
  {{- unlisted(
    "(select * from refused where source_rows = 1 and broken_rules is not null)",
    'broken_rules', ['business_key', 'order_number'], ['rule', 'column', 'value']
  ) | indent(2) }}
),

rules as (
  select
    refused.*,
    case when refused.source_rows = 0 then 'no_key' else 'duplicate_key' end as rule_name,
    'record_uuid' as column_name,
    {{ as_text('refused.business_key') }} as value
  from refused
  where refused.source_rows <> 1
  union all
  select
    refused.*,
    'landing' as rule_name,
    unlanded.column_name,
    unlanded.value
  from refused
  inner join unlanded on {{ same_key('refused.business_key', 'unlanded.row_key') }}
  where refused.source_rows = 1
  union all
  select
    refused.*,
    mapped_rules.listed_rule as rule_name,
    mapped_rules.listed_column as column_name,
    mapped_rules.listed_value as value
  from refused
  inner join mapped_rules on {{ same_key('refused.business_key', 'mapped_rules.business_key') }}
  where refused.source_rows = 1
),

explained as (
  select
    rules.*,
    {{ of_rule('monday', 'rules.rule_name', 0) }} as error_class,
    {{ of_rule('monday', 'rules.rule_name', 1) }} as what_is_wrong,
    {{ of_rule('monday', 'rules.rule_name', 2) }} as what_clears_it,
    concat(
      coalesce(rules.order_number, 'without number'),
      ' (record_uuid ', coalesce(rules.business_key, 'missing'), ')'
    ) as named
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
    {%- for name in meta.get('filters', {}) %},
    explained.{{ name }}
    {%- endfor %},
    explained.order_number,
    explained.staged_at as since,
    explained.row_json
  from explained
)

select * from final
