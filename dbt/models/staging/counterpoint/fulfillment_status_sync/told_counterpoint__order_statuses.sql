{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('fulfillment_status_sync', 'order_statuses') }}",
  )
}}
{{ told_rows('fulfillment_status_sync', 'order_statuses', 'int_counterpoint__order_statuses_mapped') }}
