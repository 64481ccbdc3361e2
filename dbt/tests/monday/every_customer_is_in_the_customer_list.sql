{{ config(severity='warn') }}
-- A customer the list does not know is passed on under the name the order list has: one row per such name.
select
  {{ adapter.quote('SOURCE CUSTOMER NAME') }} as unknown_customer,
  count(*) as order_lines
from {{ ref('int_monday__items_mapped') }}
where customer_status = 'unknown' and {{ adapter.quote('SOURCE CUSTOMER NAME') }} is not null
group by {{ adapter.quote('SOURCE CUSTOMER NAME') }}
