{# Body of a guard: one row of counts that says whether a staging of these entities knows what to compare with. What
   leads to a delivery is built after the test of this row. #}
{% macro guard_of(pipeline, entities) %}
  {%- set named = [] -%}
  {%- for entity in entities -%}{%- do named.append(literal(entity)) -%}{%- endfor %}

with final as (
  select
    {{ entities | length }} as entities,
    count(*) as contexts,
    count(distinct instance) as instances
  from {{ source('ledger', 'staging_context') }}
  where system = {{ literal(pipeline) }} and entity in ({{ named | join(', ') }})
)

select * from final
{% endmacro %}
