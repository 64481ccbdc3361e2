{{ config(tags=['stage']) }}
{# 2B: film that a job requires in another quantity than its purchase order, plant-2 order or ship request was told. #}
with requirements as (
  select
    requirements.*,
    cast(requirements.SOrderNum as nvarchar(200)) as order_key
  from {{ ref('int_radius__requirements') }} as requirements
  where {{ is_printed_film('requirements.ItemCode') }}
),

told as (
  select
    {{ exact('business_key') }} as requirement_key,
    max(case when entity = 'po_lines' then quantity end) as po_qty,
    max(case when entity = 'so2_lines' then quantity end) as so2_qty,
    max(case when entity = 'ship_request_lines' then quantity end) as shipreq_qty,
    max(case when entity = 'po_lines' then remote_id end) as po_line
  from {{ ref('int_radius__told_chain') }}
  where entity in ('po_lines', 'so2_lines', 'ship_request_lines')
  group by {{ exact('business_key') }}
),

final as (
  select
    cast(requirements.order_key as nvarchar(200)) as business_key,
    cast(requirements.SOrderNum as int) as sordernum,
    cast(requirements.JobCode as nvarchar(50)) as jobcode,
    cast(requirements.ReqGroupCode as nvarchar(50)) as reqgroupcode,
    cast(requirements.ItemCode as nvarchar(50)) as itemcode,
    cast(told.po_qty as decimal(18,3)) as old_qty,
    cast(requirements.required_qty as decimal(18,3)) as new_qty,
    cast(told.so2_qty as decimal(18,3)) as so2_qty,
    cast(told.shipreq_qty as decimal(18,3)) as shipreq_qty,
    cast(
      case
        when requirements.required_qty > coalesce(told.so2_qty, told.po_qty) then 'INCREASE'
        when requirements.required_qty < coalesce(told.so2_qty, told.po_qty) then 'DECREASE'
        else 'SAME'
      end as nvarchar(20)
    ) as direction,
    cast(told.po_line as nvarchar(100)) as po_line,
    cast(requirements.confirmation as bigint) as new_confirmation,
    cast(known.hold_code as nvarchar(100)) as held_as,
    cast(
      case
        when told.po_qty <> requirements.required_qty then 'the next run'
        when known.hold_code is null then 'the next run'
        else {{ what_a_hold_waits_for('known.hold_code') }}
      end as nvarchar(200)
    ) as waits_for
  from requirements
  inner join told on {{ same_key('requirements.requirement_key', 'told.requirement_key') }}
  inner join {{ ref('int_radius__orders_known') }} as known
    on {{ same_key('requirements.order_key', 'known.business_key') }}
  where known.state not in ('ARCHIVED', 'FORGOTTEN')
    and (
      told.po_qty <> requirements.required_qty
      or told.so2_qty <> requirements.required_qty
      or told.shipreq_qty <> requirements.required_qty
    )
)

select * from final
