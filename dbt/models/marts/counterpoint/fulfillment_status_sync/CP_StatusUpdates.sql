{{ config(tags=['settle']) }}
{{ mirror_rows('fulfillment_status_sync', 'order_statuses', 'int_counterpoint__order_statuses_mapped') }}
