-- depends_on: {{ ref('int_counterpoint__pull_guard') }}
{# What the shop says differently from the open versions of its orders' history. #}
{%- set rows -%}
(select orders.business_key as order_key, orders.* from {{ ref('stg_counterpoint__woo_orders') }} as orders)
{%- endset -%}

{{ history_delta('woo_orders_snapshot', rows, mapped_source_columns('int_counterpoint__staging_rows_mapped')) }}
