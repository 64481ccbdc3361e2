{{ config(tags=['settle']) }}
{%- set meta = mapping_meta('int_monday__items_mapped') -%}
{%- set filters = meta.get('filters', {}) %}

with context as (
  {{- context_of('monday', 'subitems', 'ledger_after') | indent(2) }}
),

standing as (
  {{- standing_refusals('subitems', ref('int_monday__subitems_judged')) | indent(2) }}
),

found as (
  select
    refused.business_key,
    refused.parent_key,
    refused.error_class,
    refused.error_type,
    refused.column_name,
    refused.value,
    refused.message,
    refused.what_clears_it,
    cast(null as {{ instant() }}) as next_attempt,
    0 as attempts
    {%- for name in filters %},
    refused.{{ name }}
    {%- endfor %},
    refused.order_number,
    refused.since,
    refused.row_json
  from {{ ref('int_monday__subitems_refused') }} as refused
),

parents as (
  select
    delivery.instance,
    {{ plain('delivery.business_key') }} as business_key,
    coalesce(delivery.told, delivery.tried) as row_json
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance
  where delivery.entity = 'items'
),

told as (
  select
    standing.business_key,
    standing.parent_key,
    coalesce(standing.error_class, 'unknown') as error_class,
    standing.error_code as error_type,
    standing.error_field as column_name,
    {{ json_member_named('standing.row_json', 'standing.error_field') }} as value,
    concat(
      'Order ', {{ json_member('parents.row_json', 'AAG ORDER NUMBER') }}, ' (line ', standing.business_key, '): ',
      case when standing.error_field is null then '' else concat(standing.error_field, ' ') end,
      standing.error_message,
      '. Next: ', {{ refusal_clearance('monday', 'standing') }}, '.'
    ) as message,
    {{ refusal_clearance('monday', 'standing') }} as what_clears_it,
    standing.next_attempt,
    standing.attempt as attempts
    {%- for name, column in filters.items() %},
    {{ json_member('parents.row_json', column) }} as {{ name }}
    {%- endfor %},
    {{ json_member('parents.row_json', 'AAG ORDER NUMBER') }} as order_number,
    standing.updated_at as since,
    standing.row_json
  from standing
  left join parents on {{ same_key('standing.parent_key', 'parents.business_key') }}
),

errors as (
  select * from found
  union all
  select * from told
),

final as (
  select
    cast(errors.business_key as nvarchar(200)) as business_key,
    cast(errors.parent_key as nvarchar(200)) as parent_key,
    cast(errors.error_class as nvarchar(100)) as error_class,
    cast(errors.error_type as nvarchar(200)) as error_type,
    cast(errors.column_name as nvarchar(200)) as column_name,
    cast(errors.value as {{ long_text() }}) as value,
    cast(errors.message as {{ long_text() }}) as message,
    cast(
      count(*) over (partition by errors.error_class, errors.error_type, errors.column_name) as bigint
    ) as shared_by,
    cast(errors.what_clears_it as nvarchar(400)) as what_clears_it,
    cast(errors.next_attempt as {{ instant() }}) as next_attempt,
    cast(errors.attempts as int) as attempts,
    cast(errors.source_customer as nvarchar(200)) as batch_name
    {%- for name, column in filters.items() %},
    cast(errors.{{ name }} as {{ filter_type('int_monday__items_mapped', column) }}) as {{ name }}
    {%- endfor %},
    cast(errors.order_number as nvarchar(200)) as order_number,
    cast(errors.since as {{ instant() }}) as since,
    cast(errors.row_json as {{ long_text() }}) as row_json
  from errors
)

select * from final
