{{ config(materialized='view') }}
{# The verdict on every order that needs a look. A document is made once: a row that has one is settled, unless the
   shop changed the order after it, or nobody here knows of the document. #}
{{ judged_rows(
  'int_counterpoint__documents_mapped',
  ref('int_counterpoint__documents_compared'),
  'compared.is_applied = 0 and compared.problems > 0
        or compared.is_applied = 1 and (compared.changed_in_shop is not null or compared.is_told = 0)',
  'compared.is_applied = 1',
  "case when compared.is_applied = 0 then compared.parked_reason end",
  carried=['is_applied', 'problems', 'changed_in_shop'],
) }}
