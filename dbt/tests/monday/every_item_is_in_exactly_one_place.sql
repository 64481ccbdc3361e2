-- Conservation: each key of the order list and of what was told is staged, or refused, or says exactly what was
-- told; a key that moved counts with the one it moved to. Rows without a usable key are refused once each.
{%- set compared = compared_columns('int_monday__items_mapped') %}

with mapped as (
  select mapped.*
  from {{ ref('int_monday__items_mapped') }} as mapped
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('mapped.business_key', 'duplicated.business_key') }}
  where duplicated.business_key is null and mapped.business_key is not null
),

staged as (
  select business_key
  from {{ ref('STG_MON_CustMasterSchedule') }}
),

moved as (
  select previous_key
  from {{ ref('int_monday__items_judged') }}
  where placement in ('STAGED', 'REFUSED') and previous_key is not null
),

refused as (
  select distinct {{ exact('business_key') }} as business_key
  from {{ ref('int_monday__items_judged') }}
  where placement = 'REFUSED' and business_key is not null
),

placed as (
  select
    coalesce(mapped.business_key, told.business_key) as business_key,
    case when staged.business_key is null then 0 else 1 end as staged_times,
    case when moved.previous_key is null then 0 else 1 end as moved_times,
    case when refused.business_key is null then 0 else 1 end as refused_times,
    case
      when mapped.business_key is null or told.business_key is null then 0
      when {{ any_differs('mapped', 'told', compared) }} then 0
      else 1
    end as says_what_was_told
  from mapped
  full outer join {{ ref('told_monday__items') }} as told
    on {{ same_key('mapped.business_key', 'told.business_key') }}
  left join staged
    on {{ same_key('coalesce(mapped.business_key, told.business_key)', 'staged.business_key') }}
  left join moved
    on {{ same_key('coalesce(mapped.business_key, told.business_key)', 'moved.previous_key') }}
  left join refused
    on {{ same_key('coalesce(mapped.business_key, told.business_key)', 'refused.business_key') }}
),

unusable as (
  select
    (
      select count(*)
      from {{ ref('stg_monday__orders') }}
      where order_key is null
    )
    + (select coalesce(sum(source_rows), 0) from {{ ref('int_monday__orders_duplicated') }}) as source_rows,
    (
      select count(*)
      from {{ ref('int_monday__items_judged') }}
      where placement = 'REFUSED' and source_rows <> 1
    ) as refused_rows
)

select
  business_key,
  staged_times,
  moved_times,
  refused_times,
  says_what_was_told
from placed
where staged_times + moved_times + refused_times > 1
  or (staged_times + moved_times + refused_times = 0 and says_what_was_told = 0)
union all
select
  'rows without a usable key' as business_key,
  source_rows as staged_times,
  0 as moved_times,
  refused_rows as refused_times,
  0 as says_what_was_told
from unusable
where source_rows <> refused_rows
