{# The verdict on every size line that needs a look, now with its order: a line waits for an order that is refused or
   held, becomes 0 when the order is cancelled, and goes with the order when that is removed. What was told of an order
   is asked only where the order list has no one row of it. #}
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set filters = mapping_meta('int_monday__items_mapped').get('filters', {}) -%}
{%- set reference = adapter.quote('AAG ORDER NUMBER') -%}
{%- set quantity = namespace(name=none) -%}
{%- for column in columns if column.meta.source == 'quantity' -%}{%- set quantity.name = column.name -%}{%- endfor %}

with context as (
  {{- context_of('monday', 'items') | indent(2) }}
),

unlanded as (
  select
    concat({{ plain('landing_error.row_key') }}, '|', landing_error.column_name) as business_key,
    {{ plain('landing_error.row_key') }} as parent_key
  from {{ source('ledger', 'landing_error') }} as landing_error
  where landing_error.table_name = 'ORDERS_UNIFIED'
    and landing_error.column_name in ({{ size_literals() }})
  group by landing_error.row_key, landing_error.column_name
),

lines as (
  select
    coalesce(compared.business_key, unlanded.business_key) as business_key,
    coalesce(compared.parent_key, unlanded.parent_key) as parent_key,
    compared.previous_key,
    coalesce(compared.in_source, 0) as in_source,
    coalesce(compared.is_told, 0) as is_told,
    coalesce(compared.is_different, 0) as is_different,
    coalesce(compared.refusal_stands, 0) as refusal_stands,
    case when unlanded.business_key is null then 0 else 1 end as is_unlanded,
    compared.ledger_state,
    compared.broken_rules,
    compared.revision,
    compared.remote_id,
    compared.attempt,
    compared.error_class,
    compared.error_message,
    compared.changed_fields
    {%- for column in columns %},
    compared.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ ref('int_monday__subitems_compared') }} as compared
  full outer join unlanded on {{ same_key('compared.business_key', 'unlanded.business_key') }}
),

duplicated as (
  select
    min(compared.business_key) as business_key,
    min(compared.{{ reference }}) as order_number,
    max(compared.source_rows) as source_rows
  from {{ ref('int_monday__items_compared') }} as compared
  where compared.source_rows > 1 and compared.business_key is not null
  group by {{ exact('compared.business_key') }}
),

orders as (
  select
    mapped.business_key,
    mapped.customer_status,
    mapped.{{ reference }} as order_number,
    {{ is_cancelled('mapped') }} as is_cancelled,
    1 as source_rows
    {{- filter_columns('int_monday__items_mapped', 'mapped') }}
  from {{ ref('int_monday__items_mapped') }} as mapped
  left join duplicated on {{ same_key('mapped.business_key', 'duplicated.business_key') }}
  where duplicated.business_key is null
  union all
  select
    duplicated.business_key,
    cast(null as nvarchar(20)) as customer_status,
    duplicated.order_number,
    0 as is_cancelled,
    duplicated.source_rows
    {%- for name, column in filters.items() %},
    cast(null as {{ filter_type('int_monday__items_mapped', column) }}) as {{ name }}
    {%- endfor %}
  from duplicated
),

elsewhere as (
  select business_key from {{ ref('int_monday__items_gone') }}
  union all
  select business_key from duplicated
),

told_orders as (
  select
    told.business_key
    {{- filter_columns('int_monday__items_mapped', 'told') }}
  from elsewhere
  inner join {{ ref('told_monday__items') }} as told
    on {{ same_key('elsewhere.business_key', 'told.business_key') }}
  inner join context on told.instance = context.instance
),

refused_keys as (
  select distinct {{ exact('business_key') }} as business_key
  from {{ ref('int_monday__items_judged') }}
  where placement = 'REFUSED' and business_key is not null
),

refused_orders as (
  select {{ plain('business_key') }} as business_key
  from refused_keys
),

placed as (
  select
    lines.*,
    orders.business_key as order_key,
    orders.customer_status,
    orders.source_rows as order_rows,
    coalesce(orders.is_cancelled, 0) as is_cancelled,
    case when refused_orders.business_key is null then 0 else 1 end as order_is_refused,
    orders.order_number
    {%- for name in filters %},
    coalesce(orders.{{ name }}, told_orders.{{ name }}) as {{ name }}
    {%- endfor %}
  from lines
  left join orders on {{ same_key('lines.parent_key', 'orders.business_key') }}
  left join told_orders on {{ same_key('lines.parent_key', 'told_orders.business_key') }}
  left join refused_orders on {{ same_key('lines.parent_key', 'refused_orders.business_key') }}
),

