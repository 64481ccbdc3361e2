{# Whether each staged order without a document may become one, and why not, beside what its row says now. Parked
   orders are left as they are. Text for a column of 500 letters: what does not fit stands in ERR_CP_Orders. #}
with messages as (
  select
    {{ exact('problems.business_key') }} as business_key,
    {{ texts_joined("concat(problems.phrase, ': ', left(problems.detail, 160))", '; ', ['problems.place', 'problems.line_no']) }} as said
  from {{ ref('int_counterpoint__order_problems') }} as problems
  group by {{ exact('problems.business_key') }}
),

refusals as (
  select
    business_key,
    error_message
  from {{ ref('int_counterpoint__documents_judged') }}
  where is_applied = 0 and placement = 'REFUSED' and is_refused_here = 0
),

found as (
  select
    orders.business_key,
    orders.WOO_ORDER_ID,
    orders.WOO_ORDER_NO,
    orders.CUST_NO,
    orders.PULL_BATCH,
    orders.is_validated as was_validated,
    orders.validation_error as had_error,
    coalesce(
      {{ plain('messages.said') }},
      case when refusals.business_key is not null then concat('Refused by Counterpoint: ', coalesce(refusals.error_message, 'no reason given')) end
    ) as said
  from {{ ref('int_counterpoint__orders_resolved') }} as orders
  left join messages on {{ same_key('orders.business_key', 'messages.business_key') }}
  left join refusals on {{ same_key('orders.business_key', 'refusals.business_key') }}
  where orders.is_applied = 0 and orders.parked_reason is null
),

final as (
  select
    found.business_key,
    found.WOO_ORDER_ID,
    found.WOO_ORDER_NO,
    found.CUST_NO,
    found.PULL_BATCH,
    found.was_validated,
    found.had_error,
    case when found.said is null then 1 else 0 end as IS_VALIDATED,
    case
      when {{ length_of('found.said') }} > 500 then concat(left(found.said, 460), ' ... all of it: ERR_CP_Orders')
      else found.said
    end as VALIDATION_ERROR
  from found
)

select * from final
