{# Everything that is wrong with staged orders that have no document, one row per finding: place gives the order of
   the rules, the first found decides. #}
{%- set amounts = ['SUBTOT', 'SHIP_AMT', 'TAX_AMT', 'TOT_AMT'] -%}
{%- set must_fit = [
  'WOO_ORDER_NO', 'CUST_EMAIL', 'PMT_METH', 'SHIP_VIA', 'SHIP_NAM', 'SHIP_ADRS_1', 'SHIP_ADRS_2', 'SHIP_CITY',
  'SHIP_STATE', 'SHIP_ZIP_COD', 'SHIP_CNTRY', 'SHIP_PHONE', 'BILL_NAM', 'BILL_ADRS_1', 'BILL_ADRS_2', 'BILL_CITY',
  'BILL_STATE', 'BILL_ZIP_COD', 'BILL_CNTRY', 'BILL_PHONE',
] %}

with context as (
  {{- context_of('order_processing', 'documents') | indent(2) }}
),

orders as (
  select *
  from {{ ref('int_counterpoint__orders_resolved') }}
  where is_applied = 0
),

lines as (
  select * from {{ ref('int_counterpoint__lines_resolved') }}
),

sums as (
  select
    lines.parent_key,
    sum(lines.total_number) as line_total,
    sum(case when lines.total_number is null then 1 else 0 end) as unreadable,
    sum(case when {{ finer_than_a_cent('lines.total_number') }} then 1 else 0 end) as fractions
  from lines
  where lines.problem is null
  group by lines.parent_key
),

taxed as (
  select
    taxes.parent_key,
    sum(taxes.amount + taxes.shipping_amount) as tax_total
  from {{ ref('int_counterpoint__order_taxes') }} as taxes
  group by taxes.parent_key
),

misfits as (
  {{- unlisted(
    '(select business_key, misfits from orders where misfits is not null)',
    'misfits', ['business_key'], ['column', 'value', 'length']
  ) | indent(2) }}
),

broken as (
  {{- unlisted(
    '(select mapped.business_key, mapped.broken_rules from ' ~ ref('int_counterpoint__documents_mapped')
    ~ ' as mapped where mapped.broken_rules is not null)',
    'broken_rules', ['business_key'], ['rule', 'column', 'value']
  ) | indent(2) }}
),

withdrawn as (
  select
    {{ order_problem('withdrawn', 'orders.business_key', 0, "'ORD_STATUS'", 'orders.ORD_STATUS',
      "concat('the shop says ', orders.ORD_STATUS)") }}
  from orders
  where {{ is_withdrawn('orders.ORD_STATUS') }}
),

without_customer as (
  select
    {{ order_problem('customer', 'orders.business_key', 0, "'CUST_NO'", 'coalesce(orders.said_cust_no, orders.CUST_EMAIL)',
      "case
        when orders.said_cust_no is not null then concat('CUST_NO ', orders.said_cust_no)
        when orders.woo_cust_id > 0 then concat('account ', orders.woo_cust_id, ', e-mail ', " ~ shown('orders.CUST_EMAIL') ~ ")
        else concat('guest, e-mail ', " ~ shown('orders.CUST_EMAIL') ~ ")
      end") }}
  from orders
  where orders.CUST_NO is null
),

without_lines as (
  select
    {{ order_problem('lines', 'orders.business_key', 'coalesce(lines.LIN_SEQ_NO, 0)', "'LINE_ITEMS_JSON'", 'lines.problem',
      "concat('LINE_ITEMS_JSON ', coalesce(lines.problem, 'is empty'))") }}
  from orders
  left join lines on {{ same_key('orders.business_key', 'lines.parent_key') }}
  where lines.parent_key is null or lines.problem is not null
),

without_item as (
  select
    {{ order_problem('item', 'lines.parent_key', 'lines.LIN_SEQ_NO', "'SKU'", 'lines.sku',
      "concat('line ', lines.LIN_SEQ_NO, ', SKU ', " ~ shown('lines.sku') ~ ")") }}
  from lines
  where lines.problem is null and lines.ITEM_NO is null
),

inactive_item as (
  select
    {{ order_problem('item_inactive', 'lines.parent_key', 'lines.LIN_SEQ_NO', "'SKU'", 'lines.sku',
      "concat('line ', lines.LIN_SEQ_NO, ', item ', lines.ITEM_NO, ' is not active (STAT ', lines.STAT, ')')") }}
  from lines
  where lines.ITEM_NO is not null and coalesce(lines.STAT, '') <> 'A'
),

without_unit as (
  select
    {{ order_problem('unit', 'lines.parent_key', 'lines.LIN_SEQ_NO', "'SKU'", 'lines.sku',
      "concat('line ', lines.LIN_SEQ_NO, ', item ', lines.ITEM_NO, ' is not sold in ', lines.QTY_UNIT)") }}
  from lines
  where lines.ITEM_NO is not null and (lines.SELL_UNIT is null or coalesce(lines.STK_QTY, 1) = 0 and lines.quantity_number <> 0)
),

wrong_quantity as (
  select
    {{ order_problem('quantity', 'lines.parent_key', 'lines.LIN_SEQ_NO', "'QUANTITY'", 'lines.quantity',
      "concat('line ', lines.LIN_SEQ_NO, ' has ', " ~ shown('lines.quantity') ~ ")") }}
  from lines
  where lines.problem is null and (lines.quantity_number is null or lines.quantity_number <= 0)
),

wrong_line_total as (
  select
    {{ order_problem('totals', 'lines.parent_key', 'lines.LIN_SEQ_NO', "'TOTAL'", 'lines.total',
      "concat('line ', lines.LIN_SEQ_NO, ' comes to ', " ~ shown('lines.total') ~ ")") }}
  from lines
  where lines.problem is null
    and (lines.total_number is null or lines.total_number < 0 or {{ finer_than_a_cent('lines.total_number') }})
),

missing_amount as (
  select
    {{ order_problem('totals', 'orders.business_key', 0, "'TOT_AMT'", 'orders.TOT_AMT', "'an amount is missing or has fractions of a cent'") }}
  from orders
  where 1 = 0
    {%- for name in amounts %}
    or orders.{{ name }} is null
    or {{ finer_than_a_cent('orders.' ~ name) }}
    {%- endfor %}
),

lines_off as (
  select
    {{ order_problem('totals', 'orders.business_key', 0, "'SUBTOT'", 'orders.SUBTOT',
      "concat('lines ', cast(sums.line_total as decimal(15,2)), ' + fees ', cast(coalesce(orders.FEE_AMT, 0) as decimal(15,2)), ' is not SUBTOT ', cast(orders.SUBTOT as decimal(15,2)))") }}
  from orders
  inner join sums on {{ same_key('orders.business_key', 'sums.parent_key') }}
  where sums.unreadable = 0
    and {{ off_by_more_than_a_cent('sums.line_total + coalesce(orders.FEE_AMT, 0)', 'orders.SUBTOT') }}
),

total_off as (
  select
    {{ order_problem('totals', 'orders.business_key', 0, "'TOT_AMT'", 'orders.TOT_AMT',
      "concat('SUBTOT ', cast(orders.SUBTOT as decimal(15,2)), ' + SHIP_AMT ', cast(orders.SHIP_AMT as decimal(15,2)), ' + TAX_AMT ', cast(orders.TAX_AMT as decimal(15,2)), ' is not TOT_AMT ', cast(orders.TOT_AMT as decimal(15,2)))") }}
  from orders
  where {{ off_by_more_than_a_cent('orders.SUBTOT + orders.SHIP_AMT + orders.TAX_AMT', 'orders.TOT_AMT') }}
),

taxes_off as (
  select
    {{ order_problem('totals', 'orders.business_key', 0, "'TAX_AMT'", 'orders.TAX_AMT',
      "concat('taxes by authority ', cast(taxed.tax_total as decimal(15,2)), ' are not TAX_AMT ', cast(orders.TAX_AMT as decimal(15,2)))") }}
  from orders
  inner join taxed on {{ same_key('orders.business_key', 'taxed.parent_key') }}
  where {{ off_by_more_than_a_cent('taxed.tax_total', 'orders.TAX_AMT') }}
),

unknown_tax as (
  select
    {{ order_problem('tax', 'taxes.parent_key', 0, "'TAXES'", 'taxes.label', "concat('no authority for ', " ~ shown('taxes.label') ~ ")") }}
  from {{ ref('int_counterpoint__order_taxes') }} as taxes
  where taxes.auth_cod is null and taxes.amount + taxes.shipping_amount <> 0
),

wrong_date as (
  select
    {{ order_problem('date', 'orders.business_key', 0, "'ORD_DAT'", iso_date('orders.ORD_DAT'),
      "case
        when orders.ORD_DAT is null then 'ORD_DAT is empty'
        when orders.ORD_DAT > context.set_at then concat(" ~ iso_date('orders.ORD_DAT') ~ ", ' is in the future')
        else concat(" ~ iso_date('orders.ORD_DAT') ~ ", ' is too long ago')
      end") }}
  from orders
  cross join context
  where orders.ORD_DAT is null
    or orders.ORD_DAT > {{ dbt.dateadd('day', 1, 'context.set_at') }}
    or orders.ORD_DAT < {{ date_literal('2000-01-01') }}
),

too_long as (
  select
    {{ order_problem('too_long', 'misfits.business_key', 0, 'misfits.listed_column', 'misfits.listed_value',
      "concat(misfits.listed_column, ' takes ', misfits.listed_length, ' letters, not ', " ~ length_of('misfits.listed_value') ~ ", ': ', left(misfits.listed_value, 80))") }}
  from misfits
  inner join orders on {{ same_key('misfits.business_key', 'orders.business_key') }}
  where case misfits.listed_column
      {%- for name in must_fit %}
      when '{{ name }}' then case when orders.{{ name }} is null then 1 else 0 end
      {%- endfor %}
      else 0
    end = 1
),

unknown_payment as (
  select
    {{ order_problem('pay_code', 'broken.business_key', 0, "'PMT_METH'", 'broken.listed_value', 'broken.listed_value') }}
  from broken
  inner join orders on {{ same_key('broken.business_key', 'orders.business_key') }}
  where broken.listed_rule = 'lookup' and broken.listed_column = 'PAY_COD'
),

other as (
  select
    {{ order_problem('mapping', 'broken.business_key', 0, 'broken.listed_column', 'broken.listed_value',
      "concat(broken.listed_column, ' ', " ~ shown('broken.listed_value') ~ ", ' ', " ~ of_rule('counterpoint', 'broken.listed_rule', 1) ~ ")") }}
  from broken
  inner join orders on {{ same_key('broken.business_key', 'orders.business_key') }}
  where not (broken.listed_rule = 'lookup' and broken.listed_column = 'PAY_COD')
),

final as (
  {%- for found in [
    'withdrawn', 'without_customer', 'without_lines', 'without_item', 'inactive_item', 'without_unit', 'wrong_quantity',
    'wrong_line_total', 'missing_amount', 'lines_off', 'total_off', 'taxes_off', 'unknown_tax', 'wrong_date', 'too_long',
    'unknown_payment', 'other',
  ] %}
  select * from {{ found }}
  {{ 'union all' if not loop.last }}
  {%- endfor %}
)

select * from final
