{{ config(materialized=kept_as_view()) }}
{{ mapped_rows('int_counterpoint__verdicts_mapped', ref('int_counterpoint__verdicts_found')) }}
