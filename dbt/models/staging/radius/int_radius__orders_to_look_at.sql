{{ config(materialized='view') }}
{# Why orders of which nothing may be new by their own row have to be walked all the same: an object of the chain should
   say something else than it was told, is not settled, or was changed since by an operator; the order is held. #}
with reasons as (
  select
    business_key,
    1 as place,
    concat('held as ', hold_code) as reason
  from {{ ref('int_radius__orders_known') }}
  where state = 'HELD'
  union all
  select
    business_key,
    2 as place,
    concat('line ', so4_linenum, ': ', {{ as_text('old_qty') }}, ' -> ', {{ as_text('new_qty') }}) as reason
  from {{ ref('STG_LWS_QtyChanges') }}
  where was_told = 1
  union all
  select
    business_key,
    3 as place,
    concat(itemcode, ': ', {{ as_text('old_qty') }}, ' -> ', {{ as_text('new_qty') }}) as reason
  from {{ ref('STG_LWS_ReqChanges') }}
  union all
  select
    business_key,
    4 as place,
    concat(itemcode, ': ', {{ iso_date('old_date') }}, ' -> ', {{ iso_date('new_date') }}) as reason
  from {{ ref('STG_LWS_DateChanges') }}
  union all
  select
    business_key,
    5 as place,
    concat('reference: ', old_custref, ' -> ', new_custref) as reason
  from {{ ref('STG_LWS_CustRefChanges') }}
  union all
  select
    orders.business_key,
    6 as place,
    'the plant-4 job was reconfirmed' as reason
  from {{ ref('int_radius__orders_mapped') }} as orders
  inner join (
    select
      {{ exact('order_key') }} as order_key,
      max(confirmation) as confirmation
    from {{ ref('int_radius__told_chain') }}
    where entity = 'so4_lines'
    group by {{ exact('order_key') }}
  ) as confirmed on {{ same_key('orders.business_key', 'confirmed.order_key') }}
  where orders.confirmation > confirmed.confirmation
  union all
  select
    business_key,
    7 as place,
    case when is_chain_open = 1 then 'its chain is not settled' else 'its chain was changed' end as reason
  from {{ ref('int_radius__orders_known') }}
  where is_chain_open = 1 or is_chain_touched = 1
),

final as (
  select
    cast({{ plain('said.business_key') }} as nvarchar(200)) as business_key,
    left(said.look_reason, 400) as look_reason
  from (
    select
      {{ exact('business_key') }} as business_key,
      {{ texts_joined('reason', '; ', ['place', 'reason']) }} as look_reason
    from reasons
    group by {{ exact('business_key') }}
  ) as said
)

select * from final
