{{ config(tags=['settle']) }}
{# Where every order stands that a run has taken up or an operator decided about, in the words of the workflow's
   documentation: the ledger's row, the last event, the numbers of the chain, what Radius answered last, what was mailed. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

orders as (
  select
    {{ plain('delivery.business_key') }} as business_key,
    delivery.instance,
    delivery.state,
    delivery.error_code,
    delivery.hold_reason,
    delivery.hold_since,
    delivery.error_message,
    delivery.told,
    delivery.tried,
    delivery.updated_at,
    {{ order_status('delivery.state', 'delivery.error_code') }} as status,
    context.set_at
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where delivery.state <> 'ARCHIVED'
),

walks as (
  select
    {{ plain('event.business_key') }} as business_key,
    event.run_id,
    event.operation,
    event.outcome,
    row_number() over (partition by {{ exact('event.business_key') }} order by event.event_id desc) as place
  from {{ source('ledger_after', 'delivery_event') }} as event
  inner join context on event.instance = context.instance and event.entity = context.entity
  where event.kind = 'OUTCOME'
),

objects as (
  select
    {{ plain('delivery.parent_key') }} as order_key,
    delivery.instance,
    delivery.entity,
    {{ plain('delivery.business_key') }} as business_key,
    delivery.state
  from {{ source('ledger_after', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance
  where delivery.parent_key is not null and delivery.state not in ('ARCHIVED', 'FORGOTTEN')
),

said as (
  select
    objects.order_key,
    objects.entity,
    objects.state,
    event.request_id,
    event.outcome,
    row_number() over (
      partition by {{ exact('objects.order_key') }}, case when event.outcome = 'DELIVERED' then 1 else 0 end
      order by event.event_id desc
    ) as place
  from objects
  inner join {{ source('ledger_after', 'delivery_event') }} as event
    on objects.instance = event.instance
    and objects.entity = event.entity
    and {{ same_key('objects.business_key', 'event.business_key') }}
  where event.kind = 'OUTCOME' and event.request_id is not null
),

answers as (
  select
    said.order_key,
    request.answer
  from said
  inner join {{ source('ledger_after', 'delivery_request') }} as request on said.request_id = request.request_id
  where said.place = 1
    and said.outcome <> 'DELIVERED'
    and said.state <> 'DELIVERED'
    and left(request.answer, 2) = '[{'
),

answered as (
  {{- last_of_list('answers', 'answer', ['order_key'], ['entity', 'status', 'error', 'messages', 'payload', 'raw']) | indent(2) }}
),

mailed as (
  select
    {{ part_behind('alert.subject', ':') }} as subject,
    max(case when alert.topic = 'failed order' then alert.signature end) as failed_sig,
    max(case when alert.topic = 'failed order' then mail.sent_at end) as failed_at,
    max(case when alert.topic = 'film mismatch' then alert.signature end) as film_sig,
    max(case when alert.topic = 'film mismatch' then mail.sent_at end) as film_at,
    max(case when alert.topic = 'hold reminder' and alert.over_at is null then mail.sent_at end) as reminded_at,
    max(case when alert.topic = 'hold escalation' and alert.over_at is null then mail.sent_at end) as escalated_at
  from {{ source('ledger_after', 'alert') }} as alert
  inner join {{ source('ledger_after', 'mail_outbox') }} as mail on alert.mail_id = mail.mail_id
  where alert.system = 'radius'
    and alert.topic in ('failed order', 'film mismatch', 'hold reminder', 'hold escalation')
  group by {{ part_behind('alert.subject', ':') }}
),

final as (
  select
    orders.business_key,
    try_cast(orders.business_key as int) as sordernum,
    case when seen.business_key is null then orders.updated_at else orders.set_at end as last_seen_ts,
    orders.status,
    case
      when orders.status = 'HOLD' then orders.error_code
      when orders.status = 'NEW' then 'ELIGIBLE'
      when orders.status = 'REMOVED' then coalesce(orders.error_code, 'REMOVED_BY_USER')
      when orders.status = 'FAILED' then {{ step_of('orders.error_code') }}
      when changes.entity = 'so2_references' and coalesce(walks.operation, 'COMPLETE') = 'COMPLETE'
        then 'SO4_CUSTREF_UPDATED_STARPAK'
      else coalesce(walks.operation, 'COMPLETE')
    end as last_step,
    walks.run_id as last_run_id,
    coalesce(
      seen.base_item, {{ json_member('orders.told', 'base_item') }}, {{ json_member('orders.tried', 'base_item') }}
    ) as polytex_item_code,
    chains.job_p4 as job_p4_code,
    try_cast(chains.po_p4 as int) as po_p4_num,
    try_cast(chains.so_p2 as int) as so_p2_num,
    chains.shipreq_p2,
    chains.job_p2 as job_p2_code,
    coalesce(
      seen.custref, {{ json_member('orders.told', 'custref') }}, {{ json_member('orders.tried', 'custref') }}
    ) as custref_p4,
    coalesce(orders.hold_reason, orders.error_message) as last_error_summary,
    case when orders.status in ('HOLD', 'FAILED') then answered.last_entity end as last_api_entity,
    case when orders.status in ('HOLD', 'FAILED') then try_cast(answered.last_status as int) end as last_api_status,
    case when orders.status in ('HOLD', 'FAILED') then answered.last_error end as last_api_error_message,
    case when orders.status in ('HOLD', 'FAILED') then answered.last_messages end as last_api_messages,
    case
      when orders.status in ('HOLD', 'FAILED') then coalesce(answered.last_payload, answered.last_raw)
    end as last_api_raw,
    mailed.failed_sig as last_failed_sig,
    mailed.failed_at as last_failed_email_ts,
    mailed.film_sig as printed_film_mismatch_sig,
    mailed.film_at as printed_film_mismatch_sent_ts,
    orders.hold_since as hold_since_ts,
    mailed.reminded_at as last_hold_reminder_ts,
    mailed.escalated_at as hold_escalated_ts,
    orders.updated_at as updated_ts
  from orders
  left join walks on {{ same_key('orders.business_key', 'walks.business_key') }} and walks.place = 1
  left join said as changes
    on {{ same_key('orders.business_key', 'changes.order_key') }} and changes.outcome = 'DELIVERED' and changes.place = 1
  left join answered on {{ same_key('orders.business_key', 'answered.order_key') }}
  left join {{ ref('int_radius__orders_mapped') }} as seen on {{ same_key('orders.business_key', 'seen.business_key') }}
  left join {{ ref('int_radius__chain_numbers') }} as chains on {{ same_key('orders.business_key', 'chains.order_key') }}
  left join mailed on {{ same_key("concat(' ', orders.business_key)", 'mailed.subject') }}
)

select * from final
