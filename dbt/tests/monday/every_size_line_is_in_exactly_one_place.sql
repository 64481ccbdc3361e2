-- Conservation of size lines: each line of the order list and each told one is staged, or refused, or says exactly
-- what was told; a told line that is in none of these belongs to an order that is gone, or to a cancelled one and
-- is 0 already.
{%- set columns = mapping_columns('int_monday__subitems_mapped') -%}
{%- set compared = compared_columns('int_monday__subitems_mapped') %}

with judged as (
  select business_key, previous_key, placement
  from {{ ref('int_monday__subitems_judged') }}
),

orders as (
  select
    {{ exact('mapped.business_key') }} as business_key,
    max({{ is_cancelled('mapped') }}) as is_cancelled
  from {{ ref('int_monday__items_mapped') }} as mapped
  group by {{ exact('mapped.business_key') }}
),

unjudged as (
  select
    coalesce(lines.business_key, told.business_key) as business_key,
    case when lines.business_key is null then 0 else 1 end as in_source,
    case when {{ any_differs('lines', 'told', compared) }} then 1 else 0 end as is_different,
    told.parent_key
    {%- for column in columns if column.meta.source == 'quantity' %},
    told.{{ adapter.quote(column.name) }} as told_quantity
    {%- endfor %}
  from {{ ref('int_monday__subitems_mapped') }} as lines
  full outer join {{ ref('told_monday__subitems') }} as told
    on {{ same_key('lines.business_key', 'told.business_key') }}
  left join judged
    on {{ same_key('coalesce(lines.business_key, told.business_key)', 'judged.business_key') }}
    and judged.placement <> 'SETTLED'
  left join judged as moved
    on {{ same_key('coalesce(lines.business_key, told.business_key)', 'moved.previous_key') }}
  where judged.business_key is null and moved.previous_key is null
),

lost as (
  select
    unjudged.business_key,
    'lost' as what
  from unjudged
  left join orders on {{ same_key('unjudged.parent_key', 'orders.business_key') }}
  where (unjudged.in_source = 1 and unjudged.is_different = 1)
    or (
      unjudged.in_source = 0
      and orders.business_key is not null
      and not (orders.is_cancelled = 1 and unjudged.told_quantity = 0)
    )
),

twice as (
  select
    {{ exact('business_key') }} as business_key,
    'twice' as what
  from judged
  group by {{ exact('business_key') }}
  having count(*) > 1
)

select business_key, what from lost
union all
select {{ plain('business_key') }} as business_key, what from twice
