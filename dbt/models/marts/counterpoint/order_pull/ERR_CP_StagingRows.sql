{{ config(tags=['settle']) }}
{{ error_rows(
  'order_pull', 'staging_rows', 'int_counterpoint__staging_rows_mapped', ref('int_counterpoint__staging_rows_judged'),
  ref('int_counterpoint__staging_rows_refused'), 'Order', 'shop id',
) }}
