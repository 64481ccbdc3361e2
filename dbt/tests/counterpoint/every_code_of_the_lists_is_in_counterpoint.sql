{{ config(severity='warn') }}
-- A code that a list names and Counterpoint does not have would be refused with every order that needs it.
with listed as (
  select 'counterpoint_ship_via' as list, ship_via_cod as code from {{ ref('counterpoint_ship_via') }}
  union all
  select 'counterpoint_pay_codes' as list, pay_cod as code from {{ ref('counterpoint_pay_codes') }}
  union all
  select 'counterpoint_taxes' as list, auth_cod as code from {{ ref('counterpoint_taxes') }}
),

known as (
  select 'counterpoint_ship_via' as list, SHIP_VIA_COD as code
  from {{ source('raw_counterpoint', 'raw_counterpoint__ship_via_codes') }}
  union all
  select 'counterpoint_pay_codes' as list, PAY_COD as code
  from {{ source('raw_counterpoint', 'raw_counterpoint__pay_codes') }}
  union all
  select 'counterpoint_taxes' as list, AUTH_COD as code
  from {{ source('raw_counterpoint', 'raw_counterpoint__tax_codes') }}
  where AUTH_COD is not null
)

select distinct
  listed.list,
  listed.code
from listed
left join known on listed.list = known.list and {{ same_key('listed.code', 'known.code') }}
where known.code is null
