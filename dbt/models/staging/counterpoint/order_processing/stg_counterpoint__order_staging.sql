{# Staged orders of the shop that have, or may get, a document: rows of USER_ORDER_STAGING with what stands beside
   them. A row that an operator skipped (applied, without document) is none of them. #}
with source as (
  select * from {{ source('raw_counterpoint', 'raw_counterpoint__order_staging') }}
),

extra as (
  select * from {{ source('raw_counterpoint', 'raw_counterpoint__order_extra') }}
),

renamed as (
  select
    cast(source.STAGING_ID as nvarchar(200)) as business_key,
    source.STAGING_ID as staging_id,
    coalesce(source.IS_APPLIED, 0) as is_applied,
    source.CP_DOC_ID as cp_doc_id,
    coalesce(source.IS_VALIDATED, 0) as is_validated,
    source.VALIDATION_ERROR as validation_error,
    nullif(trim(source.CUST_NO), '') as said_cust_no,
    extra.STAGING_ID as extra_id,
    extra.WOO_CUST_ID as woo_cust_id,
    case when extra.PARKED_DT is null then null else coalesce(extra.PARKED_REASON, 'parked by an operator') end as parked_reason,
    extra.MISFITS_JSON as misfits,
    source.WOO_ORDER_ID,
    source.WOO_ORDER_NO,
    source.BATCH_ID as PULL_BATCH,
    source.ORD_STATUS,
    source.CUST_EMAIL,
    source.ORD_DAT,
    extra.ORD_DT,
    source.SHIP_VIA,
    source.PMT_METH,
    extra.PAID_DT,
    extra.TRANSACTION_ID,
    extra.CURNCY_COD,
    source.SUBTOT,
    extra.FEE_AMT,
    source.SHIP_AMT,
    source.TAX_AMT,
    source.DISC_AMT,
    source.TOT_AMT,
    extra.REFUND_AMT,
    extra.FEE_LINES_JSON as FEES,
    extra.COUPON_CODES,
    extra.CUST_NOTE
    {%- for name in ['NAM', 'ADRS_1', 'ADRS_2', 'CITY', 'STATE', 'ZIP_COD', 'CNTRY', 'PHONE'] %},
    source.SHIP_{{ name }},
    extra.BILL_{{ name }}
    {%- endfor %}
    {%- for side in ['SHIP', 'BILL'] %},
    extra.{{ side }}_FST_NAM,
    extra.{{ side }}_LST_NAM
    {%- endfor %}
  from source
  left join extra on source.STAGING_ID = extra.STAGING_ID
  where source.SOURCE_SYSTEM = 'WOOCOMMERCE'
),

final as (
  select *
  from renamed
  where renamed.is_applied = 0 or renamed.cp_doc_id is not null
)

select * from final
