{# One row of counts that decides whether a staging may go on: what the run says, what the order list has, and how
   much of what the board was told would be archived or moved. Everything that leads to a delivery is built after
   the tests of this row. #}
with context as (
  {{- context_of('monday', 'items') | indent(2) }}
),

orders as (
  select count(*) as source_rows from {{ ref('stg_monday__orders') }}
),

told as (
  select count(*) as told_items
  from {{ ref('told_monday__items') }} as told
  inner join context on told.instance = context.instance
),

gone as (
  select
    count(rekeyed_to) as rekeyed_items,
    count(*) - count(rekeyed_to) as removed_items
  from {{ ref('int_monday__items_gone') }}
  where is_told = 1
),

instances as (
  select
    count(*) as contexts,
    count(distinct instance) as instances
  from {{ source('ledger', 'staging_context') }}
  where system = 'monday' and entity in ('items', 'subitems')
),

final as (
  select
    instances.contexts,
    instances.instances,
    orders.source_rows,
    told.told_items,
    gone.removed_items,
    gone.rekeyed_items,
    context.max_removed_share,
    context.max_rekeyed,
    context.allow_removals
  from instances
  cross join orders
  cross join told
  cross join gone
  left join context on 1 = 1
)

select * from final
