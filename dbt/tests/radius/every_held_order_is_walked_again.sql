-- A hold ends only by walking the order again: none may fall out of the staging while the ERP shows it.
select known.business_key
from {{ ref('int_radius__orders_known') }} as known
inner join {{ ref('int_radius__orders_mapped') }} as orders
  on {{ same_key('known.business_key', 'orders.business_key') }}
left join {{ ref('int_radius__orders_judged') }} as judged
  on {{ same_key('known.business_key', 'judged.business_key') }}
  and (judged.placement = 'STAGED' or judged.is_refused_here = 1)
where known.state = 'HELD' and judged.business_key is null
