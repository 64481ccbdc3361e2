{# Orders of the shop with their key, in the words of USER_ORDER_STAGING. #}
with source as (
  select * from {{ source('raw_counterpoint', 'raw_counterpoint__woo_orders') }}
),

renamed as (
  select
    cast(source.WOO_ORDER_ID as nvarchar(200)) as business_key
    {%- for name in mapped_source_columns('int_counterpoint__staging_rows_mapped') %},
    source.{{ name }}
    {%- endfor %},
    source.LOST_TEXTS
  from source
),

final as (
  select * from renamed
)

select * from final
