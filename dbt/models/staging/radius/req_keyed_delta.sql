-- depends_on: {{ ref('int_radius__guard') }}
{{ config(materialized=kept_inline()) }}
{# What jobs require differently from the open versions of their history; a requirement that somebody serves by now is gone. #}
{%- set rows -%}
(
  select
    cast(
      concat(min(requirements.JobCode), '/', min(requirements.ReqGroupCode), '/', min(requirements.ItemCode))
      as nvarchar(200)
    ) as order_key,
    min(requirements.SOrderNum) as so4_sordernum,
    min(requirements.so4_linenum) as so4_linenum,
    min(requirements.JobCode) as jobcode,
    min(requirements.ReqGroupCode) as reqgroupcode,
    min(requirements.ItemCode) as itemcode,
    max(requirements.required_qty) as requiredqty,
    max(requirements.required_date) as requireddate,
    max(requirements.confirmation) as confirmation
  from {{ ref('int_radius__requirements') }} as requirements
  group by
    {{ exact('requirements.JobCode') }},
    {{ exact('requirements.ReqGroupCode') }},
    {{ exact('requirements.ItemCode') }}
)
{%- endset -%}

{{ history_delta('req_snapshot_keyed', rows, ['so4_sordernum', 'so4_linenum', 'jobcode', 'reqgroupcode', 'itemcode', 'requiredqty', 'requireddate', 'confirmation']) }}
