{{ config(materialized='view') }}
{# The verdict on every item that needs a look: STAGED for delivery, REFUSED with an error, or SETTLED after all;
   what kind of change it is, and whether it may go. #}
{%- set columns = mapping_columns('int_monday__items_mapped') -%}
{%- set meta = mapping_meta('int_monday__items_mapped') %}

with compared as (
  select * from {{ ref('int_monday__items_compared') }}
),

final as (
  select
    compared.business_key,
    compared.previous_key,
    case
      when compared.source_rows <> 1 then 'REFUSED'
      when compared.broken_rules is not null or compared.unlanded_cells > 0 then 'REFUSED'
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then 'STAGED'
      when compared.ledger_state in ('GONE', 'AMBIGUOUS', 'FORGOTTEN') then 'REFUSED'
      when compared.refusal_stands = 1 then 'REFUSED'
      when compared.is_told = 0 or compared.in_source = 0 then 'STAGED'
      when compared.is_different = 1 or compared.previous_key is not null then 'STAGED'
      when compared.ledger_state in ('RETRY', 'REJECTED') then 'STAGED'
      else 'SETTLED'
    end as placement,
    case
      when compared.in_source = 0 then 'REMOVED'
      when compared.is_told = 0 then 'NEW'
      when compared.is_different = 0 and compared.previous_key is not null then 'REKEYED'
      when compared.is_different = 0 then 'UNCHANGED'
      when compared.is_cancelled = 1 and compared.was_cancelled = 0 then 'CANCELLED'
      else 'CHANGED'
    end as change_type,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then 'IN_DOUBT'
      when compared.customer_status = 'review' then 'HELD'
      when compared.ledger_state in ('RETRY', 'REJECTED') then 'RETRY'
      else 'PENDING'
    end as stg_status,
    case
      when compared.ledger_state in ('SENDING', 'IN_DOUBT') then null
      when compared.customer_status = 'review' then 'customer not approved'
    end as stg_reason,
    compared.in_source,
    compared.source_rows,
    compared.unlanded_cells,
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
    {%- for column in columns %},
    compared.{{ adapter.quote(column.name) }}
    {%- endfor %}
  from compared
)

select * from final
