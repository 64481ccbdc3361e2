{# Body of a conservation test: each key of the source and of what was told stands in exactly one place: staged,
   refused, or neither because there is nothing to tell. `judged` is the verdict model, `closed_when` a condition on
   `mapped` and `told` under which a row that says something else needs no telling. One row per key that is lost or
   doubled. #}
{% macro conservation_of(pipeline, entity, mapping_model, told, judged, staging, closed_when='1 = 0') %}
  {%- set compared = compared_columns(mapping_model) %}

with context as (
  {{- context_of(pipeline, entity) | indent(2) }}
),

told as (
  select told_rows.*
  from {{ told }} as told_rows
  inner join context on told_rows.instance = context.instance
),

staged as (
  select
    {{ exact('business_key') }} as business_key,
    count(*) as times
  from {{ ref(staging) }}
  group by {{ exact('business_key') }}
),

refused as (
  select
    {{ exact('business_key') }} as business_key,
    count(*) as times
  from {{ judged }}
  where placement = 'REFUSED'
  group by {{ exact('business_key') }}
),

placed as (
  select
    coalesce(mapped.business_key, told.business_key) as business_key,
    coalesce(staged.times, 0) as staged_times,
    coalesce(refused.times, 0) as refused_times,
    case
      when mapped.business_key is null then 1
      when {{ closed_when }} then 1
      when told.business_key is null then 0
      when {{ any_differs('mapped', 'told', compared) }} then 0
      else 1
    end as nothing_to_tell
  from {{ ref(mapping_model) }} as mapped
  full outer join told on {{ same_key('mapped.business_key', 'told.business_key') }}
  left join staged
    on {{ same_key('coalesce(mapped.business_key, told.business_key)', 'staged.business_key') }}
  left join refused
    on {{ same_key('coalesce(mapped.business_key, told.business_key)', 'refused.business_key') }}
)

select
  business_key,
  staged_times,
  refused_times,
  nothing_to_tell
from placed
where staged_times + refused_times > 1
  or (staged_times + refused_times = 0 and nothing_to_tell = 0)
{% endmacro %}
