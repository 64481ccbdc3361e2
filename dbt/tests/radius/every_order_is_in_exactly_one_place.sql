-- Conservation: each order of the ERP, and each whose chain was complete, is to be walked, or refused, or needs nothing.
{{ conservation_of(
  'radius', 'orders', 'int_radius__orders_mapped', ref('told_radius__orders'), ref('int_radius__orders_judged'),
  'STG_LWS_Orders',
) }}
