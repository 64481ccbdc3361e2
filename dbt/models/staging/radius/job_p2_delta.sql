-- depends_on: {{ ref('int_radius__guard') }}
{{ config(materialized=kept_inline()) }}
{# What plant-2 jobs make differently from the open versions of their history: feet by item, because lines of jobs stand in no
   dependable order. #}
{%- set rows -%}
(
  select
    cast(concat(min(lines.JobCode), '/', min(lines.ItemCode)) as nvarchar(200)) as order_key,
    min(lines.JobCode) as jobcode,
    min(lines.ItemCode) as itemcode,
    min(lines.SOrderNum) as so_p2_num,
    sum(lines.OrderedQty) as orderedqty
  from (
    select distinct
      JobCode,
      JobLineNum,
      ItemCode,
      OrderedQty,
      min(SOrderNum) over (partition by {{ exact('JobCode') }}) as SOrderNum
    from {{ source('raw_radius', 'raw_radius__job_lines_p2') }}
  ) as lines
  where lines.ItemCode is not null
  group by {{ exact('lines.JobCode') }}, {{ exact('lines.ItemCode') }}
)
{%- endset -%}

{{ history_delta('job_p2_snapshot', rows, ['jobcode', 'itemcode', 'so_p2_num', 'orderedqty']) }}
