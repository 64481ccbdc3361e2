{{ config(materialized='view') }}
{# Keys that more than one row of the order list claims: none of those rows can be told. #}
select
  business_key,
  source_rows
from {{ ref('int_monday__order_keys') }}
where source_rows > 1
  and business_key is not null
