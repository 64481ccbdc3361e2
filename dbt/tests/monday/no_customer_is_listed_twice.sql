-- A name that stands twice in the customer list, in whatever case, would double every order of that customer.
select
  upper(trim(source_name)) as source_name,
  count(*) as times
from {{ ref('monday_customers') }}
group by upper(trim(source_name))
having count(*) > 1
