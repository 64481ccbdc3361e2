{{ config(materialized='view') }}
{# The verdict on every order that needs a look: STAGED to be walked, REFUSED with an error, or SETTLED after all. NEW are
   those that were never walked; a held order is walked again by every run, and a refused one when it says something
   else, when its time has come, or when an operator touched it or its chain. #}
{%- set columns = mapping_columns('int_radius__orders_mapped') %}

with compared as (
  select * from {{ ref('int_radius__orders_compared') }}
),

final as (
  select
    compared.business_key,
    compared.previous_key,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then 'STAGED'
      when compared.broken_rules is not null or compared.problem is not null then 'REFUSED'
      when compared.ledger_state in ('GONE', 'AMBIGUOUS', 'FORGOTTEN') then 'REFUSED'
      when compared.refusal_stands = 1 and compared.is_chain_touched = 0 then 'REFUSED'
      when compared.ledger_state in ('HELD', 'RETRY', 'REJECTED') then 'STAGED'
      when compared.is_told = 0 or compared.is_different = 1 or compared.look_reason is not null then 'STAGED'
      else 'SETTLED'
    end as placement,
    case
      when compared.in_source = 0 then 'UNCHANGED'
      when compared.is_told = 0 and coalesce(compared.ledger_state, 'ARCHIVED') = 'ARCHIVED' then 'NEW'
      when compared.is_told = 0 and compared.ledger_state = 'RETRY' and compared.error_class is null then 'NEW'
      when compared.changed_fields is not null then 'CHANGED'
      when compared.look_reason is not null and coalesce(compared.ledger_state, '') <> 'HELD' then 'CHANGED'
      else 'UNCHANGED'
    end as change_type,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then 'IN_DOUBT'
      when compared.ledger_state in ('RETRY', 'REJECTED') then 'RETRY'
      else 'PENDING'
    end as stg_status,
    compared.look_reason as stg_reason,
    case when compared.broken_rules is not null or compared.problem is not null then 1 else 0 end as is_refused_here,
    compared.in_source,
    compared.is_told,
    compared.ledger_state,
    compared.broken_rules,
    compared.problem,
    compared.changed_fields,
    compared.revision,
    compared.remote_id,
    compared.attempt,
    compared.error_class,
    compared.error_message,
    compared.staged_at
    {%- for column in columns %},
    compared.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from compared
)

select * from final
