{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['instance', 'business_key'],
    on_schema_change='fail',
    tags=['told'],
    post_hook="{{ drop_untold('monday', 'subitems') }}",
  )
}}
{{ told_rows('monday', 'subitems', 'int_monday__subitems_mapped') }}
