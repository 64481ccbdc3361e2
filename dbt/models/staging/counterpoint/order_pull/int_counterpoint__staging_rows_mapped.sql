-- depends_on: {{ ref('counterpoint_states') }}
{{ config(materialized=kept_as_view()) }}
{{ mapped_rows('int_counterpoint__staging_rows_mapped', ref('stg_counterpoint__woo_orders')) }}
