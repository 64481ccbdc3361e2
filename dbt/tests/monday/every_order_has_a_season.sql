{{ config(severity='warn') }}
-- Orders without any season stand in a group called UNKNOWN_SEASON until somebody gives them one.
select
  {{ adapter.quote('SOURCE CUSTOMER NAME') }} as source_customer,
  count(*) as order_lines
from {{ ref('int_monday__items_mapped') }}
where {{ adapter.quote('AAG SEASON') }} is null
  and {{ adapter.quote('CUSTOMER SEASON') }} is null
  and broken_rules is null
group by {{ adapter.quote('SOURCE CUSTOMER NAME') }}
