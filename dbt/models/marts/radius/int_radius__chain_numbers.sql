{{ config(tags=['settle']) }}
{# The objects of each order's chain by our word, one row per order. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

objects as (
  select
    {{ exact('delivery.parent_key') }} as order_key,
    max(case when delivery.entity = 'jobs_p4' then delivery.remote_id end) as job_p4,
    max(case when delivery.entity = 'po_lines' then {{ part_before('delivery.remote_id', '/') }} end) as po_p4,
    max(
      case when delivery.entity in ('so2_lines', 'so2_references') then {{ part_before('delivery.remote_id', '/') }} end
    ) as so_p2,
    max(case when delivery.entity = 'ship_request_lines' then {{ part_before('delivery.remote_id', '/') }} end) as shipreq_p2,
    max(case when delivery.entity = 'jobs_p2' then delivery.remote_id end) as job_p2
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance
  where delivery.parent_key is not null and delivery.state not in ('ARCHIVED', 'FORGOTTEN')
  group by {{ exact('delivery.parent_key') }}
),

final as (
  select
    {{ plain('objects.order_key') }} as order_key,
    objects.job_p4,
    objects.po_p4,
    objects.so_p2,
    objects.shipreq_p2,
    objects.job_p2
  from objects
)

select * from final
