-- Conservation: what was found about each staged order without a document is to be written, or refused, or stands in
-- its row already.
{{ conservation_of(
  'order_processing', 'verdicts', 'int_counterpoint__verdicts_mapped', ref('told_counterpoint__verdicts'),
  ref('int_counterpoint__verdicts_judged'), 'STG_CP_Verdicts',
  "exists (
        select 1
        from " ~ ref('int_counterpoint__verdicts_found') ~ " as found
        where " ~ same_key('found.business_key', 'mapped.business_key') ~ "
          and " ~ same('found.was_validated', 'mapped.' ~ adapter.quote('IS_VALIDATED'), 'integer') ~ "
          and " ~ same('found.had_error', 'mapped.' ~ adapter.quote('VALIDATION_ERROR')) ~ "
      )",
) }}
