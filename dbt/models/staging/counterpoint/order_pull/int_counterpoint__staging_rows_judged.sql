{{ config(materialized='view') }}
{# The verdict on every order that needs a look. One that has a document is not staged again: what differs is for a
   person. One that the shop gave up before it was staged is not staged at all. #}
{{ judged_rows(
  'int_counterpoint__staging_rows_mapped',
  ref('int_counterpoint__staging_rows_compared'),
  'compared.broken_rules is not null and compared.is_applied = 0
        or compared.is_applied = 1 and compared.is_told = 1 and compared.is_different = 1',
  'compared.is_applied = 1 or compared.is_told = 0 and ' ~ is_withdrawn('compared.' ~ adapter.quote('ORD_STATUS')),
  carried=['is_applied'],
) }}
