{{ config(tags=['stage']) }}
{{ staged_rows('int_counterpoint__documents_mapped', ref('int_counterpoint__documents_judged')) }}
