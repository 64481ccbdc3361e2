-- depends_on: {{ ref('monday_customers') }}
-- depends_on: {{ ref('int_monday__staging_guard') }}
{# What each item should say against what the board was told. Only items that need a look are kept: different, new,
   gone, broken, or not simply delivered. The verdict on them is int_monday__items_judged.
   What was told is read once for the rows that are present and once for the few that are gone: DuckDB writes down a
   whole CTE that is named twice. #}
{%- set columns = mapping_columns('int_monday__items_mapped') -%}
{%- set compared = compared_columns('int_monday__items_mapped') -%}
{%- set customer = 'SOURCE CUSTOMER NAME' %}

with context as (
  {{- context_of('monday', 'items') | indent(2) }}
),

unsettled as (
  {{- unsettled_rows('items') | indent(2) }}
),

tried as (
  {{- tried_rows('unsettled', 'int_monday__items_mapped') | indent(2) }}
),

told as (
  select told.*
  from {{ ref('told_monday__items') }} as told
  inner join context on told.instance = context.instance
),

unlanded as (
  select
    {{ plain('landing_error.row_key') }} as business_key,
    count(*) as cells
  from {{ source('ledger', 'landing_error') }} as landing_error
  where landing_error.table_name = 'ORDERS_UNIFIED'
    and landing_error.column_name in ({{ unlandable_columns('int_monday__items_mapped') }})
  group by landing_error.row_key
),

mapped as (
  select
    mapped.*,
    gone.business_key as previous_key,
    case
      when duplicated.business_key is null then coalesce(gone.business_key, mapped.business_key)
    end as told_key,
    case
      when mapped.business_key is null then 0
      else coalesce(duplicated.source_rows, 1)
    end as source_rows,
    coalesce(unlanded.cells, 0) as unlanded_cells
  from {{ ref('int_monday__items_mapped') }} as mapped
  left join {{ ref('int_monday__items_gone') }} as gone
    on {{ same_key('mapped.business_key', 'gone.rekeyed_to') }}
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('mapped.business_key', 'duplicated.business_key') }}
  left join unlanded
    on {{ same_key('mapped.business_key', 'unlanded.business_key') }}
),

present as (
  select
    mapped.business_key,
    mapped.previous_key,
    1 as in_source,
    mapped.source_rows,
    mapped.unlanded_cells,
    mapped.customer_status,
    mapped.broken_rules,
    case when told.business_key is null then 0 else 1 end as is_told,
    case when {{ any_differs('mapped', 'told', compared) }} then 1 else 0 end as is_different,
    {{ is_cancelled('mapped') }} as is_cancelled,
    {{ is_cancelled('told') }} as was_cancelled,
    unsettled.state as ledger_state,
    case
      when unsettled.may_stand = 1 and not {{ any_differs('mapped', 'tried', compared) }} then 1
      else 0
    end as refusal_stands,
    coalesce(unsettled.revision, told.revision) as revision,
    coalesce(unsettled.remote_id, told.remote_id) as remote_id,
    unsettled.attempt,
    unsettled.error_class,
    unsettled.error_message,
    case
      when told.business_key is not null and {{ any_differs('mapped', 'told', compared) }}
        then {{ json_changes('told', 'mapped', compared) }}
    end as changed_fields
    {%- for column in columns %},
    mapped.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from mapped
  left join told on {{ same_key('mapped.told_key', 'told.business_key') }}
  left join unsettled on {{ same_key('mapped.told_key', 'unsettled.business_key') }}
  left join tried on {{ same_key('mapped.told_key', 'tried.business_key') }}
  where told.business_key is null
    or {{ any_differs('mapped', 'told', compared) }}
    or unsettled.business_key is not null
    or mapped.previous_key is not null
    or mapped.broken_rules is not null
    or mapped.unlanded_cells > 0
),

told_of_gone as (
  select told.*
  from {{ ref('told_monday__items') }} as told
  inner join context on told.instance = context.instance
  inner join {{ ref('int_monday__items_gone') }} as gone
    on {{ same_key('told.business_key', 'gone.business_key') }}
),

missing as (
  select
    gone.business_key,
    cast(null as nvarchar(200)) as previous_key,
    0 as in_source,
    1 as source_rows,
    0 as unlanded_cells,
    coalesce(monday_customers.status, 'unknown') as customer_status,
    cast(null as {{ long_text() }}) as broken_rules,
    gone.is_told,
    1 as is_different,
    {{ is_cancelled('told') }} as is_cancelled,
    {{ is_cancelled('told') }} as was_cancelled,
    unsettled.state as ledger_state,
    case
      when unsettled.may_stand = 1 and not {{ any_differs('told', 'tried', compared) }} then 1
      else 0
    end as refusal_stands,
    coalesce(unsettled.revision, told.revision) as revision,
    coalesce(unsettled.remote_id, told.remote_id) as remote_id,
    unsettled.attempt,
    unsettled.error_class,
    unsettled.error_message,
    cast(null as {{ long_text() }}) as changed_fields
    {%- for column in columns %},
    case
      when gone.is_told = 1 then told.{{ adapter.quote(column.name) }}
      else tried.{{ adapter.quote(column.name) }}
    end as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ ref('int_monday__items_gone') }} as gone
  left join told_of_gone as told on {{ same_key('gone.business_key', 'told.business_key') }}
  left join unsettled on {{ same_key('gone.business_key', 'unsettled.business_key') }}
  left join tried on {{ same_key('gone.business_key', 'tried.business_key') }}
  left join {{ ref('monday_customers') }} as monday_customers
    on {{ same_key(
      'upper(trim(monday_customers.source_name))', 'upper(told.' ~ adapter.quote(customer) ~ ')'
    ) }}
  where gone.rekeyed_to is null
),

final as (
  select * from present
  union all
  select * from missing
)

select
  final.*,
  context.set_at as staged_at
from final
cross join context
