{# Staged orders with what is looked up for them: the customer, the tax code, and their lines and taxes as JSON lists.
   Looked up anew by every run, so that a customer made yesterday serves an order of last week. #}
with orders as (
  select * from {{ ref('stg_counterpoint__order_staging') }}
),

customers as (
  select
    customers.CUST_NO,
    customers.TAX_COD,
    lower(trim(customers.EMAIL_ADRS_1)) as email,
    row_number() over (
      partition by {{ exact('lower(trim(customers.EMAIL_ADRS_1))') }}
      order by
        case when try_cast(customers.CUST_NO as bigint) is null then 1 else 0 end,
        try_cast(customers.CUST_NO as bigint),
        customers.CUST_NO
    ) as place
  from {{ source('raw_counterpoint', 'raw_counterpoint__customers') }} as customers
),

accounts as (
  select
    accounts.WOO_USER_ID,
    min(accounts.CUST_NO) as CUST_NO
  from {{ source('raw_counterpoint', 'raw_counterpoint__customer_map') }} as accounts
  inner join customers on {{ same_key('accounts.CUST_NO', 'customers.CUST_NO') }}
  where accounts.IS_ACTIVE = 1 and accounts.WOO_USER_ID > 0
  group by accounts.WOO_USER_ID
),

identified as (
  select
    orders.*,
    case
      when orders.said_cust_no is not null then said.CUST_NO
      else coalesce(accounts.CUST_NO, by_email.CUST_NO)
    end as CUST_NO,
    case when orders.said_cust_no is not null then said.TAX_COD else coalesce(by_account.TAX_COD, by_email.TAX_COD) end as customer_tax_cod
  from orders
  left join customers as said on {{ same_key('orders.said_cust_no', 'said.CUST_NO') }}
  left join accounts on orders.woo_cust_id = accounts.WOO_USER_ID
  left join customers as by_account on {{ same_key('accounts.CUST_NO', 'by_account.CUST_NO') }}
  left join customers as by_email
    on {{ same_key('lower(trim(orders.CUST_EMAIL))', 'by_email.email') }}
    and by_email.place = 1
    and by_email.email <> ''
),

lines as (
  select
    mapped.parent_key,
    {{ json_list(json_row('mapped', mapping_columns('int_counterpoint__order_lines_mapped')), ['mapped.' ~ adapter.quote('LIN_SEQ_NO')]) }} as lines_json
  from {{ ref('int_counterpoint__order_lines_mapped') }} as mapped
  group by mapped.parent_key
),

taxes as (
  select
    taxes.parent_key,
    count(*) as authorities,
    sum(taxes.shipping_amount) as shipping_amount,
    {{ json_list('taxes.tax_json', ['taxes.seq_no']) }} as taxes_json
  from {{ ref('int_counterpoint__order_taxes') }} as taxes
  group by taxes.parent_key
),

codes as (
  select
    TAX_COD,
    count(AUTH_COD) as authorities
  from {{ source('raw_counterpoint', 'raw_counterpoint__tax_codes') }}
  group by TAX_COD
),

matched as (
  select
    taxes.parent_key,
    codes.TAX_COD,
    count(*) as authorities
  from {{ ref('int_counterpoint__order_taxes') }} as taxes
  inner join {{ source('raw_counterpoint', 'raw_counterpoint__tax_codes') }} as codes
    on {{ same_key('taxes.auth_cod', 'codes.AUTH_COD') }} and {{ same_key('taxes.rul_cod', 'codes.RUL_COD') }}
  group by taxes.parent_key, codes.TAX_COD
),

fitting as (
  select
    matched.parent_key,
    matched.TAX_COD
  from matched
  inner join codes
    on {{ same_key('matched.TAX_COD', 'codes.TAX_COD') }} and matched.authorities = codes.authorities
  inner join taxes
    on {{ same_key('matched.parent_key', 'taxes.parent_key') }} and matched.authorities = taxes.authorities
),

first_fitting as (
  select
    parent_key,
    min(TAX_COD) as TAX_COD
  from fitting
  group by parent_key
),

final as (
  select
    identified.*,
    coalesce(
      identified.ORD_DT, concat({{ iso_date('identified.ORD_DAT') }}, 'T00:00:00')
    ) as TKT_DT,
    case
      when identified.extra_id is null or identified.PAID_DT is not null then identified.TOT_AMT
      else 0
    end as PAID_AMT,
    taxes.shipping_amount as SHIP_TAX_AMT,
    taxes.taxes_json as TAXES,
    lines.lines_json as LINES,
    case
      when taxes.parent_key is not null
        then coalesce(preferred.TAX_COD, first_fitting.TAX_COD, identified.customer_tax_cod)
      when coalesce(identified.TAX_AMT, 0) <> 0 then identified.customer_tax_cod
      when own.authorities = 0 then identified.customer_tax_cod
      else {{ literal(var('counterpoint_no_tax_code')) }}
    end as TAX_COD
  from identified
  left join lines on {{ same_key('identified.business_key', 'lines.parent_key') }}
  left join taxes on {{ same_key('identified.business_key', 'taxes.parent_key') }}
  left join fitting as preferred
    on {{ same_key('identified.business_key', 'preferred.parent_key') }}
    and {{ same_key('identified.customer_tax_cod', 'preferred.TAX_COD') }}
  left join first_fitting on {{ same_key('identified.business_key', 'first_fitting.parent_key') }}
  left join codes as own on {{ same_key('identified.customer_tax_cod', 'own.TAX_COD') }}
)

select * from final
