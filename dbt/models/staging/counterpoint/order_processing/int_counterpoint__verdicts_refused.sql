{# Findings that dbt itself refuses to write, one row per broken rule. #}
{{ refused_by_rules('int_counterpoint__verdicts_mapped', ref('int_counterpoint__verdicts_judged'), 'Order', 'STAGING_ID') }}
