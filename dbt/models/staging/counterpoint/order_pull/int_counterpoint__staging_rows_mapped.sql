-- depends_on: {{ ref('counterpoint_states') }}
{{ config(materialized='table' if target.type == 'sqlserver' else 'view') }}
{{ mapped_rows('int_counterpoint__staging_rows_mapped', ref('stg_counterpoint__woo_orders')) }}
