{{ config(materialized='view') }}
{# The verdict on what is to be written into staging rows: nothing where the row says so already. #}
{{ judged_rows(
  'int_counterpoint__verdicts_mapped',
  ref('int_counterpoint__verdicts_compared'),
  'compared.broken_rules is not null',
  'compared.says_so_already = 1',
  carried=['says_so_already'],
) }}
