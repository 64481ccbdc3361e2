{# What the quantities in some cells of a row come to: `pieces`, their sum; `wanted`, the sum of the positive ones; or
   `filled`, how many of them are not 0. Nothing in any cell is 0.
   Differs because to DuckDB one list of many cells is a tenth of the work of as many conditions, and T-SQL knows no
   lists. #}
{% macro row_total(cells, of) %}{{ return(adapter.dispatch('row_total', 'order_staging')(cells, of)) }}{% endmacro %}

{% macro default__row_total(cells, of) %}
  {%- set listed = '[' ~ (cells | join(', ') or '0') ~ ']' -%}
  {%- set total = {
    'pieces': 'list_sum(' ~ listed ~ ')',
    'wanted': 'list_sum(list_filter(' ~ listed ~ ', lambda cell: cell > 0))',
    'filled': 'len(list_filter(' ~ listed ~ ', lambda cell: cell <> 0))',
  }[of] -%}
  {{- return('cast(coalesce(' ~ total ~ ', 0) as bigint)') -}}
{% endmacro %}

{% macro sqlserver__row_total(cells, of) %}
  {%- set terms = [] -%}
  {%- for cell in cells -%}
    {%- do terms.append({
      'pieces': 'coalesce(cast(' ~ cell ~ ' as bigint), 0)',
      'wanted': 'case when ' ~ cell ~ ' > 0 then cast(' ~ cell ~ ' as bigint) else 0 end',
      'filled': 'case when ' ~ cell ~ ' <> 0 then 1 else 0 end',
    }[of]) -%}
  {%- endfor -%}
  {# in groups: engines look through a chain of additions once for each of its links #}
  {%- set groups = [] -%}
  {%- for group in terms | batch(13) -%}{%- do groups.append('(' ~ group | join(' + ') ~ ')') -%}{%- endfor -%}
  {{- return(groups | join('\n    + ') or '0') -}}
{% endmacro %}
