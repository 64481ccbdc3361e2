{{ config(materialized='table' if target.type == 'sqlserver' else 'view') }}
{{ mapped_rows('int_counterpoint__verdicts_mapped', ref('int_counterpoint__verdicts_found')) }}
