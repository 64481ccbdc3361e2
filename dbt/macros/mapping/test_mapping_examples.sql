{# Holds a mapping to its examples: every expected value that comes out differently is a row. Each example gives
   cells as text, all others empty; the values are made by the very macros that make the model. `lookups` names the
   seeds the mapping looks up in: dbt must see while parsing what a test depends on. #}
{% test mapping_examples(model, examples, lookups=[]) %}
  {%- for seed in lookups %}
-- depends_on: {{ ref(seed) }}
  {%- endfor %}
{%- set columns = mapping_columns(model.identifier) -%}
{%- set cells = mapped_source_columns(model.identifier) %}

with given as (
  {%- for example in examples %}
  select
    {{ loop.index }} as example
    {%- for cell in cells %},
    cast({{ 'null' if example.given.get(cell) is none else literal(example.given[cell]) }} as {{ long_text() }}) as {{ adapter.quote(cell) }}
    {%- endfor %}
  {{ 'union all' if not loop.last }}
  {%- endfor %}
),

cells as (
  select
    given.*
    {{- text_columns(columns, 'given') }}
  from given
),

parsed as (
  select
    cells.example
    {{- parsed_columns(columns, 'cells') }}
  from cells
  {{ lookup_joins(columns, 'cells') }}
),

mapped as (
  select
    parsed.example
    {{- typed_columns(columns, 'parsed') }}
  from parsed
),

wrong as (
  select
    cast(null as int) as example,
    cast(null as {{ long_text() }}) as column_name,
    cast(null as {{ long_text() }}) as expected,
    cast(null as {{ long_text() }}) as found
  where 1 = 0
  {%- for example in examples %}
  {%- set number = loop.index %}
  {%- for column in columns if column.name in example.expect %}
  {%- set said = example.expect[column.name] %}
  {%- set expected = 'cast(' ~ ('null' if said is none else literal(said)) ~ ' as ' ~ column.data_type ~ ')' %}
  {%- set found = 'mapped.' ~ adapter.quote(column.name) %}
  union all
  select {{ number }}, {{ literal(column.name) }}, {{ as_text(expected) }}, {{ as_text(found) }}
  from mapped
  where mapped.example = {{ number }} and {{ differs(found, expected, column.kind) }}
  {%- endfor %}
  {%- endfor %}
)

select * from wrong
{% endtest %}
