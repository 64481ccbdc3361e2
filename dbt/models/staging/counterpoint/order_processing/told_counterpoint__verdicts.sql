{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('order_processing', 'verdicts') }}",
  )
}}
{{ told_rows('order_processing', 'verdicts', 'int_counterpoint__verdicts_mapped') }}
