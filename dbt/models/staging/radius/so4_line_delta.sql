-- depends_on: {{ ref('int_radius__guard') }}
{{ config(materialized=kept_inline()) }}
{# What plant-4 order lines say differently from the open versions of their history. #}
{%- set rows -%}
(
  select
    cast(concat(lines.SOrderNum, '/', lines.SOrderLineNum) as nvarchar(200)) as order_key,
    lines.SOrderNum as so4_sordernum,
    lines.SOrderLineNum as so4_linenum,
    lines.ItemCode as itemcode,
    lines.OrderedQty as orderedqty,
    lines.ReqDate as reqdate
  from {{ source('raw_radius', 'raw_radius__so4_lines') }} as lines
)
{%- endset -%}

{{ history_delta('so4_line_snapshot', rows, ['so4_sordernum', 'so4_linenum', 'itemcode', 'orderedqty', 'reqdate']) }}
