{{ config(tags=['stage']) }}
{{ staged_rows('int_counterpoint__staging_rows_mapped', ref('int_counterpoint__staging_rows_judged')) }}
