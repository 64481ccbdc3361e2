-- Conservation: what the shop should know of each order with a document is to be told, or refused, or was told.
{{ conservation_of(
  'fulfillment_status_sync', 'order_statuses', 'int_counterpoint__order_statuses_mapped',
  ref('told_counterpoint__order_statuses'), ref('int_counterpoint__order_statuses_judged'), 'STG_CP_StatusUpdates',
) }}
