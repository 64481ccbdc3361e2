{{ config(materialized='view') }}
{# Sizes of cancelled orders and of rows without a usable key are left out here: the former are told as 0, the
   latter are refused with their row. #}
{%- set columns = mapping_columns('int_monday__subitems_mapped') %}

with orders as (
  select orders.*
  from {{ ref('stg_monday__orders') }} as orders
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('orders.order_key', 'duplicated.business_key') }}
  where orders.order_key is not null
    and duplicated.business_key is null
    and not ({{ order_is_cancelled('orders') }})
),

melted as (
  {{- melted('orders', 'order_key', size_columns()) | indent(2) }}
),

parsed as (
  select
    melted.order_key as parent_key,
    melted.size_label
    {{- parsed_columns(columns, 'melted', whole=['quantity']) }}
  from melted
  where melted.quantity <> 0
),

final as (
  select
    cast(concat(parsed.parent_key, '|', parsed.size_label) as nvarchar(200)) as business_key,
    cast(parsed.parent_key as nvarchar(200)) as parent_key,
    {{ broken_rules(columns, 'parsed') }} as broken_rules
    {{- typed_columns(columns, 'parsed') }}
  from parsed
)

select * from final
