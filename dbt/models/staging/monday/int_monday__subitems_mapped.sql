{{ config(materialized='view') }}
{# Sizes of cancelled orders and of rows without a usable key are left out here: the former are told as 0, the
   latter are refused with their row. What follows from the size alone is made once per size, not once per line. What
   leaves a row out is asked in one case: DuckDB would ask the first and the last of it while it reads, and make the
   key twice. #}
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set of_line, of_size = [], [] -%}
{%- for column in columns -%}
  {%- do (of_line if 'quantity' in sources_of(column) else of_size).append(column) -%}
{%- endfor %}

with orders as (
  select orders.*
  from {{ ref('stg_monday__orders') }} as orders
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('orders.order_key', 'duplicated.business_key') }}
  where case
      when orders.order_key is null then 0
      when duplicated.business_key is not null then 0
      when orders.is_cancelled = 1 then 0
      else 1
    end = 1
),

melted as (
  {{- melted('orders', 'order_key', size_columns()) | indent(2) }}
),

lines as (
  select
    melted.*
    {{- text_columns(of_line, 'melted') }}
  from melted
),

labels as (
  select
    listed.size_label
    {{- text_columns(of_size, 'listed') }}
  from (values ({{ size_literals('), (') }})) as listed (size_label)
),

sizes as {{ worked_out_once() }} (
  select
    labels.size_label
    {{- parsed_columns(of_size, 'labels') }}
  from labels
),

parsed as (
  select
    lines.order_key as parent_key,
    lines.size_label
    {{- parsed_columns(of_line, 'lines', whole=['quantity']) }}
    {%- for column in of_size %},
    sizes.{{ adapter.quote(column.name) }}
    {%- if is_strict(column) %},
    sizes.{{ cell_name(column) }}
    {%- endif %}
    {%- endfor %}
  from lines
  inner join sizes on {{ same_key('lines.size_label', 'sizes.size_label') }}
  where lines.quantity <> 0
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
