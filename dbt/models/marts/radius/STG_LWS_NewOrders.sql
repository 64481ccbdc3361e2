{{ config(tags=['stage']) }}
{# Phase 1: orders that were never walked, oldest first by so_date and number, and what they will wait for first. #}
with final as (
  select
    orders.business_key,
    orders.sordernum,
    orders.so_date,
    orders.status,
    orders.customer,
    orders.custref,
    orders.base_item,
    orders.line_count,
    orders.total_qty,
    orders.lines,
    orders.item_statuses,
    orders.stg_status,
    cast(case when orders.stg_status = 'RETRY' then 1 else 0 end as int) as is_queued,
    orders.staged_at
  from {{ ref('STG_LWS_Orders') }} as orders
  where orders.change_type = 'NEW'
)

select * from final
