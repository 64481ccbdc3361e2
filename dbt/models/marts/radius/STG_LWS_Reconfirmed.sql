{{ config(tags=['stage']) }}
{# 2C: orders that wait for plant 2 and whose plant-2 job makes by now what their purchase order asks for, all of it. #}
with waiting as (
  select
    orders.business_key,
    orders.sordernum,
    orders.so_p2,
    orders.job_p2,
    known.hold_code,
    known.hold_since
  from {{ ref('int_radius__orders_mapped') }} as orders
  inner join {{ ref('int_radius__orders_known') }} as known
    on {{ same_key('orders.business_key', 'known.business_key') }}
  where {{ waits_for_plant_2('known.hold_code') }}
),

purchased as (
  select
    {{ exact('told.order_key') }} as order_key,
    {{ exact(core_item('told.item')) }} as core_item,
    sum(told.quantity) as target_qty
  from {{ ref('int_radius__told_chain') }} as told
  where told.entity = 'po_lines'
  group by {{ exact('told.order_key') }}, {{ exact(core_item('told.item')) }}
),

made as (
  select
    cast(lines.SOrderNum as nvarchar(20)) as so_p2,
    {{ exact('lines.JobCode') }} as job_p2,
    {{ exact(core_item('lines.ItemCode')) }} as core_item,
    sum(lines.OrderedQty) as job_qty
  from {{ source('raw_radius', 'raw_radius__job_lines_p2') }} as lines
  group by lines.SOrderNum, {{ exact('lines.JobCode') }}, {{ exact(core_item('lines.ItemCode')) }}
),

compared as (
  select
    waiting.*,
    {{ plain('purchased.core_item') }} as core_item,
    purchased.target_qty,
    made.job_qty,
    min(case when abs(made.job_qty - purchased.target_qty) <= 0.0001 then 1 else 0 end) over (
      partition by waiting.business_key
    ) as is_reconfirmed
  from waiting
  inner join purchased on {{ same_key('waiting.business_key', 'purchased.order_key') }}
  left join made
    on waiting.so_p2 = made.so_p2
    and {{ same_key('waiting.job_p2', 'made.job_p2') }}
    and {{ same_key('purchased.core_item', 'made.core_item') }}
),

final as (
  select
    cast(compared.business_key as nvarchar(200)) as business_key,
    cast(compared.sordernum as int) as sordernum,
    cast(compared.so_p2 as nvarchar(20)) as so_p2,
    cast(compared.job_p2 as nvarchar(50)) as job_p2,
    cast(concat('1600-', compared.core_item) as nvarchar(50)) as itemcode,
    cast(compared.target_qty as decimal(18,3)) as target_qty,
    cast(compared.job_qty as decimal(18,3)) as job_qty,
    cast(compared.hold_code as nvarchar(100)) as held_as,
    cast(compared.hold_since as {{ instant() }}) as held_since,
    cast('the next run: the plant-2 job was reconfirmed' as nvarchar(200)) as waits_for
  from compared
  where compared.is_reconfirmed = 1
)

select * from final
