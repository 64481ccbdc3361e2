{{ guard_of('fulfillment_status_sync', ['order_statuses']) }}
