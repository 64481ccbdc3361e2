{# Select of the ledger rows of one entity that are more than simply delivered, with what a decision needs: states,
   attempts, what was refused and under which mapping. Few beside the delivered ones. #}
{% macro unsettled_rows(entity) %}
  select
    {{ plain('delivery.business_key') }} as business_key,
    {{ plain('delivery.parent_key') }} as parent_key,
    delivery.state,
    delivery.revision,
    delivery.remote_id,
    delivery.attempt,
    delivery.tried,
    delivery.error_class,
    delivery.error_message,
    {# a refusal stands until its cause may be gone: another mapping, another schema there, or the time has come #}
    case
      when delivery.state = 'REJECTED'
        and coalesce(delivery.mapping_version, '') = context.mapping_version
        and (
          context.schema_version is null
          or coalesce(delivery.schema_version, '') = context.schema_version
        )
        and (delivery.next_attempt is null or delivery.next_attempt > context.set_at)
        then 1
      else 0
    end as may_stand
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where delivery.state <> 'DELIVERED'
{% endmacro %}


{# Select of what refused and held rows would have been told, unpacked; `unsettled` is the relation of the select
   above. #}
{% macro tried_rows(unsettled, mapping_model) %}
  {{- unpacked(
    '(select business_key, tried from ' ~ unsettled ~ " where state in ('REJECTED', 'HELD'))",
    'tried', ['business_key'], mapping_columns(mapping_model)
  ) }}
{% endmacro %}


{# Condition on a row of the ledger that nothing was told of yet. When its source row goes, a run finds out whether it
   was made all the same, or retires it. #}
{% macro was_not_told() -%}
  delivery.told is null and delivery.state in ('SENDING', 'IN_DOUBT', 'HELD', 'RETRY', 'REJECTED')
{%- endmacro %}
