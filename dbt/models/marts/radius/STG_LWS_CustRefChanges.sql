{{ config(tags=['stage']) }}
{# 2D: plant-4 orders whose customer's reference is another than their plant-2 order was told. #}
with told as (
  select * from {{ ref('int_radius__told_chain') }}
  where entity = 'so2_references'
),

final as (
  select
    cast(orders.business_key as nvarchar(200)) as business_key,
    cast(orders.sordernum as int) as sordernum,
    cast(told.remote_id as nvarchar(100)) as so_p2,
    cast(told.custref as nvarchar(200)) as old_custref,
    cast(orders.custref as nvarchar(200)) as new_custref,
    cast(known.hold_code as nvarchar(100)) as held_as,
    cast('the next run: it holds nothing up' as nvarchar(200)) as waits_for
  from {{ ref('int_radius__orders_mapped') }} as orders
  inner join told on {{ same_key('orders.business_key', 'told.order_key') }}
  inner join {{ ref('int_radius__orders_known') }} as known
    on {{ same_key('orders.business_key', 'known.business_key') }}
  where known.state not in ('ARCHIVED', 'FORGOTTEN')
    and {{ differs("coalesce(told.custref, '')", "coalesce(orders.custref, '')") }}
)

select * from final
