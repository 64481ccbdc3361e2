{{ config(tags=['settle']) }}
{# Where each order stands; one that has been complete for 30 days stands in the archive. #}
with states as (
  select * from {{ ref('int_radius__order_states') }}
),

final as (
  select
    cast(states.sordernum as int) as sordernum,
    cast(states.last_seen_ts as {{ instant() }}) as last_seen_ts,
    cast(states.status as nvarchar(20)) as status,
    cast(states.last_step as nvarchar(100)) as last_step,
    cast(states.last_run_id as nvarchar(64)) as last_run_id,
    cast(states.polytex_item_code as nvarchar(50)) as polytex_item_code,
    cast(states.job_p4_code as nvarchar(100)) as job_p4_code,
    cast(states.po_p4_num as int) as po_p4_num,
    cast(states.so_p2_num as int) as so_p2_num,
    cast(states.shipreq_p2 as nvarchar(100)) as shipreq_p2,
    cast(states.job_p2_code as nvarchar(100)) as job_p2_code,
    cast(states.custref_p4 as nvarchar(200)) as custref_p4,
    cast(states.last_error_summary as {{ long_text() }}) as last_error_summary,
    cast(states.last_api_entity as nvarchar(100)) as last_api_entity,
    cast(states.last_api_status as int) as last_api_status,
    cast(states.last_api_error_message as {{ long_text() }}) as last_api_error_message,
    cast(states.last_api_messages as {{ long_text() }}) as last_api_messages,
    cast(states.last_api_raw as {{ long_text() }}) as last_api_raw,
    cast(states.last_failed_sig as nvarchar(200)) as last_failed_sig,
    cast(states.last_failed_email_ts as {{ instant() }}) as last_failed_email_ts,
    cast(states.printed_film_mismatch_sig as nvarchar(200)) as printed_film_mismatch_sig,
    cast(states.printed_film_mismatch_sent_ts as {{ instant() }}) as printed_film_mismatch_sent_ts,
    cast(states.hold_since_ts as {{ instant() }}) as hold_since_ts,
    cast(states.last_hold_reminder_ts as {{ instant() }}) as last_hold_reminder_ts,
    cast(states.hold_escalated_ts as {{ instant() }}) as hold_escalated_ts,
    cast(states.updated_ts as {{ instant() }}) as updated_ts
  from states
  where not (states.status = 'COMPLETE' and states.updated_ts < {{ hours_ago(30 * 24) }})
)

select * from final
