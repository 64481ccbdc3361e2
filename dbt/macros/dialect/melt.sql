{# Select that turns size columns into rows: key, size_label (the column's name) and quantity, without the empty
   cells. Every column is read at once.
   Differs because T-SQL's unpivot wants one type and drops nothing else; `cross apply (values …)` is the form its
   optimizer knows best. DuckDB's unpivot is the fastest there. #}
{% macro melted(relation, key, sizes) %}
  {{- return(adapter.dispatch('melted', 'order_staging')(relation, key, sizes)) -}}
{% endmacro %}

{% macro default__melted(relation, key, sizes) %}
  {%- set quoted = [] -%}
  {%- for size in sizes -%}{%- do quoted.append(adapter.quote(size)) -%}{%- endfor %}
  select
    {{ key }},
    size_label,
    quantity
  from (
    unpivot (select {{ key }}, {{ quoted | join(', ') }} from {{ relation }})
    on {{ quoted | join(', ') }}
    into name size_label value quantity
  ) as melted
{% endmacro %}

{% macro sqlserver__melted(relation, key, sizes) %}
  select
    wide.{{ key }},
    melted.size_label,
    melted.quantity
  from {{ relation }} as wide
  cross apply (
    values
    {%- for size in sizes %}
      ({{ literal(size) }}, wide.{{ adapter.quote(size) }}){{ ',' if not loop.last }}
    {%- endfor %}
  ) as melted (size_label, quantity)
  where melted.quantity is not null
{% endmacro %}
