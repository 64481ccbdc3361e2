{# Body of a refused model of an entity without parent whose rules are those of its mapping: one row per broken rule.
   `noun` and `key_name` begin the sentence. #}
{% macro refused_by_rules(mapping_model, judged, noun, key_name) %}
  {%- set columns = mapping_columns(mapping_model) -%}
  {%- set meta = mapping_meta(mapping_model) -%}
  {%- set system = meta.get('system', 'monday') -%}
  {%- set batch = meta.get('batch', 'business_key') %}

with refused as (
  select
    judged.business_key,
    judged.broken_rules,
    judged.staged_at,
    judged.{{ adapter.quote(batch) }} as batch_name
    {{- filter_columns(mapping_model, 'judged') }},
    {{ json_row('judged', columns) }} as row_json
  from {{ judged }} as judged
  where judged.placement = 'REFUSED' and judged.broken_rules is not null
),

mapped_rules as (
  {{- unlisted('refused', 'broken_rules', ['business_key'], ['rule', 'column', 'value']) | indent(2) }}
),

explained as (
  select
    refused.*,
    mapped_rules.listed_rule as rule_name,
    mapped_rules.listed_column as column_name,
    mapped_rules.listed_value as value,
    {{ of_rule(system, 'mapped_rules.listed_rule', 0) }} as error_class,
    {{ of_rule(system, 'mapped_rules.listed_rule', 1) }} as what_is_wrong,
    {{ of_rule(system, 'mapped_rules.listed_rule', 2) }} as what_clears_it,
    concat({{ literal('(' ~ key_name ~ ' ') }}, refused.business_key, ')') as named
  from refused
  inner join mapped_rules on {{ same_key('refused.business_key', 'mapped_rules.business_key') }}
),

final as (
  select
    explained.business_key,
    explained.error_class,
    explained.rule_name as error_type,
    explained.column_name,
    explained.value,
    {{ refusal_sentence(noun, 'explained') }} as message,
    explained.what_clears_it,
    explained.batch_name
    {%- for name in meta.get('filters', {}) %},
    explained.{{ name }}
    {%- endfor %},
    explained.staged_at as since,
    explained.row_json
  from explained
)

select * from final
{% endmacro %}
