{{ config(tags=['stage']) }}
{# Film that a job requires for another day than its purchase order was told. #}
with requirements as (
  select
    requirements.*,
    cast(requirements.SOrderNum as nvarchar(200)) as order_key
  from {{ ref('int_radius__requirements') }} as requirements
  where {{ is_printed_film('requirements.ItemCode') }}
),

told as (
  select * from {{ ref('int_radius__told_chain') }}
  where entity = 'po_lines'
),

final as (
  select
    cast(requirements.order_key as nvarchar(200)) as business_key,
    cast(requirements.SOrderNum as int) as sordernum,
    cast(requirements.JobCode as nvarchar(50)) as jobcode,
    cast(requirements.ReqGroupCode as nvarchar(50)) as reqgroupcode,
    cast(requirements.ItemCode as nvarchar(50)) as itemcode,
    cast(told.required_date as date) as old_date,
    cast(requirements.required_date as date) as new_date,
    cast(told.remote_id as nvarchar(100)) as po_line,
    cast(known.hold_code as nvarchar(100)) as held_as,
    cast(
      case
        when known.hold_code is null then 'the next run'
        else {{ what_a_hold_waits_for('known.hold_code') }}
      end as nvarchar(200)
    ) as waits_for
  from requirements
  inner join told on {{ same_key('requirements.requirement_key', 'told.business_key') }}
  inner join {{ ref('int_radius__orders_known') }} as known
    on {{ same_key('requirements.order_key', 'known.business_key') }}
  where known.state not in ('ARCHIVED', 'FORGOTTEN')
    and {{ differs('told.required_date', 'requirements.required_date', 'date') }}
)

select * from final
