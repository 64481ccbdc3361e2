{{ config(materialized='view') }}
{# Plant-4 orders, one row each, with their lines and with what is known of their chains. Lines of artwork are no bags
   and are left out. #}
with headers as (
  select * from {{ source('raw_radius', 'raw_radius__so4_headers') }}
),

items as (
  select
    upper(ItemCode) as item_key,
    ItemStatusCode,
    ProdGroupCode
  from {{ source('raw_radius', 'raw_radius__items') }}
),

lines as (
  select
    lines.SOrderNum,
    lines.SOrderLineNum,
    lines.ItemCode,
    lines.OrderedQty,
    lines.ReqDate,
    {{ core_item('lines.ItemCode') }} as core_item,
    row_number() over (partition by lines.SOrderNum order by lines.SOrderLineNum) as place,
    row_number() over (
      partition by lines.SOrderNum, {{ exact('lines.ItemCode') }} order by lines.SOrderLineNum
    ) as place_of_item
  from {{ source('raw_radius', 'raw_radius__so4_lines') }} as lines
  where {{ is_a_bag('lines') }}
),

ordered as (
  select
    lines.SOrderNum,
    count(*) as line_count,
    sum(lines.OrderedQty) as total_qty,
    max(case when lines.place = 1 then lines.ItemCode end) as base_item,
    {{ texts_joined('case when lines.place_of_item = 1 then lines.ItemCode end', ', ', ['lines.SOrderLineNum']) }} as base_items,
    {{ texts_joined(
      "concat(lines.SOrderLineNum, ': ', " ~ as_text('lines.OrderedQty') ~ ", ' ', lines.ItemCode, ' ', "
      ~ iso_date('lines.ReqDate') ~ ")", '; ', ['lines.SOrderLineNum']
    ) }} as lines,
    {{ texts_joined(
      "concat(lines.SOrderLineNum, ': ', " ~ status_of_item('bag') ~ ", ', film ', " ~ status_of_item('film')
      ~ ", ', roll ', " ~ status_of_item('roll') ~ ")", '; ', ['lines.SOrderLineNum']
    ) }} as item_statuses,
    sum(case when bag.item_key is null then 1 else 0 end) as lines_without_item
  from lines
  left join items as bag on {{ same_key('upper(lines.ItemCode)', 'bag.item_key') }}
  left join items as film on {{ same_key("concat('16P4-', lines.core_item)", 'film.item_key') }}
  left join items as roll on {{ same_key("concat('1600-', lines.core_item)", 'roll.item_key') }}
  group by lines.SOrderNum
),

jobs as (
  select
    SOrderNum,
    JobCode,
    row_number() over (partition by SOrderNum order by TableRecId desc, {{ exact('JobCode') }} desc) as place
  from {{ source('raw_radius', 'raw_radius__jobs_p4') }}
),

required as (
  select
    SOrderNum,
    sum(requirement_count) as open_requirements,
    max(confirmation) as confirmation,
    {{ texts_joined(
      "concat(ReqGroupCode, ': ', " ~ as_text('required_qty') ~ ", ' ', ItemCode, ' ', " ~ iso_date('required_date')
      ~ ")", '; ', ['ReqGroupCode', 'ItemCode']
    ) }} as requirements
  from {{ ref('int_radius__requirements') }}
  group by SOrderNum
),

purchases as (
  select
    {{ exact('JobCode') }} as JobCode,
    max(POrderNum) as po_p4
  from {{ source('raw_radius', 'raw_radius__po_lines') }}
  where POrderStat <> 9
  group by {{ exact('JobCode') }}
),

served as (
  select
    POrderNum,
    max(SOrderNum) as so_p2
  from {{ source('raw_radius', 'raw_radius__so2_headers') }}
  group by POrderNum
),

shipped as (
  select
    SOrderNum,
    max(ShipReqNum) as shipreq_p2
  from {{ source('raw_radius', 'raw_radius__ship_request_lines') }}
  group by SOrderNum
),

jobs_2 as (
  select
    SOrderNum,
    JobCode,
    row_number() over (partition by SOrderNum order by TableRecId desc, {{ exact('JobCode') }} desc, JobLineNum) as place
  from {{ source('raw_radius', 'raw_radius__job_lines_p2') }}
),

final as (
  select
    cast(headers.SOrderNum as nvarchar(200)) as business_key,
    case
      when ordered.SOrderNum is null then 'no_lines'
      when ordered.lines_without_item > 0 then 'no_item'
    end as problem,
    headers.SOrderNum as sordernum,
    headers.SOrderDate as so_date,
    headers.SOrderStat as status,
    headers.CustCode as customer,
    headers.CustRef as custref,
    ordered.base_item,
    ordered.base_items,
    coalesce(ordered.line_count, 0) as line_count,
    ordered.total_qty,
    ordered.lines,
    ordered.item_statuses,
    jobs.JobCode as job_p4,
    required.confirmation,
    coalesce(required.open_requirements, 0) as open_requirements,
    required.requirements,
    purchases.po_p4,
    served.so_p2,
    shipped.shipreq_p2,
    jobs_2.JobCode as job_p2
  from headers
  left join ordered on headers.SOrderNum = ordered.SOrderNum
  left join jobs on headers.SOrderNum = jobs.SOrderNum and jobs.place = 1
  left join required on headers.SOrderNum = required.SOrderNum
  left join purchases on {{ same_key('jobs.JobCode', 'purchases.JobCode') }}
  left join served on purchases.po_p4 = served.POrderNum
  left join shipped on served.so_p2 = shipped.SOrderNum
  left join jobs_2 on served.so_p2 = jobs_2.SOrderNum and jobs_2.place = 1
)

select * from final
