{{ config(tags=['settle']) }}
{# Everything that changed about orders: quantities the ERP showed, what was changed there in answer, orders that were
   blocked or released, authorisations, and what operators decided. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

lines as (
  select
    so4_sordernum,
    so4_linenum,
    order_key,
    {{ plain('cast(orderedqty as nvarchar(100))') }} as quantity,
    lag({{ plain('cast(orderedqty as nvarchar(100))') }}) over (
      partition by {{ exact('order_key') }} order by dbt_valid_from
    ) as before_it,
    dbt_valid_from
  from {{ ref('so4_line_snapshot') }}
  where source_removed = 0
),

requirements as (
  select
    so4_sordernum,
    so4_linenum,
    order_key,
    {{ plain('cast(requiredqty as nvarchar(100))') }} as quantity,
    lag({{ plain('cast(requiredqty as nvarchar(100))') }}) over (
      partition by {{ exact('order_key') }} order by dbt_valid_from
    ) as before_it,
    dbt_valid_from
  from {{ ref('req_snapshot_keyed') }}
  where source_removed = 0
),

walks as (
  select
    event.event_id,
    {{ plain('event.business_key') }} as order_key,
    event.operation,
    event.outcome,
    event.message,
    event.run_id,
    event.occurred_at,
    lag(event.operation) over (partition by {{ exact('event.business_key') }} order by event.event_id) as before_it
  from {{ source('ledger_after', 'delivery_event') }} as event
  inner join context on event.instance = context.instance and event.entity = context.entity
  where event.kind = 'OUTCOME'
),

decisions as (
  select
    event.event_id,
    {{ plain('event.business_key') }} as order_key,
    event.operation,
    event.message,
    event.run_id,
    event.occurred_at
  from {{ source('ledger_after', 'delivery_event') }} as event
  inner join context on event.instance = context.instance and event.entity = context.entity
  where event.kind = 'NOTE' and event.operation is not null
),

changes as (
  select
    cast(null as nvarchar(64)) as run_id,
    try_cast(so4_sordernum as int) as so4_sordernum,
    try_cast(so4_linenum as int) as so4_linenum,
    'SO_QTY_CHANGED' as change_type,
    before_it as old_value,
    quantity as new_value,
    {{ json_object_of([['line', json_value('order_key')]]) }} as details_json,
    dbt_valid_from as created_ts,
    order_key as object_key
  from lines
  where before_it is not null and {{ differs('quantity', 'before_it') }}
  union all
  select
    cast(null as nvarchar(64)) as run_id,
    try_cast(so4_sordernum as int) as so4_sordernum,
    try_cast(so4_linenum as int) as so4_linenum,
    'REQ_QTY_CHANGED' as change_type,
    before_it as old_value,
    quantity as new_value,
    {{ json_object_of([['requirement', json_value('order_key')]]) }} as details_json,
    dbt_valid_from as created_ts,
    order_key as object_key
  from requirements
  where before_it is not null and {{ differs('quantity', 'before_it') }}
  union all
  select
    told.run_id,
    try_cast(told.order_key as int) as so4_sordernum,
    try_cast(told.so4_line as int) as so4_linenum,
    case
      when told.operation = 'set:authorise' then 'SO_AUTHORISED'
      when told.entity = 'so2_references' and told.outcome = 'DELIVERED' then 'CUSTREF_CHANGED'
      when told.entity = 'so2_references' then 'CUSTREF_UPDATE_FAILED'
      when told.entity = 'po_lines' and told.outcome = 'DELIVERED' then 'PO_UPDATED'
      when told.entity = 'po_lines' then 'PO_UPDATE_FAILED'
      when told.entity = 'so2_lines' and told.outcome = 'DELIVERED' then 'SO2_UPDATED'
      when told.entity = 'so2_lines' then 'SO2_UPDATE_FAILED'
      when told.outcome = 'DELIVERED' then 'SHIPREQ_UPDATED'
      else 'SHIPREQ_UPDATE_FAILED'
    end as change_type,
    case when told.operation = 'set:authorise' then '2' else told.old_value end as old_value,
    case when told.operation = 'set:authorise' then '0' else told.new_value end as new_value,
    {{ json_object_of([
      ['object', json_value('told.remote_id')], ['key', json_value('told.business_key')], ['told', 'told.fields'],
      ['message', json_value('told.message')]
    ]) }} as details_json,
    told.occurred_at as created_ts,
    told.event_id as object_key
  from {{ ref('int_radius__changes_told') }} as told
  where told.operation in ('set:update', 'set:authorise')
  union all
  select
    walks.run_id,
    try_cast(walks.order_key as int) as so4_sordernum,
    cast(null as int) as so4_linenum,
    case
      when walks.outcome = 'HELD' then 'PO_BLOCKED'
      when walks.before_it = 'P2_SO_QTY_UPDATED_WAIT_RECONFIRM' then 'P2_INCREASE_COMPLETE_RELEASED'
      else 'P2_DECREASE_COMPLETE_RELEASED'
    end as change_type,
    walks.before_it as old_value,
    walks.operation as new_value,
    {{ json_object_of([['message', json_value('walks.message')]]) }} as details_json,
    walks.occurred_at as created_ts,
    walks.event_id as object_key
  from walks
  where (
      walks.outcome = 'HELD'
      and walks.operation = 'P2_SO_QTY_UPDATED_MANUAL_COMPLETE_REQUIRED'
      and coalesce(walks.before_it, '') <> walks.operation
    )
    or (
      walks.outcome = 'DELIVERED'
      and walks.before_it in ('P2_SO_QTY_UPDATED_WAIT_RECONFIRM', 'P2_QTY_DECREASE_WAIT_SP_JOB_RECONFIRM')
    )
  union all
  select
    decisions.run_id,
    try_cast(decisions.order_key as int) as so4_sordernum,
    cast(null as int) as so4_linenum,
    decisions.operation as change_type,
    cast(null as nvarchar(100)) as old_value,
    cast(null as nvarchar(100)) as new_value,
    {{ json_object_of([['message', json_value('decisions.message')]]) }} as details_json,
    decisions.occurred_at as created_ts,
    decisions.event_id as object_key
  from decisions
),

runs as (
  select
    run.run_id,
    run.started_at,
    run.ended_at
  from {{ source('ledger_after', 'delivery_run') }} as run
  inner join context on run.instance = context.instance
),

final as (
  select
    cast(
      row_number() over (order by changes.created_ts, changes.so4_sordernum, changes.change_type, changes.object_key) as int
    ) as id,
    cast(coalesce(changes.run_id, runs.run_id) as nvarchar(64)) as run_id,
    cast(changes.so4_sordernum as int) as so4_sordernum,
    cast(changes.so4_linenum as int) as so4_linenum,
    cast(changes.change_type as nvarchar(100)) as change_type,
    cast(changes.old_value as {{ long_text() }}) as old_value,
    cast(changes.new_value as {{ long_text() }}) as new_value,
    cast(changes.details_json as {{ long_text() }}) as details_json,
    cast(changes.created_ts as {{ instant() }}) as created_ts
  from changes
  left join runs
    on changes.run_id is null
    and changes.created_ts >= runs.started_at
    and (runs.ended_at is null or changes.created_ts <= runs.ended_at)
)

select * from final
