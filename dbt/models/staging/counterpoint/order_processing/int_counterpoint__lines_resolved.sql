{# Lines of staged orders with the item and the unit they mean. A SKU that is an item number as it stands means that
   item in its stocking unit; otherwise its last part must be a suffix of the unit list and the rest an item. #}
{%- set item_columns = [
  'DESCR', 'STAT', 'IS_TXBL', 'CATEG_COD', 'SUBCAT_COD', 'ITEM_VEND_NO', 'ITEM_TYP', 'TRK_METH', 'STK_UNIT', 'BARCOD',
  'REG_PRC', 'PRC_1', 'LST_COST',
] %}

with orders as (
  select
    business_key,
    staging_id
  from {{ ref('stg_counterpoint__order_staging') }}
  where is_applied = 0
),

lines as (
  select
    orders.business_key as parent_key,
    lines.LIN_SEQ_NO,
    lines.SKU as sku,
    upper(trim(lines.SKU)) as sku_key,
    lines.QUANTITY as quantity,
    lines.TOTAL as total,
    lines.SUBTOTAL as subtotal,
    lines.TAX as tax,
    lines.PROBLEM as problem,
    {{ parsed_number('lines.QUANTITY', 'decimal(15,4)') }} as quantity_number,
    {{ parsed_number('lines.TOTAL', 'decimal(15,4)') }} as total_number
  from {{ source('raw_counterpoint', 'raw_counterpoint__order_lines') }} as lines
  inner join orders on lines.STAGING_ID = orders.staging_id
),

items as (
  select
    upper(trim(items.ITEM_NO)) as item_key,
    items.*
  from {{ source('raw_counterpoint', 'raw_counterpoint__items') }} as items
),

suffixed as (
  select
    lines.parent_key,
    lines.LIN_SEQ_NO,
    units.suffix,
    units.unit,
    case
      when {{ length_of('lines.sku_key') }} > {{ length_of('units.suffix') }}
        then left(lines.sku_key, {{ length_of('lines.sku_key') }} - {{ length_of('units.suffix') }} - 1)
    end as item_key
  from lines
  inner join {{ ref('counterpoint_units') }} as units
    on right(lines.sku_key, {{ length_of('units.suffix') }} + 1) = concat('-', upper(units.suffix))
),

found as (
  select
    lines.*,
    coalesce(whole.ITEM_NO, parted.ITEM_NO) as ITEM_NO,
    case when whole.ITEM_NO is null then suffixed.suffix end as said_suffix,
    case when whole.ITEM_NO is null and parted.ITEM_NO is not null then suffixed.unit else whole.STK_UNIT end as wanted_unit
    {%- for name in item_columns %},
    coalesce(whole.{{ name }}, parted.{{ name }}) as {{ name }}
    {%- endfor %}
    {%- for place in range(1, 6) %},
    coalesce(whole.ALT_{{ place }}_UNIT, parted.ALT_{{ place }}_UNIT) as unit_{{ place }},
    coalesce(whole.ALT_{{ place }}_NUMER, parted.ALT_{{ place }}_NUMER) as numer_{{ place }},
    coalesce(whole.ALT_{{ place }}_DENOM, parted.ALT_{{ place }}_DENOM) as denom_{{ place }}
    {%- endfor %}
  from lines
  left join items as whole on {{ same_key('lines.sku_key', 'whole.item_key') }}
  left join suffixed
    on {{ same_key('lines.parent_key', 'suffixed.parent_key') }} and lines.LIN_SEQ_NO = suffixed.LIN_SEQ_NO
  left join items as parted on {{ same_key('suffixed.item_key', 'parted.item_key') }}
),

measured as (
  select
    found.*,
    case
      when found.ITEM_NO is null then null
      when upper(found.wanted_unit) = upper(found.STK_UNIT) then '0'
      {%- for place in range(1, 6) %}
      when upper(found.wanted_unit) = upper(found.unit_{{ place }}) then '{{ place }}'
      {%- endfor %}
    end as SELL_UNIT
  from found
),

factored as (
  select
    measured.*,
    case measured.SELL_UNIT
      when '0' then 1
      {%- for place in range(1, 6) %}
      when '{{ place }}' then measured.numer_{{ place }}
      {%- endfor %}
    end as QTY_NUMER,
    case measured.SELL_UNIT
      when '0' then 1
      {%- for place in range(1, 6) %}
      when '{{ place }}' then coalesce(measured.denom_{{ place }}, 1)
      {%- endfor %}
    end as QTY_DENOM
  from measured
),

final as (
  select
    concat(factored.parent_key, '|', factored.LIN_SEQ_NO) as business_key,
    factored.parent_key,
    factored.LIN_SEQ_NO,
    factored.problem,
    factored.sku,
    factored.said_suffix,
    factored.ITEM_NO,
    factored.quantity,
    factored.quantity_number,
    factored.wanted_unit as QTY_UNIT,
    factored.SELL_UNIT,
    factored.QTY_NUMER,
    factored.QTY_DENOM,
    cast(factored.quantity_number * factored.QTY_NUMER / nullif(factored.QTY_DENOM, 0) as decimal(15,4)) as STK_QTY,
    cast(factored.total_number / nullif(factored.quantity_number, 0) as decimal(15,4)) as PRC,
    factored.total,
    factored.total_number,
    factored.subtotal,
    factored.tax
    {%- for name in item_columns %},
    factored.{{ name }}
    {%- endfor %}
  from factored
)

select * from final
