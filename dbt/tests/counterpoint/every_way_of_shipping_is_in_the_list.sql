{{ config(severity='warn') }}
-- A way of shipping that the list does not have leaves the document without a ship-via code: one row per such way.
select
  {{ adapter.quote('SHIP_VIA') }} as unknown_way_of_shipping,
  count(*) as orders
from {{ ref('STG_CP_Orders') }}
where {{ adapter.quote('SHIP_VIA') }} is not null and {{ adapter.quote('SHIP_VIA_COD') }} is null
group by {{ adapter.quote('SHIP_VIA') }}
