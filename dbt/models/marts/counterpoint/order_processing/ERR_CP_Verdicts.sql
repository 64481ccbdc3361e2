{{ config(tags=['settle']) }}
{{ error_rows(
  'order_processing', 'verdicts', 'int_counterpoint__verdicts_mapped', ref('int_counterpoint__verdicts_judged'),
  ref('int_counterpoint__verdicts_refused'), 'Order', 'STAGING_ID',
) }}
