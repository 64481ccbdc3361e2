{# Select of the refusals of a destination that still stand after a delivery: the rows it rejected, the objects that
   are gone, the ambiguous ones of an adoption; less those the staging found fit to be sent again and nobody has
   sent since, and those whose source row is no longer there to be told. `judged` is the verdict model of the
   entity. #}
{% macro standing_refusals(entity, judged) %}
  select
    {{ plain('delivery.business_key') }} as business_key,
    {{ plain('delivery.parent_key') }} as parent_key,
    delivery.instance,
    delivery.state,
    delivery.error_class,
    delivery.error_code,
    delivery.error_field,
    delivery.error_message,
    delivery.next_attempt,
    delivery.attempt,
    delivery.updated_at,
    coalesce(delivery.tried, delivery.told) as row_json
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = {{ literal(entity) }}
  left join {{ judged }} as judged
    on {{ same_key('delivery.business_key', 'coalesce(judged.previous_key, judged.business_key)') }}
    and judged.ledger_state in ('REJECTED', 'GONE', 'AMBIGUOUS', 'FORGOTTEN')
  where delivery.state in ('REJECTED', 'GONE', 'AMBIGUOUS', 'FORGOTTEN')
    and not (judged.business_key is not null and judged.revision = delivery.revision and judged.placement <> 'REFUSED')
    and not (judged.business_key is null and delivery.told is null and delivery.updated_at <= context.set_at)
    and not (judged.business_key is null and delivery.state = 'FORGOTTEN')
{% endmacro %}


{# What clears a refusal of a destination, by error class. #}
{% macro refusal_clearance(system, row) %}
  {%- set texts = {
    'fix the row': 'correct the value in ' ~ words_of(system).source ~ '; a changed value is sent again by itself',
    'fix the mapping': 'change the mapping; the rows it touches are sent again by themselves',
    'fix elsewhere': 'do there what the message says, then retry the row',
    'fix access': 'give the access the message names, then resume the system',
    'wait': 'nothing to do: it is tried again by itself',
    'unknown': 'nothing to do: it is looked up by itself',
  } -%}
  {%- set whens = [] -%}
  {%- for name, text in texts.items() -%}
    {%- do whens.append('when ' ~ row ~ '.error_class = ' ~ literal(name) ~ ' then ' ~ literal(text)) -%}
  {%- endfor -%}
  {{- return(
    "case\n      when " ~ row ~ ".state = 'GONE' then " ~ literal('decide whether to recreate it there or to forget it')
    ~ "\n      when " ~ row ~ ".state = 'FORGOTTEN' then " ~ literal('nothing, it was given up; retry it with --recreate to have it after all')
    ~ "\n      when " ~ row ~ ".state = 'AMBIGUOUS' then " ~ literal('say which of the objects there it is')
    ~ '\n      ' ~ whens | join('\n      ') ~ "\n      else " ~ literal('look at the message, then retry the row') ~ '\n    end'
  ) -}}
{% endmacro %}
