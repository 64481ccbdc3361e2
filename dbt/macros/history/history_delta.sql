{# Body of a delta that feeds a snapshot: what a source says differently from the open versions of its history, and
   what is gone from it, with its last values and source_removed 1. Only these reach the snapshot.
   `rows` is a relation with `order_key` and the columns `names`, one row per key. #}
{% macro history_delta(snapshot, rows, names) %}
  {%- set kept = kept_columns(snapshot) %}

with current_rows as (
  select
    source_rows.order_key
    {%- for name in names %},
    {{ as_kept('source_rows.' ~ adapter.quote(name), kept.get(name)) }} as {{ adapter.quote(name) }}
    {%- endfor %}
  from {{ rows }} as source_rows
),
{% if kept %}

open_versions as (
  select
    order_key,
    source_removed
    {%- for name in names if name in kept %},
    {{ adapter.quote(name) }}
    {%- endfor %}
  from {{ snapshot_relation(snapshot) }}
  where dbt_valid_to is null
),

differing as (
  select
    current_rows.*,
    0 as source_removed
  from current_rows
  left join open_versions on {{ same_key('current_rows.order_key', 'open_versions.order_key') }}
  where {{ is_another_version('current_rows', 'open_versions', names | select('in', kept), kept) }}
),

removed as (
  select
    open_versions.order_key
    {%- for name in names %},
    {{ 'open_versions.' ~ adapter.quote(name) if name in kept else as_kept('null', none) }} as {{ adapter.quote(name) }}
    {%- endfor %},
    1 as source_removed
  from open_versions
  left join current_rows on {{ same_key('open_versions.order_key', 'current_rows.order_key') }}
  where current_rows.order_key is null and open_versions.source_removed = 0
),

final as (
  select * from differing
  union all
  select * from removed
)
{%- else %}

final as (
  select
    current_rows.*,
    0 as source_removed
  from current_rows
)
{%- endif %}

select * from final
{% endmacro %}
