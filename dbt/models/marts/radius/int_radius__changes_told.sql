{{ config(tags=['settle']) }}
{# What was changed in the ERP on behalf of orders, and what that was before: accepted and refused operations on objects
   that stood already, with the values told before by the same object. A reference that was never told
   before is the one that the order bore until then. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

operations as (
  select
    event.event_id,
    event.instance,
    event.entity,
    {{ plain('event.business_key') }} as business_key,
    event.operation,
    event.outcome,
    event.message,
    event.run_id,
    event.occurred_at,
    intent.fields,
    coalesce(
      {{ json_member('intent.fields', 'quantity') }},
      case when event.entity = 'so2_references' then {{ json_member('intent.fields', 'custref') }} end
    ) as new_value
  from {{ source('ledger_after', 'delivery_event') }} as event
  inner join context on event.instance = context.instance
  inner join {{ source('ledger_after', 'delivery_event') }} as intent
    on event.instance = intent.instance
    and event.entity = intent.entity
    and event.business_key = intent.business_key
    and event.intent_id = intent.intent_id
    and intent.kind = 'INTENT'
  where event.kind = 'OUTCOME'
    and event.entity in ('po_lines', 'so2_lines', 'so2_references', 'ship_request_lines')
    and event.outcome in ('DELIVERED', 'REJECTED')
),

told as (
  select
    operations.event_id,
    operations.instance,
    operations.entity,
    operations.business_key,
    operations.operation,
    operations.outcome,
    operations.message,
    operations.run_id,
    operations.occurred_at,
    operations.fields,
    operations.new_value,
    lag(operations.new_value) over (
      partition by operations.entity, {{ exact('operations.business_key') }},
        case when operations.outcome = 'DELIVERED' and operations.new_value is not null then 1 else 0 end
      order by operations.event_id
    ) as old_value
  from operations
),

references_seen as (
  select
    told.event_id,
    {{ plain('headers.custref') }} as custref,
    row_number() over (partition by told.event_id order by headers.dbt_valid_to desc) as place
  from told
  inner join {{ ref('so4_header_snapshot') }} as headers
    on {{ same_key('told.business_key', 'headers.order_key') }} and headers.dbt_valid_to <= told.occurred_at
  where told.entity = 'so2_references'
    and told.old_value is null
    and {{ differs('headers.custref', 'told.new_value') }}
),

final as (
  select
    told.event_id,
    {{ plain('delivery.parent_key') }} as order_key,
    {{ json_member('bought.told', 'so4_line') }} as so4_line,
    delivery.remote_id,
    told.entity,
    told.business_key,
    told.operation,
    told.outcome,
    told.message,
    told.run_id,
    told.occurred_at,
    told.fields,
    coalesce(told.old_value, references_seen.custref) as old_value,
    told.new_value
  from told
  inner join {{ source('ledger_after', 'delivery') }} as delivery
    on told.instance = delivery.instance
    and told.entity = delivery.entity
    and {{ same_key('told.business_key', 'delivery.business_key') }}
  left join {{ source('ledger_after', 'delivery') }} as bought
    on told.instance = bought.instance
    and bought.entity = 'po_lines'
    and {{ same_key('told.business_key', 'bought.business_key') }}
  left join references_seen on told.event_id = references_seen.event_id and references_seen.place = 1
  where delivery.parent_key is not null and told.operation like 'set:%'
)

select * from final
