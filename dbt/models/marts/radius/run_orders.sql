{{ config(tags=['settle']) }}
{# What each run of the last 90 days made of each order it walked. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

walks as (
  select
    event.run_id,
    event.business_key,
    event.operation,
    event.outcome,
    event.occurred_at,
    row_number() over (
      partition by event.run_id, {{ exact('event.business_key') }} order by event.event_id desc
    ) as place
  from {{ source('ledger_after', 'delivery_event') }} as event
  inner join context on event.instance = context.instance and event.entity = context.entity
  where event.kind = 'OUTCOME' and event.occurred_at >= {{ hours_ago(90 * 24) }}
),

final as (
  select
    cast(walks.run_id as nvarchar(64)) as run_id,
    try_cast({{ plain('walks.business_key') }} as int) as sordernum,
    cast({{ walk_status('walks.outcome') }} as nvarchar(20)) as status,
    cast({{ step_of('walks.operation') }} as nvarchar(100)) as last_step,
    cast(walks.occurred_at as {{ instant() }}) as updated_ts
  from walks
  where walks.place = 1
)

select * from final
