{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('monday', 'items') }}",
  )
}}
{{ told_rows('monday', 'items', 'int_monday__items_mapped') }}
