{{ config(severity='warn') }}
-- Counterpoint's columns hold Western letters only: one row per order of whose addresses some letters are left out.
select
  business_key,
  LOST_TEXTS as lost_texts
from {{ ref('stg_counterpoint__woo_orders') }}
where LOST_TEXTS is not null
