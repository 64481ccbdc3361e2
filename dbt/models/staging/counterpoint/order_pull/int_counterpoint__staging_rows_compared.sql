-- depends_on: {{ ref('int_counterpoint__pull_guard') }}
{# What each row of USER_ORDER_STAGING should say against what was told, and whether it has become a document. #}
{%- set mapped -%}
(
  select
    mapped.*,
    coalesce(staged.is_applied, 0) as is_applied
  from {{ ref('int_counterpoint__staging_rows_mapped') }} as mapped
  left join (
    select
      cast(WOO_ORDER_ID as nvarchar(200)) as woo_order_key,
      max(IS_APPLIED) as is_applied
    from {{ source('raw_counterpoint', 'raw_counterpoint__order_staging') }}
    where SOURCE_SYSTEM = 'WOOCOMMERCE'
    group by WOO_ORDER_ID
  ) as staged
    on {{ same_key('mapped.business_key', 'staged.woo_order_key') }}
)
{%- endset -%}

{{ compared_with_told(
  'order_pull', 'staging_rows', 'int_counterpoint__staging_rows_mapped', mapped,
  ref('told_counterpoint__staging_rows'), {'is_applied': 'int'},
  counts_when=status_counts_when('mapped', 'mapped.is_applied'),
) }}
