-- Integrity between the size columns and the size lines, in counts and sums: nothing is lost and nothing counted
-- twice when columns become rows.
with orders as (
  select
    {{ row_total(size_cells('orders'), 'filled') }} as quantities,
    {{ row_total(size_cells('orders'), 'pieces') }} as pieces
  from {{ ref('stg_monday__orders') }} as orders
  left join {{ ref('int_monday__orders_duplicated') }} as duplicated
    on {{ same_key('orders.order_key', 'duplicated.business_key') }}
  where orders.order_key is not null
    and duplicated.business_key is null
    and orders.is_cancelled = 0
),

cells as (
  select
    coalesce(sum(quantities), 0) as quantities,
    coalesce(sum(pieces), 0) as pieces
  from orders
),

lines as (
  select
    count(*) as quantities
    {%- for column in mapping_columns('int_monday__subitems_mapped') if column.meta.source == 'quantity' %},
    coalesce(sum(cast({{ adapter.quote(column.name) }} as bigint)), 0) as pieces
    {%- endfor %}
  from {{ ref('int_monday__subitems_mapped') }}
)

select
  cells.quantities as quantities_in_cells,
  lines.quantities as quantities_in_lines,
  cells.pieces as pieces_in_cells,
  lines.pieces as pieces_in_lines
from cells
cross join lines
where cells.quantities <> lines.quantities or cells.pieces <> lines.pieces
