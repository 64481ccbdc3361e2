{# Orders that the shop changed after their document was made: what was staged last against what the shop says now.
   Looked at are only those that were landed after they were staged, and not the states of addresses: their list
   belongs to the pull, and an address changes in more than its state. Nor is it a change that an order was completed. #}
{{ config(materialized=kept_as_view()) }}
{%- set columns, compared = [], [] -%}
{%- for column in mapping_columns('int_counterpoint__staging_rows_mapped') if column.meta.transform != 'lookup' -%}
  {%- do columns.append(column) -%}
  {%- if column.meta.get('compare', true) and column.meta.transform != 'misfits' -%}{%- do compared.append(column) -%}{%- endif -%}
{%- endfor %}

with context as (
  {{- context_of('order_pull', 'staging_rows') | indent(2) }}
),

applied as (
  select
    business_key,
    cast(WOO_ORDER_ID as nvarchar(200)) as woo_order_key
  from {{ ref('stg_counterpoint__order_staging') }}
  where is_applied = 1
),

staged as (
  select
    applied.business_key,
    applied.woo_order_key,
    delivery.told,
    delivery.updated_at
  from applied
  inner join {{ source('ledger', 'delivery') }} as delivery
    on {{ same_key('applied.woo_order_key', 'delivery.business_key') }}
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where {{ is_told('delivery') }}
),

candidates as (
  select
    staged.business_key,
    staged.told,
    orders.*
  from staged
  inner join {{ source('raw_counterpoint', 'raw_counterpoint__woo_orders') }} as orders
    on {{ same_key('staged.woo_order_key', 'cast(orders.WOO_ORDER_ID as nvarchar(200))') }}
  where orders.LANDED_AT > staged.updated_at
),

told as (
  {{- unpacked('(select business_key, told from candidates)', 'told', ['business_key'], columns) | indent(2) }}
),

cells as (
  select
    candidates.*
    {{- text_columns(columns, 'candidates') }}
  from candidates
),

parsed as (
  select
    cells.business_key
    {{- parsed_columns(columns, 'cells') }}
  from cells
),

said as (
  select
    parsed.business_key
    {{- typed_columns(columns, 'parsed') }}
  from parsed
),

final as (
  select
    said.business_key,
    {{ json_changes('told', 'said', compared) }} as changed_fields
  from said
  inner join told on {{ same_key('said.business_key', 'told.business_key') }}
  where {{ any_counting_differs('said', 'told', compared, status_counts_when('said', '1')) }}
)

select * from final
