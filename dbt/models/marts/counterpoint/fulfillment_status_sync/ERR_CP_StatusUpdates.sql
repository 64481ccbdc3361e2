{{ config(tags=['settle']) }}
{{ error_rows(
  'fulfillment_status_sync', 'order_statuses', 'int_counterpoint__order_statuses_mapped', ref('int_counterpoint__order_statuses_judged'),
  ref('int_counterpoint__order_statuses_refused'), 'Order', 'shop id',
) }}
