{# Items that the board was told, or was to be told, and the order list no longer has. Where a new row agrees
   with one in every identity column, the order was reloaded under another key: rekeyed_to names it. Several that
   agree are paired in order of their keys. Rows without a key are left out late: asked of every row, that condition
   costs DuckDB more than finding the few that agree. #}
{%- set identity = [] -%}
{%- for column in mapping_columns('int_monday__items_mapped') if column.name in mapping_meta('int_monday__items_mapped').identity -%}
  {%- do identity.append(column) -%}
{%- endfor %}

with context as (
  {{- context_of('monday', 'items') | indent(2) }}
),

known as (
  select told.business_key, 1 as is_told
  from {{ ref('told_monday__items') }} as told
  inner join context on told.instance = context.instance
  union all
  select {{ plain('delivery.business_key') }} as business_key, 0 as is_told
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where {{ was_not_told() }}
),

gone as (
  select
    known.business_key,
    known.is_told
  from known
  left join {{ ref('int_monday__order_keys') }} as orders
    on {{ same_key('known.business_key', 'orders.business_key') }}
  where orders.business_key is null
),

missing as (
  select
    gone.business_key
    {%- for column in identity %},
    told.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from gone
  inner join {{ ref('told_monday__items') }} as told
    on {{ same_key('gone.business_key', 'told.business_key') }}
  inner join context on told.instance = context.instance
  where told.state <> 'GONE'
),

candidates as (
  select
    mapped.business_key
    {%- for column in identity %},
    mapped.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ ref('int_monday__items_mapped') }} as mapped
  where exists (
    select 1
    from missing
    where {{ all_same('missing', 'mapped', identity) }}
  )
),

owned as (
  select {{ plain('delivery.business_key') }} as business_key
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  inner join candidates on {{ same_key('candidates.business_key', 'delivery.business_key') }}
  where delivery.state <> 'ARCHIVED'
),

fresh as (
  select candidates.*
  from candidates
  left join owned on {{ same_key('candidates.business_key', 'owned.business_key') }}
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('candidates.business_key', 'duplicated.business_key') }}
  where candidates.business_key is not null
    and owned.business_key is null
    and duplicated.business_key is null
),

numbered_missing as (
  select
    missing.*,
    row_number() over (
      partition by {{ partition_of('missing', identity) }} order by missing.business_key
    ) as place
  from missing
),

numbered_fresh as (
  select
    fresh.*,
    row_number() over (
      partition by {{ partition_of('fresh', identity) }} order by fresh.business_key
    ) as place
  from fresh
),

rekeyed as (
  select
    numbered_missing.business_key,
    numbered_fresh.business_key as rekeyed_to
  from numbered_missing
  inner join numbered_fresh
    on numbered_missing.place = numbered_fresh.place
    and {{ all_same('numbered_missing', 'numbered_fresh', identity) }}
),

final as (
  select
    gone.business_key,
    gone.is_told,
    rekeyed.rekeyed_to
  from gone
  left join rekeyed on {{ same_key('gone.business_key', 'rekeyed.business_key') }}
)

select * from final
