-- An order that dbt refuses has a reason that an operator can read.
select judged.business_key
from {{ ref('int_radius__orders_judged') }} as judged
left join {{ ref('int_radius__orders_refused') }} as refused
  on {{ same_key('judged.business_key', 'refused.business_key') }}
where judged.placement = 'REFUSED' and judged.is_refused_here = 1 and refused.business_key is null
