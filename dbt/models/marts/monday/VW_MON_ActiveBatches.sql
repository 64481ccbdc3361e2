{{ config(tags=['settle']) }}

with batches as (
  select * from {{ ref('MON_BatchProcessing') }}
),

final as (
  select
    batches.batch_id,
    batches.customer_name,
    batches.batch_type,
    batches.status,
    batches.start_time,
    batches.duration_seconds,
    batches.total_records,
    batches.successful_records,
    batches.failed_records,
    case
      when batches.total_records = 0 then cast(0 as decimal(5, 2))
      else cast(100.0 * batches.successful_records / batches.total_records as decimal(5, 2))
    end as success_percentage,
    batches.error_summary
  from batches
  where batches.status not in ('COMPLETED', 'FAILED')
    or batches.start_time >= {{ hours_ago(24) }}
)

select * from final
