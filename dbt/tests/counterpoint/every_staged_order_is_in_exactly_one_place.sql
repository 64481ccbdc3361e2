-- Conservation: each staged order of the shop, and each that became a document, is to become one, or is refused, or
-- has its document already, which is never told again.
{{ conservation_of(
  'order_processing', 'documents', 'int_counterpoint__documents_mapped', ref('told_counterpoint__documents'),
  ref('int_counterpoint__documents_judged'), 'STG_CP_Orders',
  'told.business_key is not null',
) }}
