{# Status updates that dbt itself refuses, one row per broken rule. #}
{{ refused_by_rules('int_counterpoint__order_statuses_mapped', ref('int_counterpoint__order_statuses_judged'), 'Order', 'shop id') }}
