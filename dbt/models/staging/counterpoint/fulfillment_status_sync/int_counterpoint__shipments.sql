{# Orders of the shop that became documents: which, and whether the goods have left. #}
with staged as (
  select
    staging.STAGING_ID,
    staging.WOO_ORDER_ID,
    staging.WOO_ORDER_NO,
    staging.CUST_NO,
    staging.BATCH_ID,
    staging.ORD_STATUS,
    row_number() over (partition by staging.WOO_ORDER_ID order by staging.STAGING_ID) as place
  from {{ source('raw_counterpoint', 'raw_counterpoint__order_staging') }} as staging
  inner join {{ source('raw_counterpoint', 'raw_counterpoint__fulfilment') }} as fulfilment
    on staging.STAGING_ID = fulfilment.STAGING_ID
),

final as (
  select
    cast(staged.WOO_ORDER_ID as nvarchar(200)) as business_key,
    staged.WOO_ORDER_ID,
    staged.WOO_ORDER_NO,
    staged.CUST_NO,
    staged.BATCH_ID as PULL_BATCH,
    fulfilment.DOC_ID,
    fulfilment.TKT_NO,
    case when fulfilment.IS_SHIPPED = 1 then 'SHIPPED' else 'OPEN' end as SHIPMENT,
    fulfilment.SHIPPED_ON,
    case
      when fulfilment.IS_SHIPPED = 1 and not {{ is_withdrawn('coalesce(orders.ORD_STATUS, staged.ORD_STATUS)') }} then 'completed'
    end as STATUS,
    coalesce(orders.ORD_STATUS, staged.ORD_STATUS) as SHOP_STATUS
  from staged
  inner join {{ source('raw_counterpoint', 'raw_counterpoint__fulfilment') }} as fulfilment
    on staged.STAGING_ID = fulfilment.STAGING_ID
  left join {{ source('raw_counterpoint', 'raw_counterpoint__woo_orders') }} as orders
    on staged.WOO_ORDER_ID = orders.WOO_ORDER_ID
  where staged.place = 1
)

select * from final
