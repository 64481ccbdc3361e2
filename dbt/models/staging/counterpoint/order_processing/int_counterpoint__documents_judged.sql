{{ config(materialized='view') }}
{# The verdict on every order that needs a look. A document is made once: a row that has one is settled, unless the
   shop changed the order after it, or nobody here knows of the document. Where the ledger knows of one and the row
   does not, reading back finds out whether it is gone. #}
{{ judged_rows(
  'int_counterpoint__documents_mapped',
  ref('int_counterpoint__documents_compared'),
  'compared.is_applied = 0 and compared.is_told = 0 and compared.problems > 0
        or compared.is_applied = 1 and (compared.changed_in_shop is not null or compared.is_told = 0)',
  "(compared.is_applied = 1 or compared.is_told = 1)
        and coalesce(compared.ledger_state, 'DELIVERED') not in ('GONE', 'AMBIGUOUS', 'FORGOTTEN')",
  "case when compared.is_applied = 0 then compared.parked_reason end",
  carried=['is_applied', 'problems', 'changed_in_shop'],
) }}
