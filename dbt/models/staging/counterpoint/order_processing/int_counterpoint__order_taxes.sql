{# Taxes of staged orders by Counterpoint's authorities, and the tax code whose authorities are just those. An order
   without taxes takes its customer's code if that has no authorities, else the code for no tax. #}
with orders as (
  select
    business_key,
    staging_id
  from {{ ref('stg_counterpoint__order_staging') }}
  where is_applied = 0
),

taxes as (
  select
    orders.business_key as parent_key,
    taxes.SEQ_NO as seq_no,
    taxes.LABEL as label,
    list.auth_cod,
    list.rul_cod,
    taxes.RATE as rate,
    {{ parsed_number('taxes.AMOUNT', 'decimal(15,2)') }} as amount,
    {{ parsed_number('taxes.SHIPPING_AMOUNT', 'decimal(15,2)') }} as shipping_amount
  from {{ source('raw_counterpoint', 'raw_counterpoint__order_taxes') }} as taxes
  inner join orders on taxes.STAGING_ID = orders.staging_id
  left join {{ ref('counterpoint_taxes') }} as list
    on {{ same_key('upper(trim(list.shop_label))', 'upper(trim(taxes.LABEL))') }}
),

final as (
  select
    taxes.*,
    {{ json_object_of([
      ['auth_cod', json_value('taxes.auth_cod')],
      ['rul_cod', json_value('taxes.rul_cod')],
      ['rate', json_value('taxes.rate')],
      ['amount', json_value('taxes.amount', 'number')],
      ['shipping_amount', json_value('taxes.shipping_amount', 'number')],
    ]) }} as tax_json
  from taxes
)

select * from final
