{{ config(tags=['settle']) }}
{# Which line of a purchase order buys the film of which line of a plant-4 order: one row per requirement, so that a line
   whose film is required in two kinds has two. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

bought as (
  select
    {{ plain('delivery.parent_key') }} as order_key,
    delivery.remote_id,
    delivery.created_at,
    {{ json_member('delivery.told', 'so4_line') }} as so4_line
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance
  where delivery.entity = 'po_lines'
    and delivery.parent_key is not null
    and delivery.remote_id is not null
    and delivery.state not in ('ARCHIVED', 'FORGOTTEN')
),

final as (
  select
    try_cast(bought.order_key as int) as so4_sordernum,
    cast(coalesce(try_cast(bought.so4_line as int), 1) as int) as so4_linenum,
    try_cast({{ part_before('bought.remote_id', '/') }} as int) as po_num,
    try_cast({{ part_behind('bought.remote_id', '/') }} as int) as po_linenum,
    cast(bought.created_at as {{ instant() }}) as created_ts
  from bought
)

select * from final
