{# Size lines that dbt itself refuses, one row per broken rule: quantities out of bounds and cells that could not be
   landed. Found anew each run; what the board refused joins them in ERR_MON_CustMasterSchedule_Subitems. #}
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set filters = mapping_meta('int_monday__items_mapped').get('filters', {}) %}

with judged as (
  select *
  from {{ ref('int_monday__subitems_judged') }}
  where placement = 'REFUSED' and (broken_rules is not null or is_unlanded = 1)
),

refused as (
  select
    judged.business_key,
    judged.parent_key,
    judged.broken_rules,
    judged.is_unlanded,
    judged.staged_at,
    judged.order_number
    {%- for name in filters %},
    judged.{{ name }}
    {%- endfor %},
    {{ json_row('judged', columns) }} as row_json
  from judged
),

unlanded as (
  select
    concat({{ plain('landing_error.row_key') }}, '|', landing_error.column_name) as business_key,
    landing_error.column_name,
    max(landing_error.value) as value
  from {{ source('ledger', 'landing_error') }} as landing_error
  where landing_error.table_name = 'ORDERS_UNIFIED'
  group by landing_error.row_key, landing_error.column_name
),

mapped_rules as (
  {{- unlisted(
    "(select * from refused where broken_rules is not null)",
    'broken_rules', ['business_key', 'order_number'], ['rule', 'column', 'value']
  ) | indent(2) }}
),

rules as (
  select
    refused.*,
    'landing' as rule_name,
    unlanded.column_name,
    unlanded.value
  from refused
  inner join unlanded on {{ same_key('refused.business_key', 'unlanded.business_key') }}
  where refused.is_unlanded = 1
  union all
  select
    refused.*,
    mapped_rules.listed_rule as rule_name,
    mapped_rules.listed_column as column_name,
    mapped_rules.listed_value as value
  from refused
  inner join mapped_rules on {{ same_key('refused.business_key', 'mapped_rules.business_key') }}
),

explained as (
  select
    rules.*,
    {{ of_rule('monday', 'rules.rule_name', 0) }} as error_class,
    {{ of_rule('monday', 'rules.rule_name', 1) }} as what_is_wrong,
    {{ of_rule('monday', 'rules.rule_name', 2) }} as what_clears_it,
    concat(
      coalesce(rules.order_number, 'without number'),
      ' (line ', rules.business_key, ')'
    ) as named
  from rules
),

final as (
  select
    explained.business_key,
    explained.parent_key,
    explained.error_class,
    explained.rule_name as error_type,
    explained.column_name,
    explained.value,
    {{ refusal_sentence('Order', 'explained') }} as message,
    explained.what_clears_it
    {%- for name in filters %},
    explained.{{ name }}
    {%- endfor %},
    explained.order_number,
    explained.staged_at as since,
    explained.row_json
  from explained
)

select * from final
