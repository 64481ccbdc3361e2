{{ config(tags=['settle']) }}
{# Runs of the last 90 days, and how many orders each found, walked, failed with and left on hold. #}
with context as (
  {{- context_of('radius', 'orders', 'ledger_after') | indent(2) }}
),

runs as (
  select run.*
  from {{ source('ledger_after', 'delivery_run') }} as run
  inner join context on run.instance = context.instance
  where run.started_at >= {{ hours_ago(90 * 24) }}
),

taken as (
  select
    batch.run_id,
    sum(batch.total_records) as orders
  from {{ source('ledger_after', 'delivery_batch') }} as batch
  inner join context on batch.instance = context.instance
  group by batch.run_id
),

walked as (
  select
    run_id,
    count(*) as processed,
    sum(case when status = 'FAILED' then 1 else 0 end) as failed,
    sum(case when status = 'HOLD' then 1 else 0 end) as held
  from {{ ref('run_orders') }}
  group by run_id
),

final as (
  select
    cast(runs.run_id as nvarchar(64)) as run_id,
    cast(runs.started_at as {{ instant() }}) as start_ts,
    cast(runs.ended_at as {{ instant() }}) as end_ts,
    cast({{ part_before(part_behind('runs.instance', ':'), ':') }} as nvarchar(20)) as env,
    cast(coalesce(taken.orders, 0) as int) as eligible_count,
    cast(coalesce(walked.processed, 0) as int) as processed_count,
    cast(coalesce(walked.failed, 0) as int) as failed_count,
    cast(coalesce(walked.held, 0) as int) as held_count,
    cast('logs/dbt.log' as nvarchar(400)) as log_file_path
  from runs
  left join taken on runs.run_id = taken.run_id
  left join walked on runs.run_id = walked.run_id
)

select * from final
