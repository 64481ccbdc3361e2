{{ config(tags=['settle']) }}
{{ error_rows(
  'monday', 'items', 'int_monday__items_mapped', ref('int_monday__items_judged'), ref('int_monday__items_refused'),
  'Order', 'record_uuid',
) }}
