{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('radius', 'orders') }}",
  )
}}
{{ told_rows('radius', 'orders', 'int_radius__orders_mapped') }}
