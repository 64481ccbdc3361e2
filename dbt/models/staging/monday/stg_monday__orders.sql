{{ config(materialized='view') }}
{# The order list with one key per row and whether it is cancelled, under the source's own column names: those the
   mapping reads and the sizes. A column the source does not have is an empty one, so that drift at the edge breaks
   nothing; a warning test names it. #}
{%- set columns = orders_columns() -%}
{%- set names = columns | map(attribute='name') | list -%}
{%- set sizes = size_columns() -%}

with source as (
  select
    orders_unified.*,
    {{ key_text('orders_unified', columns) }} as key_text
  from {{ source('orders', 'ORDERS_UNIFIED') }} as orders_unified
),

renamed as (
  select
    {{ order_key('source', columns) }} as order_key
    {%- for name in mapped_source_columns('int_monday__items_mapped') %},
    {{ 'source.' ~ adapter.quote(name) if name in names else 'cast(null as ' ~ long_text() ~ ')' }} as {{ adapter.quote(name) }}
    {%- endfor %}
    {%- for name in sizes %},
    source.{{ adapter.quote(name) }}
    {%- endfor %}
  from source
),

with_texts as (
  select
    renamed.*
    {{- order_type_texts('renamed') }}
  from renamed
),

final as (
  select
    with_texts.order_key,
    case when {{ order_is_cancelled('with_texts') }} then 1 else 0 end as is_cancelled
    {%- for name in mapped_source_columns('int_monday__items_mapped') + sizes %},
    with_texts.{{ adapter.quote(name) }}
    {%- endfor %}
  from with_texts
)

select * from final
