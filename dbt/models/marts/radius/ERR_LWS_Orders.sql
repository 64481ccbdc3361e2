{{ config(tags=['settle']) }}
{{ error_rows(
  'radius', 'orders', 'int_radius__orders_mapped', ref('int_radius__orders_judged'), ref('int_radius__orders_refused'),
  'Order', 'SO',
) }}
