-- depends_on: {{ ref('counterpoint_ship_via') }}
-- depends_on: {{ ref('counterpoint_pay_codes') }}
{{ mapped_rows('int_counterpoint__documents_mapped', ref('int_counterpoint__orders_resolved')) }}
