-- depends_on: {{ ref('int_monday__staging_guard') }}
-- depends_on: {{ ref('int_monday__order_keys') }}
{# What the order list says differently from the open versions of its history: new and changed rows, and rows that
   are gone, with their last values and source_removed 1. Only these reach the snapshot, which costs a third of
   letting it compare the whole list, and re-versions nothing when a column appears. Rows without a usable key
   are refused elsewhere and have no history. What differs and what is gone is found by its key, and only then read
   whole. #}
{%- set names = mapped_source_columns('int_monday__items_mapped') -%}
{%- set kept = kept_columns('orders_unified_snapshot') -%}
{%- set said -%}
    orders.order_key
    {%- for name in names %},
    {{ as_kept('orders.' ~ adapter.quote(name), kept.get(name)) }} as {{ adapter.quote(name) }}
    {%- endfor %}
{%- endset -%}
{%- set current_orders -%}
  select
    {{ said }}
  from {{ ref('stg_monday__orders') }} as orders
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('orders.order_key', 'duplicated.business_key') }}
  where duplicated.business_key is null
{%- endset %}

with {% if kept %}gone as (
  select versions.order_key
  from {{ snapshot_relation('orders_unified_snapshot') }} as versions
  left join {{ ref('int_monday__order_keys') }} as orders
    on {{ same_key('versions.order_key', 'orders.business_key') }}
  where versions.dbt_valid_to is null
    and versions.source_removed = 0
    and orders.business_key is null
),

changed as (
  {{- differing_versions('orders_unified_snapshot', current_orders, names) | indent(2) }}
),

differing as (
  select
    {{ said }},
    0 as source_removed
  from {{ ref('stg_monday__orders') }} as orders
  inner join changed on {{ same_key('orders.order_key', 'changed.order_key') }}
),

removed as (
  select
    versions.order_key
    {%- for name in names %},
    {{ 'versions.' ~ adapter.quote(name) if name in kept else as_kept('null', none) }} as {{ adapter.quote(name) }}
    {%- endfor %},
    1 as source_removed
  from gone
  inner join {{ snapshot_relation('orders_unified_snapshot') }} as versions
    on {{ same_key('gone.order_key', 'versions.order_key') }}
  where versions.dbt_valid_to is null
),

final as (
  select * from differing
  union all
  select * from removed
)
{%- else %}current_orders as (
  {{ current_orders }}
),

final as (
  select
    current_orders.*,
    0 as source_removed
  from current_orders
  where current_orders.order_key is not null
)
{%- endif %}

select * from final
