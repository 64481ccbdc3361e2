-- Conservation: each order of the shop, and each that was staged, is to be staged, or refused, or needs nothing: it
-- says what was told, has a document that another status changes nothing in, or was given up by the shop before it
-- was staged.
{% set status = adapter.quote('ORD_STATUS') %}
{%- set withdrawn = is_withdrawn('mapped.' ~ status) %}
{%- set another_status = differs('mapped.' ~ status, 'told.' ~ status) %}
{{ conservation_of(
  'order_pull', 'staging_rows', 'int_counterpoint__staging_rows_mapped', ref('told_counterpoint__staging_rows'),
  ref('int_counterpoint__staging_rows_judged'), 'STG_CP_StagingRows',
  "(
        told.business_key is null and " ~ withdrawn ~ "
        or (told.business_key is null or " ~ another_status ~ " and not " ~ withdrawn ~ ") and exists (
          select 1
          from " ~ source('raw_counterpoint', 'raw_counterpoint__order_staging') ~ " as applied
          where applied.IS_APPLIED = 1
            and " ~ same_key('cast(applied.WOO_ORDER_ID as nvarchar(200))', 'mapped.business_key') ~ "
        )
      )",
) }}
