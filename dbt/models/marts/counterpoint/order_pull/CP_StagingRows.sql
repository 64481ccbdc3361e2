{{ config(tags=['settle']) }}
{{ mirror_rows('order_pull', 'staging_rows', 'int_counterpoint__staging_rows_mapped') }}
