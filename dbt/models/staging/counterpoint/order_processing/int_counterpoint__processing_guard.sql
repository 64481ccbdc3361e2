{{ guard_of('order_processing', ['documents', 'verdicts']) }}
