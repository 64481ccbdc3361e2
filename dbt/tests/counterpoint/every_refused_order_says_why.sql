-- An order that is neither staged nor settled has a reason that an operator can read.
select judged.business_key
from {{ ref('int_counterpoint__documents_judged') }} as judged
left join {{ ref('int_counterpoint__documents_refused') }} as refused
  on {{ same_key('judged.business_key', 'refused.business_key') }}
where judged.placement = 'REFUSED' and judged.is_refused_here = 1 and refused.business_key is null
