{# Select of the row that says what a staging of one entity of a pipeline compares with: instance, run, guards.
   `ledger` is the source to read it from, so that the settling does not hang on what the stage reads. #}
{% macro context_of(pipeline, entity, ledger='ledger') %}
  select *
  from {{ source(ledger, 'staging_context') }}
  where system = {{ literal(pipeline) }} and entity = {{ literal(entity) }}
{% endmacro %}


{# Condition on a ledger row (alias `row`): by our word a live object holds the values in `told`. #}
{% macro is_told(row) %}
  {{- return(row ~ '.told is not null and ' ~ row ~ ".state not in ('ARCHIVED', 'FORGOTTEN')") -}}
{% endmacro %}
