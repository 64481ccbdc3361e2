{{ guard_of('order_pull', ['staging_rows']) }}
