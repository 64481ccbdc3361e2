{{ config(tags=['settle']) }}
{{ error_rows(
  'order_processing', 'documents', 'int_counterpoint__documents_mapped', ref('int_counterpoint__documents_judged'),
  ref('int_counterpoint__documents_refused'), 'Order', 'STAGING_ID',
) }}
