{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('order_pull', 'staging_rows') }}",
  )
}}
{{ told_rows('order_pull', 'staging_rows', 'int_counterpoint__staging_rows_mapped') }}
