-- depends_on: {{ ref('int_radius__guard') }}
{{ config(materialized=kept_inline()) }}
{# What plant-4 orders say differently from the open versions of their history. #}
{%- set rows -%}
(
  select
    cast(headers.SOrderNum as nvarchar(200)) as order_key,
    headers.SOrderNum as so4_sordernum,
    headers.CustRef as custref,
    headers.SOrderStat as sorderstat
  from {{ source('raw_radius', 'raw_radius__so4_headers') }} as headers
)
{%- endset -%}

{{ history_delta('so4_header_snapshot', rows, ['so4_sordernum', 'custref', 'sorderstat']) }}
