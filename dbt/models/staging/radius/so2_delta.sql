-- depends_on: {{ ref('int_radius__guard') }}
{{ config(materialized=kept_inline()) }}
{# What plant-2 orders and their lines say differently from the open versions of their history. #}
{%- set rows -%}
(
  select
    cast(concat(headers.SOrderNum, '/', coalesce(lines.SOrderLineNum, 0)) as nvarchar(200)) as order_key,
    headers.SOrderNum as so_p2_num,
    coalesce(lines.SOrderLineNum, 0) as so_p2_linenum,
    headers.POrderNum as po_num,
    headers.SOrderStat as sorderstat,
    headers.CustRef as custref,
    lines.ItemCode as itemcode,
    lines.OrderedQty as orderedqty,
    lines.ReqDate as reqdate
  from {{ source('raw_radius', 'raw_radius__so2_headers') }} as headers
  left join {{ source('raw_radius', 'raw_radius__so2_lines') }} as lines on headers.SOrderNum = lines.SOrderNum
)
{%- endset -%}

{{ history_delta('so2_snapshot', rows, ['so_p2_num', 'so_p2_linenum', 'po_num', 'sorderstat', 'custref', 'itemcode', 'orderedqty', 'reqdate']) }}
