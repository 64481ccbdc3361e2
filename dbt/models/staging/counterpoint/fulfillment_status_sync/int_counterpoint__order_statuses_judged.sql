{{ config(materialized='view') }}
{# The verdict on every status update that needs a look. #}
{{ judged_rows(
  'int_counterpoint__order_statuses_mapped',
  ref('int_counterpoint__order_statuses_compared'),
  'compared.broken_rules is not null',
) }}
