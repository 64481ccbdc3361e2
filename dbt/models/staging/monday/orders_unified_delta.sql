-- depends_on: {{ ref('int_monday__staging_guard') }}
-- depends_on: {{ ref('int_monday__order_keys') }}
{# What the order list says differently from the open versions of its history: new and changed rows, and rows that
   are gone, with their last values and source_removed 1. Only these reach the snapshot, which costs a third of
   letting it compare the whole list, and re-versions nothing when a column appears. Rows without a usable key
   are refused elsewhere and have no history. Rows that are gone are found by their keys, and only theirs are read
   whole; the versions stand in two CTEs because DuckDB writes down a whole CTE that is named twice. And the key is
   asked for in a case, because DuckDB would ask each row of the list, and make its key twice. #}
{%- set names = mapped_source_columns('int_monday__items_mapped') -%}
{%- set kept = kept_columns('orders_unified_snapshot') %}

with current_orders as (
  select
    orders.order_key
    {%- for name in names %},
    {{ as_kept('orders.' ~ adapter.quote(name), kept.get(name)) }} as {{ adapter.quote(name) }}
    {%- endfor %}
  from {{ ref('stg_monday__orders') }} as orders
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('orders.order_key', 'duplicated.business_key') }}
  where duplicated.business_key is null
),
{% if kept %}

open_versions as (
  select
    order_key,
    source_removed
    {%- for name in names if name in kept %},
    {{ adapter.quote(name) }}
    {%- endfor %}
  from {{ snapshot_relation('orders_unified_snapshot') }}
  where dbt_valid_to is null
),

gone as (
  select versions.order_key
  from {{ snapshot_relation('orders_unified_snapshot') }} as versions
  left join {{ ref('int_monday__order_keys') }} as orders
    on {{ same_key('versions.order_key', 'orders.business_key') }}
  where versions.dbt_valid_to is null
    and versions.source_removed = 0
    and orders.business_key is null
),

differing as (
  select
    current_orders.*,
    0 as source_removed
  from current_orders
  left join open_versions on {{ same_key('current_orders.order_key', 'open_versions.order_key') }}
  where case
      when current_orders.order_key is null then 0
      when open_versions.order_key is null
        or open_versions.source_removed = 1
        {%- for name in names if name in kept %}
        or {{ differs_in_history('current_orders.' ~ adapter.quote(name), 'open_versions.' ~ adapter.quote(name), kept[name]) }}
        {%- endfor %}
        then 1
      else 0
    end = 1
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
{%- else %}

final as (
  select
    current_orders.*,
    0 as source_removed
  from current_orders
  where current_orders.order_key is not null
)
{%- endif %}

select * from final
