{{ config(materialized='table' if target.type == 'sqlserver' else 'view') }}
{{ mapped_rows('int_counterpoint__order_statuses_mapped', ref('int_counterpoint__shipments')) }}
