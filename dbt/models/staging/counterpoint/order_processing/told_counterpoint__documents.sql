{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('order_processing', 'documents') }}",
  )
}}
{{ told_rows('order_processing', 'documents', 'int_counterpoint__documents_mapped') }}
