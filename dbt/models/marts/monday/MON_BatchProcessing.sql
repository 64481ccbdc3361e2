{{ config(tags=['settle']) }}

with context as (
  {{- context_of('monday', 'items', 'ledger_after') | indent(2) }}
),

batches as (
  select delivery_batch.*
  from {{ source('ledger_after', 'delivery_batch') }} as delivery_batch
  inner join context
    on delivery_batch.instance = context.instance and delivery_batch.system = context.system
),

final as (
  select
    batches.batch_id,
    batches.name as customer_name,
    batches.batch_type,
    batches.status,
    batches.total_records,
    batches.successful_records,
    batches.failed_records,
    batches.started_at as start_time,
    batches.ended_at as end_time,
    cast({{ dbt.datediff('batches.started_at', 'batches.ended_at', 'second') }} as int) as duration_seconds,
    batches.error_summary,
    batches.notes as processing_notes,
    batches.parents_processed as orders_processed,
    batches.children_processed as subitems_processed,
    batches.api_calls as api_calls_made,
    batches.api_failures,
    batches.retries as retries_attempted,
    batches.staged_at as staging_load_completed,
    batches.parents_completed_at as items_creation_completed,
    batches.children_completed_at as subitems_creation_completed,
    batches.children_completed_at as promotion_completed,
    batches.ended_at as cleanup_completed,
    batches.started_by,
    case when batches.ended_at is not null then batches.started_by end as completed_by,
    batches.config_snapshot
  from batches
)

select * from final
