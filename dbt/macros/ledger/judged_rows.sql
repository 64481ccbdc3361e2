{# Body of a verdict model of an entity without parent: STAGED for delivery, REFUSED with an error, or SETTLED after
   all; what kind of change it is, and whether it may go. What is in doubt is staged whatever is found about it.
   The conditions speak of a row `compared`: `refused_when` dbt refuses it, `settled_when` there is nothing to tell,
   `held_because` is a text while the business has to decide. #}
{% macro judged_rows(mapping_model, compared, refused_when, settled_when='1 = 0', held_because='null', carried=[]) %}
  {%- set columns = mapping_columns(mapping_model) %}

with compared as (
  select * from {{ compared }}
),

final as (
  select
    compared.business_key,
    compared.previous_key,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then 'STAGED'
      when {{ refused_when }} then 'REFUSED'
      when {{ settled_when }} then 'SETTLED'
      when compared.ledger_state in ('GONE', 'AMBIGUOUS', 'FORGOTTEN') then 'REFUSED'
      when compared.refusal_stands = 1 then 'REFUSED'
      when compared.is_told = 0 or compared.is_different = 1 then 'STAGED'
      when compared.ledger_state in ('RETRY', 'REJECTED') then 'STAGED'
      else 'SETTLED'
    end as placement,
    case
      when compared.in_source = 0 then 'UNCHANGED'
      when compared.is_told = 0 then 'NEW'
      when compared.is_different = 0 then 'UNCHANGED'
      else 'CHANGED'
    end as change_type,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then 'IN_DOUBT'
      when {{ held_because }} is not null then 'HELD'
      when compared.ledger_state in ('RETRY', 'REJECTED') then 'RETRY'
      else 'PENDING'
    end as stg_status,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then null
      else {{ held_because }}
    end as stg_reason,
    case when {{ refused_when }} then 1 else 0 end as is_refused_here,
    compared.in_source,
    compared.is_told,
    compared.ledger_state,
    compared.broken_rules,
    compared.changed_fields,
    compared.revision,
    compared.remote_id,
    compared.attempt,
    compared.error_class,
    compared.error_message,
    compared.staged_at
    {%- for name in carried %},
    compared.{{ name }}
    {%- endfor %}
    {%- for column in columns %},
    compared.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from compared
)

select * from final
{% endmacro %}
