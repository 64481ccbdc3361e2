{# Body of a mapped model that maps a relation row by row. `carried` are columns that go along, with their types; `whole`
   names columns of the relation that are integers already. #}
{% macro mapped_rows(mapping_model, cells, carried={'business_key': 'nvarchar(200)'}, whole=[]) %}
  {%- set columns = mapping_columns(mapping_model) %}

with cells as (
  select
    source_rows.*
    {{- text_columns(columns, 'source_rows') }}
  from {{ cells }} as source_rows
),

parsed as (
  select
    {%- for name in carried %}
    cells.{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    {{- parsed_columns(columns, 'cells', whole) }}
  from cells
  {{ lookup_joins(columns, 'cells') }}
),

final as (
  select
    {%- for name, kind in carried.items() %}
    cast(parsed.{{ name }} as {{ kind }}) as {{ name }},
    {%- endfor %}
    {{ broken_rules(columns, 'parsed') }} as broken_rules
    {{- typed_columns(columns, 'parsed') }}
  from parsed
)

select * from final
{% endmacro %}
