{{ config(materialized='view') }}
{# Orders that dbt itself refuses, one row per finding: without lines, with a line that names no item, with values that
   break a rule of the mapping; and orders under way that the ERP does not show any more. #}
{%- set columns = mapping_columns('int_radius__orders_mapped') -%}
{%- set filters = mapping_meta('int_radius__orders_mapped').get('filters', {}) %}

with context as (
  {{- context_of('radius', 'orders') | indent(2) }}
),

refused as (
  select
    judged.business_key,
    judged.problem,
    judged.broken_rules,
    judged.staged_at,
    judged.{{ adapter.quote('customer') }} as batch_name,
    judged.{{ adapter.quote('custref') }} as customer_reference
    {{- filter_columns('int_radius__orders_mapped', 'judged') }},
    {{ json_row('judged', columns) }} as row_json
  from {{ ref('int_radius__orders_judged') }} as judged
  where judged.placement = 'REFUSED' and judged.is_refused_here = 1
),

mapped_rules as (
  {{- unlisted('(select business_key, broken_rules from refused where broken_rules is not null)', 'broken_rules', ['business_key'], ['rule', 'column', 'value']) | indent(2) }}
),

bad_lines as (
  select
    cast(lines.SOrderNum as nvarchar(200)) as business_key,
    lines.SOrderLineNum,
    lines.ItemCode
  from {{ source('raw_radius', 'raw_radius__so4_lines') }} as lines
  left join {{ source('raw_radius', 'raw_radius__items') }} as items
    on {{ same_key('upper(lines.ItemCode)', 'upper(items.ItemCode)') }}
  where items.ItemCode is null and {{ is_a_bag('lines') }}
),

missing as (
  select
    {{ plain('delivery.business_key') }} as business_key,
    delivery.updated_at,
    coalesce(delivery.tried, delivery.told) as row_json
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  left join {{ ref('int_radius__orders_mapped') }} as orders
    on {{ same_key('delivery.business_key', 'orders.business_key') }}
  where delivery.state in ('HELD', 'RETRY') and orders.business_key is null
),

findings as (
  select
    refused.business_key,
    'no_lines' as rule_name,
    cast(null as nvarchar(200)) as column_name,
    cast(null as {{ long_text() }}) as value,
    concat('Order ', refused.business_key, ' has no line for bags') as said
  from refused
  where refused.problem = 'no_lines'
  union all
  select
    refused.business_key,
    'no_item' as rule_name,
    cast(concat('line ', bad_lines.SOrderLineNum) as nvarchar(200)) as column_name,
    cast(bad_lines.ItemCode as {{ long_text() }}) as value,
    concat(
      'Order ', refused.business_key, ': line ', bad_lines.SOrderLineNum,
      case when bad_lines.ItemCode is null then ' names no item' else concat(' names item ', bad_lines.ItemCode, ', which does not exist') end
    ) as said
  from refused
  inner join bad_lines on {{ same_key('refused.business_key', 'bad_lines.business_key') }}
  where refused.problem = 'no_item'
  union all
  select
    refused.business_key,
    mapped_rules.listed_rule as rule_name,
    cast(mapped_rules.listed_column as nvarchar(200)) as column_name,
    cast(mapped_rules.listed_value as {{ long_text() }}) as value,
    concat(
      'Order ', refused.business_key, ': ', mapped_rules.listed_column, ' ',
      {{ of_rule('radius', 'mapped_rules.listed_rule', 1) }}
    ) as said
  from refused
  inner join mapped_rules on {{ same_key('refused.business_key', 'mapped_rules.business_key') }}
),

explained as (
  select
    findings.*,
    case
      when findings.rule_name = 'no_lines' then 'enter its lines in Radius, or cancel it there'
      when findings.rule_name = 'no_item' then 'correct the item of the line in Radius'
      else {{ of_rule('radius', 'findings.rule_name', 2) }}
    end as what_clears_it,
    case
      when findings.rule_name in ('no_lines', 'no_item') then 'fix the row'
      else {{ of_rule('radius', 'findings.rule_name', 0) }}
    end as error_class
  from findings
),

final as (
  select
    refused.business_key,
    explained.error_class,
    explained.rule_name as error_type,
    explained.column_name,
    explained.value,
    concat(explained.said, '. Next: ', explained.what_clears_it, '.') as message,
    explained.what_clears_it,
    refused.batch_name
    {%- for name in filters %},
    refused.{{ name }}
    {%- endfor %},
    refused.customer_reference,
    refused.staged_at as since,
    refused.row_json
  from refused
  inner join explained on {{ same_key('refused.business_key', 'explained.business_key') }}
  union all
  select
    missing.business_key,
    'business hold' as error_class,
    'order_gone' as error_type,
    cast(null as nvarchar(200)) as column_name,
    cast(null as {{ long_text() }}) as value,
    concat(
      'Order ', missing.business_key, ' is under way and Radius does not show it any more. Next: ask who removed it',
      ', then remove it from the workflow.'
    ) as message,
    'ask who removed it, then remove it from the workflow' as what_clears_it,
    {{ json_member('missing.row_json', 'customer') }} as batch_name
    {%- for name, column in filters.items() %},
    {{ json_member('missing.row_json', column) }} as {{ name }}
    {%- endfor %},
    {{ json_member('missing.row_json', 'custref') }} as customer_reference,
    missing.updated_at as since,
    missing.row_json
  from missing
)

select * from final
