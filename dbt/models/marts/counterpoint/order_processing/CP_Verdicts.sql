{{ config(tags=['settle']) }}
{{ mirror_rows('order_processing', 'verdicts', 'int_counterpoint__verdicts_mapped') }}
