-- depends_on: {{ ref('monday_customers') }}
{{ config(materialized=kept_as_view()) }}
{%- set columns = mapping_columns('int_monday__items_mapped') -%}
{%- set whole = integer_names(orders_columns()) %}

with orders as (
  select
    listed.*
    {{- text_columns(columns, 'listed') }}
  from {{ ref('stg_monday__orders') }} as listed
),

parsed as (
  select
    orders.order_key as business_key,
    coalesce(monday_customers.status, 'unknown') as customer_status
    {{- parsed_columns(columns, 'orders', whole) }}
  from orders
  {{ lookup_joins(columns, 'orders') }}
),

final as (
  select
    cast(parsed.business_key as nvarchar(200)) as business_key,
    cast(parsed.customer_status as nvarchar(20)) as customer_status,
    {{ broken_rules(columns, 'parsed') }} as broken_rules
    {{- typed_columns(columns, 'parsed') }}
  from parsed
)

select * from final
