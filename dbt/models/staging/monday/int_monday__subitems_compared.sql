-- depends_on: {{ ref('int_monday__staging_guard') }}
{{ config(materialized=kept_as_view()) }}
{# What each size line should say against what the board was told. Only lines that need a look are kept, and only
   what is known of the line itself; its order joins in int_monday__subitems_judged, when few are left. Millions of
   told lines are joined here, so they carry one key, and the former one only where it is another; and DuckDB goes on
   to the verdict without writing them down. #}
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set compared = compared_columns('int_monday__subitems_mapped') %}

with context as (
  {{- context_of('monday', 'subitems') | indent(2) }}
),

unsettled as (
  {{- unsettled_rows('subitems') | indent(2) }}
),

tried as (
  {{- tried_rows('unsettled', 'int_monday__subitems_mapped') | indent(2) }}
),

known as (
  select
    told.business_key,
    told.parent_key,
    1 as is_told,
    told.state,
    told.revision,
    told.remote_id
    {%- for column in columns %},
    told.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ ref('told_monday__subitems') }} as told
  inner join context on told.instance = context.instance
  union all
  select
    {{ plain('delivery.business_key') }} as business_key,
    {{ plain('delivery.parent_key') }} as parent_key,
    0 as is_told,
    delivery.state,
    delivery.revision,
    delivery.remote_id
    {%- for column in columns %},
    cast(null as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where {{ was_not_told() }}
),

told as (
  select
    coalesce(gone.rekeyed_to, known.parent_key) as current_parent_key,
    case
      when gone.rekeyed_to is null then known.business_key
      else concat(
        gone.rekeyed_to,
        substring(known.business_key, {{ length_of('known.parent_key') }} + 1, 200)
      )
    end as current_key,
    case when gone.rekeyed_to is not null then known.business_key end as previous_key,
    known.is_told,
    known.state,
    known.revision,
    known.remote_id
    {%- for column in columns %},
    known.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from known
  left join {{ ref('int_monday__items_gone') }} as gone
    on {{ same_key('known.parent_key', 'gone.business_key') }} and gone.rekeyed_to is not null
),

joined as (
  select
    coalesce(lines.business_key, told.current_key) as business_key,
    coalesce(lines.parent_key, told.current_parent_key) as parent_key,
    told.previous_key,
    coalesce(told.previous_key, told.current_key, lines.business_key) as told_key,
    case when lines.business_key is null then 0 else 1 end as in_source,
    coalesce(told.is_told, 0) as is_told,
    case when {{ any_differs('lines', 'told', compared) }} then 1 else 0 end as is_different,
    lines.broken_rules,
    told.revision,
    told.remote_id,
    case
      when lines.business_key is not null and told.is_told = 1 and {{ any_differs('lines', 'told', compared) }}
        then {{ json_changes('told', 'lines', compared) }}
    end as changed_fields
    {%- for column in columns %},
    case
      when lines.business_key is null then told.{{ adapter.quote(column.name) }}
      else lines.{{ adapter.quote(column.name) }}
    end as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ ref('int_monday__subitems_mapped') }} as lines
  full outer join told on {{ same_key('lines.business_key', 'told.current_key') }}
  where lines.business_key is null
    or told.current_key is null
    or told.state <> 'DELIVERED'
    or told.previous_key is not null
    or lines.broken_rules is not null
    or {{ any_differs('lines', 'told', compared) }}
),

final as (
  select
    joined.business_key,
    joined.parent_key,
    joined.previous_key,
    joined.in_source,
    joined.is_told,
    joined.is_different,
    joined.broken_rules,
    unsettled.state as ledger_state,
    case
      when unsettled.may_stand = 1 and not {{ any_differs('joined', 'tried', compared) }} then 1
      else 0
    end as refusal_stands,
    coalesce(unsettled.revision, joined.revision) as revision,
    coalesce(unsettled.remote_id, joined.remote_id) as remote_id,
    unsettled.attempt,
    unsettled.error_class,
    unsettled.error_message,
    joined.changed_fields
    {%- for column in columns %},
    joined.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from joined
  left join unsettled on {{ same_key('joined.told_key', 'unsettled.business_key') }}
  left join tried on {{ same_key('joined.told_key', 'tried.business_key') }}
)

select * from final
