{{ mapped_rows(
  'int_radius__orders_mapped', ref('stg_radius__orders'),
  {'business_key': 'nvarchar(200)', 'problem': 'nvarchar(50)'},
  ['sordernum', 'status', 'line_count', 'confirmation', 'open_requirements'],
) }}