cancelled as (
  select
    placed.*,
    case when placed.in_source = 0 and placed.is_cancelled = 1 then 1 else 0 end as becomes_zero,
    {% if quantity.name %}placed.{{ adapter.quote(quantity.name) }}{% else %}0{% endif %} as told_quantity
  from placed
),

final as (
  select
    cancelled.business_key,
    cancelled.parent_key,
    cancelled.previous_key,
    case
      when cancelled.broken_rules is not null then 'REFUSED'
      when cancelled.is_unlanded = 1 and cancelled.order_key is not null and cancelled.is_cancelled = 0 then 'REFUSED'
      when cancelled.ledger_state in ('SENDING', 'IN_DOUBT') then 'STAGED'
      when cancelled.order_key is null then 'SETTLED'
      when cancelled.ledger_state in ('GONE', 'AMBIGUOUS', 'FORGOTTEN') then 'REFUSED'
      when cancelled.refusal_stands = 1 then 'REFUSED'
      when cancelled.in_source = 0 and cancelled.is_told = 0 and cancelled.order_rows = 1
        and cancelled.ledger_state in ('RETRY', 'REJECTED') then 'STAGED'
      when cancelled.in_source = 0 and cancelled.is_told = 0 then 'SETTLED'
      when cancelled.is_told = 0 then 'STAGED'
      when cancelled.becomes_zero = 1 and coalesce(cancelled.told_quantity, 1) <> 0 then 'STAGED'
      when cancelled.in_source = 0 and cancelled.becomes_zero = 0 then 'STAGED'
      when cancelled.in_source = 1 and (cancelled.is_different = 1 or cancelled.previous_key is not null) then 'STAGED'
      when cancelled.becomes_zero = 1 and cancelled.previous_key is not null then 'STAGED'
      when cancelled.ledger_state in ('RETRY', 'REJECTED') then 'STAGED'
      else 'SETTLED'
    end as placement,
    case
      when cancelled.in_source = 0 and cancelled.is_told = 0 then 'REMOVED'
      when cancelled.is_told = 0 then 'NEW'
      when cancelled.becomes_zero = 1 and coalesce(cancelled.told_quantity, 1) <> 0 then 'CANCELLED'
      when cancelled.in_source = 0 and cancelled.becomes_zero = 0 and cancelled.order_rows = 1 then 'REMOVED'
      when cancelled.in_source = 0 and cancelled.order_key is null then 'REMOVED'
      when cancelled.in_source = 1 and cancelled.is_different = 1 then 'CHANGED'
      when cancelled.previous_key is not null then 'REKEYED'
      else 'UNCHANGED'
    end as change_type,
    case
      when cancelled.ledger_state in ('SENDING', 'IN_DOUBT') then 'IN_DOUBT'
      when cancelled.order_is_refused = 1 or cancelled.customer_status = 'review' then 'BLOCKED'
      when cancelled.ledger_state in ('RETRY', 'REJECTED') then 'RETRY'
      else 'PENDING'
    end as stg_status,
    case
      when cancelled.ledger_state in ('SENDING', 'IN_DOUBT') then null
      when cancelled.order_rows > 1 then 'the key of its order stands on more than one row of the order list'
      when cancelled.order_is_refused = 1 then 'its order is refused, see ERR_MON_CustMasterSchedule'
      when cancelled.customer_status = 'review' then 'customer not approved'
    end as stg_reason,
    cancelled.in_source,
    cancelled.is_told,
    cancelled.is_unlanded,
    cancelled.ledger_state,
    cancelled.broken_rules,
    case when cancelled.broken_rules is not null or cancelled.is_unlanded = 1 then cancelled.order_number end as order_number,
    {% if quantity.name -%}
    case
      when cancelled.becomes_zero = 1 and coalesce(cancelled.told_quantity, 1) <> 0
        then {{ json_object_of([[
          quantity.name,
          'concat(' ~ literal('{"old":') ~ ', ' ~ json_value('cancelled.told_quantity', 'integer') ~ ', ' ~ literal(',"new":0}') ~ ')'
        ]]) }}
      else cancelled.changed_fields
    end as changed_fields,
    {%- else -%}
    cancelled.changed_fields,
    {%- endif %}
    cancelled.revision,
    cancelled.remote_id,
    cancelled.attempt,
    cancelled.error_class,
    cancelled.error_message,
    context.set_at as staged_at
    {%- for name in filters %},
    cancelled.{{ name }}
    {%- endfor %}
    {%- for column in columns %},
    {% if column.name == quantity.name -%}
    case when cancelled.becomes_zero = 1 then 0 else cancelled.{{ adapter.quote(column.name) }} end as {{ adapter.quote(column.name) }}
    {%- else -%}
    cancelled.{{ adapter.quote(column.name) }}
    {%- endif %}
    {%- endfor %}
  from cancelled
  cross join context
)

select * from final
