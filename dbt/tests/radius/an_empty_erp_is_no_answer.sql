-- A read that brings no order at all while some are under way is a failed read: a lost right, another database.
select orders.under_way
from (
  select count(*) as under_way
  from {{ ref('int_radius__guard') }} as guard
  cross join {{ source('ledger', 'delivery') }} as delivery
  inner join {{ source('ledger', 'staging_context') }} as context
    on delivery.instance = context.instance and delivery.entity = context.entity
  where context.system = 'radius' and delivery.state in ('HELD', 'RETRY')
) as orders
where orders.under_way > 0
  and not exists (select 1 from {{ source('raw_radius', 'raw_radius__so4_headers') }})
