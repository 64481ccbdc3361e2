-- depends_on: {{ ref('int_counterpoint__status_guard') }}
{# What the shop should know of each order against what it was told. #}
{{ compared_with_told(
  'fulfillment_status_sync', 'order_statuses', 'int_counterpoint__order_statuses_mapped',
  ref('int_counterpoint__order_statuses_mapped'), ref('told_counterpoint__order_statuses'),
) }}
